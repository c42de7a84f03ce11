/** One at a time: two commands started together must not install over each other. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cacheDir, outDir } from './places.mjs'
import { tell } from './tell.mjs'

/**
 * Runs `work` while no other process of this checkout (or, `shared`, of this user) holds the lock of that name. A lock
 * whose holder is gone is taken over.
 *
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @param {{ shared?: boolean }} [options]
 * @returns {Promise<T>}
 */
export async function withLock(name, work, options = {}) {
  const folder = options.shared ? cacheDir() : outDir
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `.${name}.lock`)
  let told = false
  while (!take(path)) {
    if (!told) tell(`another command is busy with the same step (${name}); waiting for it`)
    told = true
    await sleep(500)
  }
  try {
    return await work()
  } finally {
    rmSync(path, { force: true })
  }
}

/** @param {string} path */
function take(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    if (!holderLives(path)) rmSync(path, { force: true })
    return false
  }
}

/** @param {string} path */
function holderLives(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'))
    // An empty file belongs to a holder that is just writing its number.
    if (pid === 0) return true
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
