/** Debian and Ubuntu packages that the tests and the window need: found missing, installed where permitted. */
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { withLock } from './lock.mjs'
import { lastLines, run } from './run.mjs'
import { StepFailed, tell } from './tell.mjs'

/** Programs and the packages that bring them. */
const programPackages = {
  Xvfb: ['xvfb'],
  ip: ['iproute2'],
  ldd: ['libc-bin'],
  openssl: ['openssl'],
  turnserver: ['coturn'],
}

/**
 * Chromium's shared libraries and the packages that bring them. Where releases name a package differently, all names
 * stand here and the first that the release knows is taken (t64: the 64-bit time transition of 2024).
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const libraryPackages = {
  'libX11.so.6': ['libx11-6'],
  'libX11-xcb.so.1': ['libx11-xcb1'],
  'libXcomposite.so.1': ['libxcomposite1'],
  'libXcursor.so.1': ['libxcursor1'],
  'libXdamage.so.1': ['libxdamage1'],
  'libXext.so.6': ['libxext6'],
  'libXfixes.so.3': ['libxfixes3'],
  'libXi.so.6': ['libxi6'],
  'libXrandr.so.2': ['libxrandr2'],
  'libXrender.so.1': ['libxrender1'],
  'libXtst.so.6': ['libxtst6'],
  'libasound.so.2': ['libasound2t64', 'libasound2'],
  'libatk-1.0.so.0': ['libatk1.0-0t64', 'libatk1.0-0'],
  'libatk-bridge-2.0.so.0': ['libatk-bridge2.0-0t64', 'libatk-bridge2.0-0'],
  'libatspi.so.0': ['libatspi2.0-0t64', 'libatspi2.0-0'],
  'libcairo.so.2': ['libcairo2'],
  'libcups.so.2': ['libcups2t64', 'libcups2'],
  'libdbus-1.so.3': ['libdbus-1-3'],
  'libdrm.so.2': ['libdrm2'],
  'libexpat.so.1': ['libexpat1'],
  'libgbm.so.1': ['libgbm1'],
  'libgcc_s.so.1': ['libgcc-s1'],
  'libgdk_pixbuf-2.0.so.0': ['libgdk-pixbuf-2.0-0'],
  'libgio-2.0.so.0': ['libglib2.0-0t64', 'libglib2.0-0'],
  'libglib-2.0.so.0': ['libglib2.0-0t64', 'libglib2.0-0'],
  'libgobject-2.0.so.0': ['libglib2.0-0t64', 'libglib2.0-0'],
  'libgtk-3.so.0': ['libgtk-3-0t64', 'libgtk-3-0'],
  'libgdk-3.so.0': ['libgtk-3-0t64', 'libgtk-3-0'],
  'libnspr4.so': ['libnspr4'],
  'libnss3.so': ['libnss3'],
  'libnssutil3.so': ['libnss3'],
  'libpango-1.0.so.0': ['libpango-1.0-0'],
  'libsmime3.so': ['libnss3'],
  'libudev.so.1': ['libudev1'],
  'libuuid.so.1': ['libuuid1'],
  'libxcb.so.1': ['libxcb1'],
  'libxcb-dri3.so.0': ['libxcb-dri3-0'],
  'libxkbcommon.so.0': ['libxkbcommon0'],
  'libxshmfence.so.1': ['libxshmfence1'],
}

/**
 * Has the programs and the libraries of `binary` present, or throws StepFailed with the exact command.
 *
 * @param {object} need
 * @param {readonly (keyof typeof programPackages)[]} [need.programs]
 * @param {string} [need.binary] a program whose shared libraries must be there
 */
export async function ensureSystem({ programs = [], binary }) {
  if (process.platform !== 'linux') return
  const missing = await findMissing(programs, binary)
  if (missing.names.length === 0) return
  await withLock('apt', async () => installPackages(await findMissing(programs, binary)), { shared: true })
  const left = await findMissing(programs, binary)
  if (left.names.length > 0) {
    throw new StepFailed(
      `still missing after the installation: ${left.names.join(', ')}`,
      'Find the packages that bring them (https://packages.debian.org, "search the contents"), and install those.',
    )
  }
}

/**
 * coturn, whose package starts a server for everybody: that one is stopped again. Where it cannot be installed its tests
 * say so and are skipped.
 */
export async function ensureTurnServer() {
  if (onPath('turnserver') && onPath('openssl')) return
  try {
    await ensureSystem({ programs: ['turnserver', 'openssl'] })
    await run('systemctl', ['disable', '--now', 'coturn'])
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error
    tell(`no TURN server for the tests: ${error.message}`)
  }
}

