/**
 * The layer rules: dependency-cruiser over src, after it has shown on planted violations that it catches each rule's.
 */
import { join } from 'node:path'
import { readdirSync, readFileSync } from 'node:fs'
import { projectDir } from '../places.mjs'
import { lastLines, run } from '../run.mjs'
import { oneFailure, sum } from './outcome.mjs'
import { programOf } from './tools.mjs'

/** @typedef {import('./outcome.mjs').Outcome} Outcome */

const planted = 'test/layers/planted'
/** A checker that reads nothing reports success; this share of the source files it must have read. */
const leastShareRead = 0.95

/** @returns {Promise<Outcome>} */
export async function layers() {
  return sum([await canary(), await sources()])
}

/**
 * Each planted file's first line names the rules that must catch it: `// caught by: name, name`. Every rule needs one.
 *
 * @returns {Promise<Outcome>}
 */
async function canary() {
  const report = await cruise(planted)
  if (typeof report === 'string') return oneFailure(report)
  /** @type {Map<string, Set<string>>} */
  const caught = new Map()
  for (const { from, rule } of report.summary.violations) {
    caught.set(from, (caught.get(from) ?? new Set()).add(rule.name))
  }
  /** @type {Outcome} */
  const outcome = { passed: 0, failed: 0, skipped: 0, notes: [] }
  const proven = new Set()
  for (const file of sourceFiles(planted)) {
    const expected =
      /^\/\/ caught by: (.*)/.exec(readFileSync(join(projectDir, file), 'utf8'))?.[1]?.split(', ') ?? []
    for (const rule of expected) {
      if (caught.get(file)?.has(rule)) {
        proven.add(rule)
        outcome.passed += 1
      } else {
        outcome.failed += 1
        outcome.notes.push(`the planted violation in ${file} was not caught by ${rule}`)
      }
    }
    for (const rule of caught.get(file) ?? []) {
      if (expected.includes(rule)) continue
      outcome.failed += 1
      outcome.notes.push(`${file} was caught by ${rule}, which it does not name`)
    }
  }
  for (const rule of report.summary.ruleSetUsed.forbidden) {
    if (proven.has(rule.name)) continue
    outcome.failed += 1
    outcome.notes.push(`the rule ${rule.name} has no planted violation that it catches`)
  }
  return outcome
}

/** @returns {Promise<Outcome>} */
async function sources() {
  const report = await cruise('src')
  if (typeof report === 'string') return oneFailure(report)
  const read = report.modules.filter((/** @type {{ source: string }} */ each) =>
    each.source.startsWith('src/'),
  ).length
  const present = sourceFiles('src').length
  const { violations, ruleSetUsed } = report.summary
  /** @type {string[]} */
  const notes = []
  for (const rule of ruleSetUsed.forbidden) {
    const broken = violations.filter((/** @type {any} */ each) => each.rule.name === rule.name)
    if (broken.length === 0) continue
    notes.push(`${rule.name}: ${rule.comment}`)
    for (const each of broken) notes.push(`  ${each.from} -> ${each.to}`)
  }
  if (read < present * leastShareRead) notes.push(`only ${read} of the ${present} modules in src were read`)
  if (notes.length > 0) return { passed: 0, failed: Math.max(1, violations.length), skipped: 0, notes }
  return { passed: 1, failed: 0, skipped: 0, notes: [`${read} modules read`] }
}

/** The report, or what went wrong. @param {string} root @returns {Promise<any>} */
async function cruise(root) {
  const result = await run(
    process.execPath,
    [
      programOf('dependency-cruiser', 'depcruise'),
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'json',
      root,
    ],
    { env: { ...process.env, PATHSCOPE_LAYERS_ROOT: root } },
  )
  try {
    return JSON.parse(result.output)
  } catch {
    return `dependency-cruiser could not read ${root}: ${lastLines(result.output)}`
  }
}

/** @param {string} folder @returns {string[]} */
function sourceFiles(folder) {
  return readdirSync(join(projectDir, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name))
}
