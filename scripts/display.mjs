/** A display: the person's own, or a virtual one for the tests. */
import { spawn } from 'node:child_process'
import { StepFailed } from './tell.mjs'

const startLimitMs = 20_000

export function hasDisplay() {
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

/**
 * Starts Xvfb on a free display number.
 *
 * @returns {Promise<{ display: string, stop: () => void }>}
 */
export function startVirtualDisplay() {
  return new Promise((resolve, reject) => {
    // It picks the number itself and writes it to descriptor 3 when it is ready.
    const child = spawn(
      'Xvfb',
      ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp', '-noreset'],
      { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
    )
    let errors = ''
    let number = ''
    const stop = () => void child.kill('SIGTERM')
    const fail = (/** @type {string} */ what) => {
      stop()
      reject(new StepFailed(`Xvfb, the virtual display, ${what}`, errors.trim() || 'apt-get install xvfb'))
    }
    const timer = setTimeout(() => fail(`was not ready in ${startLimitMs / 1000} s`), startLimitMs)
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      errors = (errors + text).slice(-4000)
    })
    child.stdio[3]?.on('data', (/** @type {Buffer} */ bytes) => {
      number += bytes.toString()
      if (!number.includes('\n')) return
      clearTimeout(timer)
      process.once('exit', stop)
      child.unref()
      resolve({ display: `:${number.trim()}`, stop })
    })
    child.on('error', (error) => fail(`did not start: ${error.message}`))
    child.on('exit', () => {
      clearTimeout(timer)
      fail('ended at once')
    })
  })
}
