/** `npm start`: installs what is missing, builds, opens the app; without a display, runs a session in the terminal. */
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ensureDependencies } from './dependencies.mjs'
import { hasDisplay } from './display.mjs'
import { outDir, projectDir } from './places.mjs'
import { giveUp, StepFailed, tell } from './tell.mjs'

try {
  await ensureDependencies()
  if (process.platform !== 'linux' || hasDisplay()) await openApp()
  else await runLoopback()
} catch (error) {
  giveUp(error)
}

async function openApp() {
  const { resolveElectron, electronEnvironment } = await import('./electron/index.mjs')
  const { sandboxArguments } = await import('./electron/sandbox.mjs')
  const { ensureSystem } = await import('./system-packages.mjs')
  const { buildAll } = await import('./build.mjs')
  const electron = await resolveElectron()
  await ensureSystem({ programs: ['ldd'], binary: electron.path })
  const switches = [...(await sandboxArguments(electron.dist))]
  if (!process.env.DISPLAY && process.env.WAYLAND_DISPLAY) switches.push('--ozone-platform-hint=auto')
  tell(`built in ${(await buildAll()).toFixed(1)} s; opening the app`)
  const status = await attached(electron.path, [...switches, projectDir, ...process.argv.slice(2)], {
    ...process.env,
    ...electronEnvironment(electron),
  })
  if (status === 0 || interrupted(status)) return
  throw new StepFailed(
    `the app ended with status ${status}`,
    `Its own words stand above. If the display (${process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY}) is not ` +
      'yours to use, unset DISPLAY\nand WAYLAND_DISPLAY: the same command then runs a session in the terminal.',
  )
}

async function runLoopback() {
  const { buildBundles } = await import('./bundles.mjs')
  tell(
    'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set): running a session in the terminal instead',
  )
  tell('both ends are in one process, over three emulated paths, for 10 s')
  await buildBundles()
  // One folder a run: a later run must not write over an earlier one's report.
  const reports = join(outDir, 'reports', new Date().toISOString().slice(0, 19).replaceAll(':', '.'))
  mkdirSync(reports, { recursive: true })
  const status = await attached(
    process.execPath,
    [
      join(outDir, 'cli', 'index.js'),
      'loopback',
      '--duration',
      '10s',
      '--report',
      reports,
      '--format',
      'json,csv,html',
    ],
    process.env,
  )
  const written = readdirSync(reports).sort()
  if (status !== 0 && !interrupted(status)) {
    throw new StepFailed(
      `the loopback session ended with status ${status}`,
      'Its own words stand above; `npm run check` tells whether this checkout is sound.',
    )
  }
  if (written.length === 0) {
    throw new StepFailed(
      `the session wrote no report into ${reports}`,
      'Check that the folder can be written to.',
    )
  }
  tell(`the report is in ${relative(projectDir, reports)}: ${written.join(', ')}`)
  tell(
    'with a display, the same command opens the app; `node out/cli/index.js` lists what the command line can do',
  )
}

/** @param {number | string | null} status */
function interrupted(status) {
  return status === 130 || status === 'SIGINT' || status === 'SIGTERM'
}

/**
 * Runs a program in this terminal; an interrupt is the program's to answer.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number | string | null>} its status, or the signal that ended it
 */
function attached(program, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env, cwd: projectDir })
    const wait = () => {}
    process.on('SIGINT', wait)
    process.once('SIGTERM', () => child.kill('SIGTERM'))
    child.on('error', reject)
    child.on('exit', (status, signal) => {
      process.off('SIGINT', wait)
      resolve(signal ?? status)
    })
  })
}
