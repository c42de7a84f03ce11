/**
 * `npm test [-- suite...]`: installs what is missing, runs the suites, prints each one's time, and ends with
 * `N passed, N failed` alone on the last line; what was skipped is told with its suite.
 */
import { ensureDependencies } from './dependencies.mjs'
import { startVirtualDisplay } from './display.mjs'
import { groups, suites } from './suites/index.mjs'
import { oneFailure, sum } from './suites/outcome.mjs'
import { ensureSystem, ensureTurnServer } from './system-packages.mjs'
import { giveUp, StepFailed, tell } from './tell.mjs'

/**
 * @typedef {import('./suites/index.mjs').Suite} Suite
 * @typedef {import('./suites/index.mjs').Need} Need
 * @typedef {import('./suites/outcome.mjs').Outcome} Outcome
 * @typedef {{ name: string, outcome: Outcome, seconds: number }} Result
 */

/** @type {import('./suites/index.mjs').Surroundings} */
const surroundings = { env: {} }
/** What was prepared, or why it could not be, so that each need is met once. @type {Map<Need, Promise<void>>} */
const preparations = new Map()
/** @type {(() => void)[]} */
const cleanups = []

/** @param {readonly string[]} names */
function choose(names) {
  if (names.length === 0) return suites
  const wanted = new Set(names.flatMap((name) => groups[name] ?? [name]))
  const known = suites.map((suite) => suite.name)
  const unknown = [...wanted].filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    throw new StepFailed(
      `there is no suite named ${unknown.join(' or ')}`,
      `The suites: ${known.join(', ')}; groups: ${Object.keys(groups).join(', ')}.`,
    )
  }
  return suites.filter((suite) => wanted.has(suite.name))
}

/**
 * Those that run at the same time: each alone, and neighbours that say nothing while they run together.
 *
 * @param {readonly Suite[]} chosen @returns {Suite[][]}
 */
function batches(chosen) {
  /** @type {Suite[][]} */
  const all = []
  for (const suite of chosen) {
    const last = all.at(-1)
    if (suite.quiet && last?.[0]?.quiet) last.push(suite)
    else all.push([suite])
  }
  return all
}

/** @param {readonly Suite[]} batch @returns {Promise<Result[]>} */
function runBatch(batch) {
  tell(`--- ${batch.map((suite) => suite.name).join(', ')}`)
  return Promise.all(batch.map(runSuite))
}

/** @param {Suite} suite @returns {Promise<Result>} */
async function runSuite(suite) {
  const startedAt = Date.now()
  const outcome = await outcomeOf(suite)
  const seconds = (Date.now() - startedAt) / 1000
  tell(`${suite.name}: ${counts(outcome)} in ${seconds.toFixed(1)} s`)
  for (const note of outcome.notes) process.stdout.write(`${note}\n`)
  return { name: suite.name, outcome, seconds }
}

/** One suite's failure to start does not stop the others. @param {Suite} suite @returns {Promise<Outcome>} */
async function outcomeOf(suite) {
  try {
    for (const need of suite.needs) await prepare(need)
    return await suite.run(surroundings)
  } catch (error) {
    if (error instanceof StepFailed)
      return oneFailure(`${error.message}\n  ${error.how.replaceAll('\n', '\n  ')}`)
    return oneFailure(error instanceof Error ? String(error.stack) : String(error))
  }
}

/** @param {Need} need @returns {Promise<void>} */
function prepare(need) {
  const before = preparations.get(need)
  if (before) return before
  const preparation = preparers[need]()
  preparations.set(need, preparation)
  return preparation
}

/** @type {Readonly<Record<Need, () => Promise<void>>>} */
const preparers = {
  async build() {
    const { buildAll } = await import('./build.mjs')
    tell(`built in ${(await buildAll()).toFixed(1)} s`)
    // Tells the suites' own set-up (vitest-setup.mjs) that there is nothing left to do.
    surroundings.env.PATHSCOPE_PREPARED = '1'
  },
  async electron() {
    const { electronEnvironment, resolveElectron } = await import('./electron/index.mjs')
    const electron = await resolveElectron()
    await ensureSystem({ programs: ['ldd'], binary: electron.path })
    surroundings.electron = electron
    Object.assign(surroundings.env, electronEnvironment(electron))
  },
  async display() {
    await ensureSystem({ programs: ['Xvfb'] })
    const { display, stop } = await startVirtualDisplay()
    cleanups.push(stop)
    surroundings.env.DISPLAY = display
  },
  async namespaces() {
    await ensureSystem({ programs: ['ip'] })
    await ensureTurnServer()
  },
}

/** @param {readonly Result[]} results @param {number} seconds that all took together */
function conclude(results, seconds) {
  const total = sum(results.map((result) => result.outcome))
  process.stdout.write('\n')
  for (const { name, outcome, seconds: each } of results) {
    const mark = outcome.failed > 0 ? 'FAILED' : 'ok'
    process.stdout.write(
      `${mark.padEnd(7)} ${name.padEnd(12)} ${each.toFixed(1).padStart(7)} s   ${counts(outcome)}\n`,
    )
  }
  process.stdout.write(
    `        ${'all'.padEnd(12)} ${seconds.toFixed(1).padStart(7)} s   ${counts(total)}\n\n${total.passed} passed, ${total.failed} failed\n`,
  )
  process.exitCode = total.failed > 0 ? 1 : 0
}

/** @param {Outcome} outcome */
function counts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

try {
  const chosen = choose(process.argv.slice(2))
  await ensureDependencies()
  /** @type {Result[]} */
  const results = []
  const startedAt = Date.now()
  for (const batch of batches(chosen)) results.push(...(await runBatch(batch)))
  for (const cleanup of cleanups) cleanup()
  conclude(results, (Date.now() - startedAt) / 1000)
} catch (error) {
  giveUp(error)
}
