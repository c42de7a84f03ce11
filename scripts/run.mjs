/** Child processes: run to the end, with the output shown or kept. */
import { spawn } from 'node:child_process'
import { projectDir } from './places.mjs'

/** Output kept of a child, in characters, the newest; what a failure prints. */
const keptOutput = 4_000_000

/**
 * Runs a program to its end. Without `show` the output is only returned.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean, timeoutMs?: number, input?: 'inherit' }} [options]
 * @returns {Promise<{ status: number | null, output: string, missing: boolean, timedOut: boolean }>}
 *   `missing` when there is no such program; `status` is null when it was ended by a signal.
 */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? projectDir,
      env: options.env ?? process.env,
      stdio: [options.input ?? 'ignore', 'pipe', 'pipe'],
    })
    let output = ''
    let timedOut = false
    let missing = false
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true
            child.kill('SIGTERM')
            setTimeout(() => child.kill('SIGKILL'), 5000).unref()
          }, options.timeoutMs)
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (text) => {
        output = (output + text).slice(-keptOutput)
        if (options.show) process.stdout.write(text)
      })
    }
    child.on('error', (error) => {
      missing = 'code' in error && error.code === 'ENOENT'
      output += `${error.message}\n`
      finish(null)
    })
    child.on('close', finish)

    /** @param {number | null} status */
    function finish(status) {
      clearTimeout(timer)
      resolve({ status, output, missing, timedOut })
    }
  })
}

/** The last lines of an output, for the failure's message. @param {string} output @param {number} [count] */
export function lastLines(output, count = 12) {
  return output.trim().split('\n').slice(-count).join('\n')
}
