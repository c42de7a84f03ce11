/** The suites that vitest runs, counted from its own report. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { outDir, projectDir } from '../places.mjs'
import { run } from '../run.mjs'
import { oneFailure } from './outcome.mjs'
import { programOf } from './tools.mjs'

/**
 * @param {string} project one of vitest.config.ts
 * @param {NodeJS.ProcessEnv} [env] added to this process's
 * @param {readonly string[]} [options] of vitest's own
 * @returns {Promise<import('./outcome.mjs').Outcome>}
 */
export async function vitest(project, env = {}, options = []) {
  const folder = join(outDir, 'test-results')
  mkdirSync(folder, { recursive: true })
  const reportPath = join(folder, `${project}.json`)
  rmSync(reportPath, { force: true })
  const result = await run(
    process.execPath,
    [
      programOf('vitest', 'vitest'),
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportPath}`,
      ...options,
    ],
    { show: true, env: { ...process.env, ...env } },
  )
  if (!existsSync(reportPath))
    return oneFailure(`vitest ended with status ${result.status} and wrote no report`)
  return count(JSON.parse(readFileSync(reportPath, 'utf8')), result.status)
}

/**
 * @param {any} report vitest's JSON report
 * @param {number | null} status
 * @returns {import('./outcome.mjs').Outcome}
 */
function count(report, status) {
  /** @type {import('./outcome.mjs').Outcome} */
  const outcome = { passed: report.numPassedTests, failed: report.numFailedTests, skipped: 0, notes: [] }
  outcome.skipped = report.numPendingTests + (report.numTodoTests ?? 0)
  for (const file of report.testResults) {
    const name = relative(projectDir, file.name)
    const failed = file.assertionResults.filter((/** @type {any} */ test) => test.status === 'failed')
    for (const test of failed) outcome.notes.push(`failed: ${name}: ${test.fullName}`)
    if (file.status === 'failed' && failed.length === 0) {
      outcome.failed += 1
      outcome.notes.push(`failed: ${name} could not be run: ${file.message}`)
    }
  }
  if (outcome.passed + outcome.failed + outcome.skipped === 0) return oneFailure('vitest found no test')
  if (status !== 0 && outcome.failed === 0) {
    outcome.failed = 1
    outcome.notes.push(
      `vitest ended with status ${status} although no test failed; its own words stand above`,
    )
  }
  return outcome
}
