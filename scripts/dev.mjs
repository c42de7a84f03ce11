/** `npm run dev`: the app with hot reload of its window; the worker's bundle follows its sources. */
import { spawn } from 'node:child_process'
import { ensureDependencies } from './dependencies.mjs'
import { hasDisplay } from './display.mjs'
import { electronEnvironment, resolveElectron } from './electron/index.mjs'
import { sandboxArguments } from './electron/sandbox.mjs'
import { projectDir } from './places.mjs'
import { ensureSystem } from './system-packages.mjs'
import { giveUp, StepFailed, tell } from './tell.mjs'

try {
  await ensureDependencies()
  if (process.platform === 'linux' && !hasDisplay()) {
    throw new StepFailed(
      'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)',
      'Start one (`Xvfb :99 & export DISPLAY=:99` will do), or work on the command line: npm run build.',
    )
  }
  const electron = await resolveElectron()
  await ensureSystem({ programs: ['ldd'], binary: electron.path })
  const switches = await sandboxArguments(electron.dist)
  const { watchWorker } = await import('./bundles.mjs')
  const stopWatching = await watchWorker(() =>
    tell("the engine's worker is rebuilt: the next session runs it"),
  )
  const { programOf } = await import('./suites/tools.mjs')
  const child = spawn(
    process.execPath,
    [
      programOf('electron-vite', 'electron-vite'),
      'dev',
      '--watch',
      ...(switches.includes('--no-sandbox') ? ['--noSandbox'] : []),
      '--',
      ...process.argv.slice(2),
    ],
    { stdio: 'inherit', cwd: projectDir, env: { ...process.env, ...electronEnvironment(electron) } },
  )
  process.on('SIGINT', () => {})
  process.once('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', async (status) => {
    await stopWatching()
    process.exitCode = status ?? 1
  })
} catch (error) {
  giveUp(error)
}
