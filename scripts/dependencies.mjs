/**
 * node_modules as the lock file says.
 *
 * The install goes into a folder beside and is moved into place when complete, with a stamp written before the move;
 * so an install that was cut short leaves either the old state or the new one.
 */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from './lock.mjs'
import { modulesDir, outDir, projectDir } from './places.mjs'
import { lastLines, run } from './run.mjs'
import { StepFailed, tell } from './tell.mjs'

const stampName = '.pathscope-stamp'
const oldestNode = [20, 19]

/** Installs the locked dependencies unless they are all there. */
export async function ensureDependencies() {
  requireNode()
  if (missing() === undefined) return
  await withLock('install', async () => {
    const reason = missing()
    if (reason === undefined) return
    tell(`installing the dependencies (${reason})`)
    const startedAt = Date.now()
    await install()
    tell(`installed the dependencies in ${((Date.now() - startedAt) / 1000).toFixed(0)} s`)
  })
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [needMajor = 0, needMinor = 0] = oldestNode
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return
  throw new StepFailed(
    `Node.js ${process.versions.node} is too old: Pathscope needs ${oldestNode.join('.')} or later`,
    'Install a current Node.js (https://nodejs.org, or nvm, fnm, your distribution) and run the command again.',
  )
}

/** Why an install is needed; undefined when everything is in place. */
function missing() {
  if (!existsSync(modulesDir)) return 'there are none yet'
  const hash = lockHash()
  const stampPath = join(modulesDir, stampName)
  if (!existsSync(stampPath)) {
    // Installed by hand. npm writes its own record last; when that agrees with the lock file, the install is whole.
    if (!agreesWithLock()) return 'node_modules is incomplete or of another state'
    writeFileSync(stampPath, hash)
  } else if (readFileSync(stampPath, 'utf8') !== hash) {
    if (!agreesWithLock()) return 'the lock file has changed'
    writeFileSync(stampPath, hash)
  }
  for (const [path, entry] of Object.entries(lockedPackages())) {
    if (path !== '' && !entry.optional && !existsSync(join(projectDir, path, 'package.json'))) {
      return `${path} is missing`
    }
  }
  return undefined
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(projectDir, 'package-lock.json')))
    .digest('hex')
}

/** @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }>} */
function lockedPackages() {
  return JSON.parse(readFileSync(join(projectDir, 'package-lock.json'), 'utf8')).packages
}

/** Whether npm's record of what it installed names the lock file's packages in the lock file's versions. */
function agreesWithLock() {
  const recordPath = join(modulesDir, '.package-lock.json')
  if (!existsSync(recordPath)) return false
  const installed = JSON.parse(readFileSync(recordPath, 'utf8')).packages
  return Object.entries(lockedPackages()).every(
    ([path, entry]) =>
      path === '' ||
      (installed[path] === undefined && entry.optional === true) ||
      installed[path]?.integrity === entry.integrity,
  )
}

async function install() {
  const beside = join(outDir, 'install')
  rmSync(beside, { recursive: true, force: true })
  mkdirSync(beside, { recursive: true })
  for (const name of ['package.json', 'package-lock.json', '.npmrc']) {
    cpSync(join(projectDir, name), join(beside, name))
  }
  // No dependency needs an install script: native parts come as optional packages, and Electron is resolved by us.
  const npm = await run(
    'npm',
    ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--loglevel=error'],
    { cwd: beside },
  )
  if (npm.status !== 0) {
    rmSync(beside, { recursive: true, force: true })
    throw npmFailure(npm, 'npm could not install the dependencies')
  }
  const old = join(outDir, 'install-old')
  rmSync(old, { recursive: true, force: true })
  writeFileSync(join(beside, 'node_modules', stampName), lockHash())
  if (existsSync(modulesDir)) renameSync(modulesDir, old)
  renameSync(join(beside, 'node_modules'), modulesDir)
  rmSync(beside, { recursive: true, force: true })
  rmSync(old, { recursive: true, force: true })
}

/**
 * A failed npm in words.
 *
 * @param {{ output: string, missing: boolean, timedOut: boolean }} npm
 * @param {string} what
 */
export function npmFailure(npm, what) {
  if (npm.missing) {
    return new StepFailed(
      `${what}: there is no npm`,
      'It comes with Node.js; on Debian and Ubuntu: apt-get install npm',
    )
  }
  const unreachable =
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET/.exec(
      npm.output,
    )
  if (unreachable !== null || npm.timedOut) {
    return new StepFailed(
      `${what}: the npm registry cannot be reached (${unreachable?.[0] ?? 'no answer in time'})`,
      'Check the network and the proxy (`npm ping`, `npm config get proxy`), then run the command again.',
    )
  }
  if (/ENOSPC/.test(npm.output)) {
    return new StepFailed(`${what}: the disk is full`, 'Free about 1 GB and run the command again.')
  }
  if (/EACCES|EPERM/.test(npm.output)) {
    return new StepFailed(
      `${what}: a file may not be written`,
      `${lastLines(npm.output)}\nMake the project and ~/.npm writable for this user and run the command again.`,
    )
  }
  return new StepFailed(what, `${lastLines(npm.output)}\nMend what npm names and run the command again.`)
}
