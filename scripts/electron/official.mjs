/** The official Electron binary: where the `electron` package keeps it, and its download with a limit on waiting. */
import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheDir, modulesDir } from '../places.mjs'
import { tell } from '../tell.mjs'

const packageDir = join(modulesDir, 'electron')
const distDir = join(packageDir, 'dist')
/** The download is given up after this long without a further byte. */
const stallLimitMs = 25_000
/** A failed download is not tried again for this long, so that each start need not wait for it. */
const retryAfterMs = 6 * 3600_000
const failurePath = join(cacheDir(), 'electron-download-failed.json')

/** The binary in node_modules, if it is whole and of the package's version. */
export function installedOfficial() {
  const pathFile = join(packageDir, 'path.txt')
  const versionFile = join(distDir, 'version')
  // The package writes path.txt last: without it an unpacking was cut short.
  if (!existsSync(pathFile) || !existsSync(versionFile)) return undefined
  const version = readFileSync(versionFile, 'utf8').trim().replace(/^v/, '')
  const path = join(distDir, readFileSync(pathFile, 'utf8'))
  if (version !== wantedVersion() || !existsSync(path)) return undefined
  return { path, dist: distDir, version }
}

/**
 * Has the `electron` package fetch its binary.
 *
 * @returns {Promise<
 *   | { kind: 'downloaded', binary: { path: string, dist: string, version: string } }
 *   | { kind: 'failed', reason: string }
 * >}
 */
export async function downloadOfficial() {
  const earlier = earlierFailure()
  if (earlier) return { kind: 'failed', reason: earlier }
  tell(`downloading Electron ${wantedVersion()} (given up after ${stallLimitMs / 1000} s without progress)`)
  const failure = await runInstaller()
  const binary = installedOfficial()
  if (failure === undefined && binary) return { kind: 'downloaded', binary }
  const reason = `the official download failed (${failure ?? 'it left no program'})`
  rememberFailure(reason)
  return { kind: 'failed', reason }
}

function wantedVersion() {
  return JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')).version
}

/** Why it failed; undefined when it did not. @returns {Promise<string | undefined>} */
function runInstaller() {
  // Downloads go to the temporary folder first: a private one shows whether bytes still come.
  const temporary = mkdtempSync(join(tmpdir(), 'pathscope-electron-'))
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(packageDir, 'install.js')], {
      env: { ...process.env, TMPDIR: temporary, ELECTRON_GET_NO_PROGRESS: '1' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let errors = ''
    let stalled = false
    let lastBytes = -1
    let lastGrowthAt = Date.now()
    child.stderr.setEncoding('utf8').on('data', (text) => {
      errors = (errors + text).slice(-20_000)
    })
    const watch = setInterval(() => {
      const bytes = folderBytes(temporary) + folderBytes(distDir)
      if (bytes !== lastBytes) lastGrowthAt = Date.now()
      lastBytes = bytes
      if (Date.now() - lastGrowthAt > stallLimitMs) {
        stalled = true
        child.kill('SIGKILL')
      }
    }, 500)
    child.on('close', (status) => {
      clearInterval(watch)
      rmSync(temporary, { recursive: true, force: true })
      if (stalled) resolve(`no progress for ${stallLimitMs / 1000} s`)
      else if (status !== 0) resolve(cause(errors))
      else resolve(undefined)
    })
  })
}

/** The one line of an error's stack that says what went wrong. @param {string} errors */
function cause(errors) {
  if (errors.includes('fetch failed')) return 'its server cannot be reached'
  const code =
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|CONNECT_TIMEOUT)\b/.exec(
      errors,
    )
  if (code?.[1]) return `its server cannot be reached, ${code[1]}`
  return /(?:Error: )(.{1,160})/.exec(errors)?.[1]?.trim() ?? 'without saying why'
}

/** @param {string} folder @returns {number} */
function folderBytes(folder) {
  let sum = 0
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      sum += entry.isDirectory() ? folderBytes(path) : statSync(path).size
    }
  } catch {
    // Files come and go while they are counted; the next count is as good.
  }
  return sum
}

/** What an earlier try within `retryAfterMs` said. @returns {string | undefined} */
function earlierFailure() {
  if (!existsSync(failurePath)) return undefined
  try {
    const { version, at, reason } = JSON.parse(readFileSync(failurePath, 'utf8'))
    const ageMs = Date.now() - at
    if (version !== wantedVersion() || !(ageMs >= 0 && ageMs < retryAfterMs)) return undefined
    return `${reason} ${Math.round(ageMs / 60_000)} min ago; to try again now: rm ${failurePath}`
  } catch {
    return undefined
  }
}

/** @param {string} reason */
function rememberFailure(reason) {
  mkdirSync(cacheDir(), { recursive: true })
  writeFileSync(failurePath, JSON.stringify({ version: wantedVersion(), at: Date.now(), reason }))
}
