/** Chromium's sandbox: on for an ordinary user, impossible for root. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../run.mjs'
import { StepFailed, tell } from '../tell.mjs'

/**
 * The switches that Electron needs for its sandbox on this system. Throws StepFailed with the exact remedy where the
 * sandbox cannot work: it is never dropped without being asked.
 *
 * @param {string} dist Electron's folder
 * @returns {Promise<readonly string[]>}
 */
export async function sandboxArguments(dist) {
  if (process.platform !== 'linux') return []
  if (process.getuid?.() === 0) {
    tell('running as root, where Chromium has no sandbox: --no-sandbox')
    return ['--no-sandbox']
  }
  if (hasSetuidHelper(dist)) return []
  const namespaces = await run('unshare', ['--user', '--map-root-user', 'true'])
  if (namespaces.status === 0) return []
  throw new StepFailed(
    `Chromium's sandbox cannot work here: ${reason()}`,
    `Either:  ${setuidRemedy(dist)}\nor:      ${namespaceRemedy()}\nThen run the command again.`,
  )
}

/** @param {string} dist */
function hasSetuidHelper(dist) {
  const path = join(dist, 'chrome-sandbox')
  if (!existsSync(path)) return false
  const { uid, mode } = statSync(path)
  return uid === 0 && (mode & 0o4755) === 0o4755
}

/** @param {string} dist */
function setuidRemedy(dist) {
  const helper = join(dist, 'chrome-sandbox')
  return `sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'`
}

function reason() {
  return restrictedByAppArmor()
    ? 'AppArmor keeps ordinary programs from making user namespaces'
    : 'ordinary users may not make user namespaces'
}

function namespaceRemedy() {
  if (restrictedByAppArmor()) return 'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'
  if (setting('/proc/sys/kernel/unprivileged_userns_clone') === '0') {
    return 'sudo sysctl -w kernel.unprivileged_userns_clone=1'
  }
  if (setting('/proc/sys/user/max_user_namespaces') === '0')
    return 'sudo sysctl -w user.max_user_namespaces=15000'
  return 'in a container, let it make user namespaces (Docker: --security-opt seccomp=unconfined)'
}

function restrictedByAppArmor() {
  return setting('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1'
}

/** @param {string} path */
function setting(path) {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}
