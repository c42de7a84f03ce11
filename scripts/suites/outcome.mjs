/**
 * What a suite comes to. `notes` are printed under the suite's line; a failure says there what failed.
 *
 * @typedef {{ passed: number, failed: number, skipped: number, notes: string[] }} Outcome
 */

/** @param {string} note @returns {Outcome} */
export function oneFailure(note) {
  return { passed: 0, failed: 1, skipped: 0, notes: [note] }
}

/** @param {readonly Outcome[]} outcomes @returns {Outcome} */
export function sum(outcomes) {
  return outcomes.reduce(
    (total, each) => ({
      passed: total.passed + each.passed,
      failed: total.failed + each.failed,
      skipped: total.skipped + each.skipped,
      notes: [...total.notes, ...each.notes],
    }),
    { passed: 0, failed: 0, skipped: 0, notes: [] },
  )
}
