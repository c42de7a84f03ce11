/**
 * The engine worker's own tests (test/worker, on node:test), in Node and inside Electron's main process, where the app
 * has its worker: what the runtimes differ in is seen here first.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleOptions } from '../bundles.mjs'
import { outDir, projectDir } from '../places.mjs'
import { lastLines, run } from '../run.mjs'
import { oneFailure, sum } from './outcome.mjs'

/** @typedef {import('./outcome.mjs').Outcome} Outcome */

const sourceDir = join(projectDir, 'test', 'worker')
const bundleDir = join(outDir, 'test-worker')
const electronHost = join(dirname(fileURLToPath(import.meta.url)), 'electron-host')
/** It opens no window, so there is nothing to put into a sandbox. */
const hostSwitches = ['--no-sandbox', '--disable-gpu']
const fileLimitMs = 120_000

/**
 * @param {import('../electron/index.mjs').Electron} electron
 * @param {NodeJS.ProcessEnv} env with a display
 * @returns {Promise<Outcome>}
 */
export async function worker(electron, env) {
  const names = existsSync(sourceDir)
    ? readdirSync(sourceDir).filter((name) => name.endsWith('.test.ts'))
    : []
  if (names.length === 0) return oneFailure('test/worker holds no test')
  await bundle(names)
  /** @type {Outcome[]} */
  const outcomes = []
  for (const name of names) {
    const file = join(bundleDir, name.replace(/\.ts$/, '.cjs'))
    outcomes.push(await runFile('Node', process.execPath, [file], env))
    outcomes.push(await runFile('Electron', electron.path, [...hostSwitches, electronHost, file], env))
  }
  return sum(outcomes)
}

/** @param {readonly string[]} names */
async function bundle(names) {
  const { build } = await import('esbuild')
  rmSync(bundleDir, { recursive: true, force: true })
  await build({
    ...bundleOptions(),
    entryPoints: names.map((name) => join(sourceDir, name)),
    outdir: bundleDir,
    outExtension: { '.js': '.cjs' },
  })
}

/**
 * One file in one runtime, counted from its TAP output.
 *
 * @param {string} runtime
 * @param {string} program
 * @param {readonly string[]} args the test file last
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Outcome>}
 */
async function runFile(runtime, program, args, env) {
  const file = args.at(-1)
  const result = await run(program, args, {
    env: { ...process.env, ...env, NO_COLOR: '1' },
    timeoutMs: fileLimitMs,
  })
  const counted = readCounts(result.output)
  if (result.timedOut) return oneFailure(`in ${runtime}: ${file} did not end within ${fileLimitMs / 1000} s`)
  if (counted === undefined) return oneFailure(`in ${runtime}: ${file}: ${lastLines(result.output, 30)}`)
  if (result.status !== 0 && counted.failed === 0) counted.failed = 1
  if (counted.failed > 0) counted.notes.push(`in ${runtime}:\n${lastLines(result.output, 60)}`)
  return counted
}

/** @param {string} output what node:test writes, as TAP ("# pass 3") or for people ("ℹ pass 3") */
function readCounts(output) {
  const figure = (/** @type {string} */ name) => {
    const found = [...output.matchAll(new RegExp(`^(?:#|ℹ) ${name} (\\d+)`, 'gm'))].at(-1)?.[1]
    return found === undefined ? undefined : Number(found)
  }
  const passed = figure('pass')
  const failed = figure('fail')
  if (passed === undefined || failed === undefined) return undefined
  const cancelled = figure('cancelled') ?? 0
  const skipped = (figure('skipped') ?? 0) + (figure('todo') ?? 0)
  return { passed, failed: failed + cancelled, skipped, notes: /** @type {string[]} */ ([]) }
}
