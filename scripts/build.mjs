/** `npm run build`: everything the app and the command line need, into out/. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureDependencies } from './dependencies.mjs'
import { modulesDir } from './places.mjs'
import { lastLines, run } from './run.mjs'
import { giveUp, StepFailed, tell } from './tell.mjs'

/** Builds the window's three parts (electron-vite), the worker and the command line. Returns the seconds it took. */
export async function buildAll() {
  const startedAt = Date.now()
  const { buildBundles } = await import('./bundles.mjs')
  await buildBundles()
  const vite = await run(process.execPath, [
    join(modulesDir, 'electron-vite', 'bin', 'electron-vite.js'),
    'build',
    '--logLevel',
    'warn',
  ])
  if (vite.status !== 0) {
    throw new StepFailed(
      'the build of the app failed',
      `${lastLines(vite.output, 30)}\nMend what it names and run the command again.`,
    )
  }
  return (Date.now() - startedAt) / 1000
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await ensureDependencies()
    tell(`built into out/ in ${(await buildAll()).toFixed(1)} s`)
  } catch (error) {
    giveUp(error)
  }
}
