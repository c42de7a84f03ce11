/** `npm run soak -- [--minutes M] [--seeds N] [--from K]`: builds test/soak/main.ts and runs it until the time is up. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureDependencies } from './dependencies.mjs'
import { outDir, projectDir } from './places.mjs'
import { giveUp } from './tell.mjs'

try {
  await ensureDependencies()
  const { build } = await import('esbuild')
  const { bundleOptions } = await import('./bundles.mjs')
  const outfile = join(outDir, 'soak', 'soak.cjs')
  await build({ ...bundleOptions(), entryPoints: ['test/soak/main.ts'], outfile })
  const child = spawn(process.execPath, ['--enable-source-maps', outfile, ...process.argv.slice(2)], {
    stdio: 'inherit',
    cwd: projectDir,
  })
  // Ctrl+C reaches the child as well, which ends with its summary.
  process.on('SIGINT', () => undefined)
  child.on('exit', (status) => {
    process.exitCode = status ?? 1
  })
} catch (error) {
  giveUp(error)
}
