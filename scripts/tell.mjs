/** How the scripts speak: one line a step, and a failure that names what failed and how to go on. */

/** A step that could not be done. `how` is what the person can do about it. */
export class StepFailed extends Error {
  /**
   * @param {string} what
   * @param {string} how
   */
  constructor(what, how) {
    super(what)
    this.name = 'StepFailed'
    this.how = how
  }
}

/** @param {string} line */
export function tell(line) {
  process.stdout.write(`pathscope: ${line}\n`)
}

/** Ends the process with what is known of the failure. @param {unknown} error @returns {never} */
export function giveUp(error) {
  if (error instanceof StepFailed) {
    process.stderr.write(`\npathscope: ${error.message}\n${indent(error.how)}\n`)
  } else {
    process.stderr.write(
      `\npathscope: an unexpected failure\n${indent(String(error instanceof Error ? error.stack : error))}\n`,
    )
  }
  process.exit(1)
}

/** @param {string} text */
function indent(text) {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}