/** Installs packages by their names, those that are there already left alone. @param {readonly string[]} names */
export async function installSystem(names) {
  const status = await run('dpkg-query', [
    '--show',
    '--showformat',
    '${Package} ${db:Status-Status}\n',
    ...names,
  ])
  const missing = names.filter((name) => !status.output.split('\n').includes(`${name} installed`))
  const packages = missing.map((name) => [name])
  await withLock('apt', () => installPackages({ names: missing, packages }), { shared: true })
}

/**
 * @typedef {{ names: string[], packages: (readonly string[])[] }} Missing
 *   `packages` holds the alternatives for each package; unknown libraries are in `names` only
 */

/**
 * @param {readonly (keyof typeof programPackages)[]} programs
 * @param {string | undefined} binary
 * @returns {Promise<Missing>}
 */
async function findMissing(programs, binary) {
  const names = programs.filter((program) => !onPath(program)).map(String)
  /** @type {(readonly string[])[]} */
  const packages = programs.filter((program) => !onPath(program)).map((program) => programPackages[program])
  if (binary !== undefined) {
    const ldd = await run('ldd', [binary])
    for (const [, library] of ldd.output.matchAll(/^\s*(\S+) => not found/gm)) {
      if (library === undefined || names.includes(library)) continue
      names.push(library)
      const known = libraryPackages[library]
      if (known) packages.push(known)
    }
  }
  return { names, packages }
}

/** @param {string} program */
function onPath(program) {
  // The system folders too: an ordinary user's PATH often lacks them.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/bin', '/bin']
  return folders.some((folder) => existsSync(join(folder, program)))
}

/** @param {Missing} missing */
async function installPackages(missing) {
  if (missing.names.length === 0) return
  if (!onPath('apt-get')) {
    throw new StepFailed(
      `missing on this system: ${missing.names.join(', ')}`,
      'Install what brings them with your package manager (only Debian and Ubuntu are done by this command).',
    )
  }
  const prefix = await privilege()
  if (prefix !== undefined && !hasLists()) await update(prefix)
  const packages = await choose(missing.packages)
  if (prefix === undefined) {
    throw new StepFailed(
      `missing on this system: ${missing.names.join(', ')}; installing them needs root`,
      `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}\n` +
        'Then run the command again.',
    )
  }
  tell(`installing system packages: ${packages.join(' ')}`)
  let result = await apt(prefix, ['install', '-y', '--no-install-recommends', ...packages])
  if (result.status !== 0) {
    // Lists of another day name files that the archive no longer has.
    await update(prefix)
    result = await apt(prefix, [
      'install',
      '-y',
      '--no-install-recommends',
      ...(await choose(missing.packages)),
    ])
  }
  if (result.status !== 0) {
    throw new StepFailed(
      'apt-get could not install the system packages',
      `${lastLines(result.output)}\nMend that, or install by hand: ` +
        `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`,
    )
  }
}

/** What stands before apt-get: nothing as root, sudo where it asks for no password; undefined when not permitted. */
async function privilege() {
  if (process.getuid?.() === 0) return []
  const sudo = await run('sudo', ['-n', 'true'])
  return sudo.status === 0 ? ['sudo', '-n'] : undefined
}

/** @param {readonly string[]} prefix @param {readonly string[]} args */
function apt(prefix, args) {
  const [program = 'apt-get', ...rest] = [
    ...prefix,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-o',
    'DPkg::Lock::Timeout=120',
    '-q',
    ...args,
  ]
  return run(program, rest)
}

/** @param {readonly string[]} prefix */
async function update(prefix) {
  tell('updating the package lists (apt-get update)')
  const result = await apt(prefix, ['update'])
  if (result.status !== 0) tell(`apt-get update failed: ${lastLines(result.output, 2)}`)
}

function hasLists() {
  try {
    return readdirSync('/var/lib/apt/lists').some((name) => /_Packages(\.|$)/.test(name))
  } catch {
    return false
  }
}

/** Of each package's names the first that this release can install. @param {readonly (readonly string[])[]} wanted */
async function choose(wanted) {
  const policy = await run('apt-cache', ['policy', ...new Set(wanted.flat())], {
    env: { ...process.env, LC_ALL: 'C' },
  })
  const installable = new Set()
  let name = ''
  for (const line of policy.output.split('\n')) {
    const heading = /^(\S+):$/.exec(line)
    if (heading?.[1]) name = heading[1].replace(/:\w+$/, '')
    else if (/^\s+Candidate: (?!\(none\))/.test(line)) installable.add(name)
  }
  const chosen = wanted.map((names) => names.find((each) => installable.has(each)) ?? names.at(-1) ?? '')
  return [...new Set(chosen)].sort()
}
