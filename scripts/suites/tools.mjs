/** The suites that are one tool each: format, lint, types, dead code. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { modulesDir, projectDir } from '../places.mjs'
import { lastLines, run } from '../run.mjs'
import { oneFailure } from './outcome.mjs'

/** @typedef {import('./outcome.mjs').Outcome} Outcome */

const noteLines = 60

export const format = () => tool('@biomejs/biome', 'biome', ['format', '.'], '`npm run format` mends it')
export const lint = () => tool('oxlint', 'oxlint', ['--deny-warnings'], 'oxlint names the rule of each')
export const knip = () => tool('knip', 'knip', [], 'knip names what nothing uses')

/** One check a compiler project, as named by the solution's tsconfig.json. @returns {Promise<Outcome>} */
export async function types() {
  const solution = JSON.parse(readFileSync(join(projectDir, 'tsconfig.json'), 'utf8'))
  /** @type {string[]} */
  const projects = solution.references.map((/** @type {{ path: string }} */ each) =>
    each.path.replace(/^\.\//, ''),
  )
  const tsc = await run(process.execPath, [programOf('typescript', 'tsc'), '-b', '--pretty', 'false'])
  if (tsc.status === 0) return { passed: projects.length, failed: 0, skipped: 0, notes: [] }
  const broken = new Set()
  for (const [, file] of tsc.output.matchAll(/^(\S[^(\n]*)\(\d+,\d+\): error TS/gm)) {
    broken.add(projectOf(file ?? '', projects))
  }
  if (broken.size === 0) return oneFailure(lastLines(tsc.output, noteLines))
  return {
    passed: projects.length - broken.size,
    failed: broken.size,
    skipped: 0,
    notes: [lastLines(tsc.output, noteLines)],
  }
}

/** The project that a file belongs to: the nearest folder's. @param {string} file @param {readonly string[]} projects */
function projectOf(file, projects) {
  if (/\.test\.tsx?$|\/testing\//.test(file)) return 'test'
  for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) {
    if (projects.includes(folder)) return folder
  }
  return 'tsconfig.tools.json'
}

/**
 * @param {string} packageName
 * @param {string} program
 * @param {readonly string[]} args
 * @param {string} remedy
 * @returns {Promise<Outcome>}
 */
async function tool(packageName, program, args, remedy) {
  const result = await run(process.execPath, [programOf(packageName, program), ...args])
  if (result.status === 0) return { passed: 1, failed: 0, skipped: 0, notes: [] }
  return oneFailure(`${lastLines(result.output, noteLines)}\n(${remedy})`)
}

/** The script of a package's program. @param {string} packageName @param {string} program */
export function programOf(packageName, program) {
  const folder = join(modulesDir, packageName)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : bin[program])
}
