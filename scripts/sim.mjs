/** `npm run sim -- --seed N`: replays one simulated session (test/sim/replay.ts) with everything it does printed. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureDependencies } from './dependencies.mjs'
import { outDir, projectDir } from './places.mjs'
import { giveUp, StepFailed } from './tell.mjs'

const entry = 'test/sim/replay.ts'

try {
  await ensureDependencies()
  if (!existsSync(join(projectDir, entry))) {
    throw new StepFailed(
      `${entry} is missing`,
      'The checkout is incomplete: `git status` shows what is gone.',
    )
  }
  const { build } = await import('esbuild')
  const { bundleOptions } = await import('./bundles.mjs')
  const outfile = join(outDir, 'sim', 'replay.cjs')
  await build({ ...bundleOptions(), entryPoints: [entry], outfile })
  const child = spawn(process.execPath, ['--enable-source-maps', outfile, ...process.argv.slice(2)], {
    stdio: 'inherit',
    cwd: projectDir,
  })
  child.on('exit', (status) => {
    process.exitCode = status ?? 1
  })
} catch (error) {
  giveUp(error)
}
