/** `npm run bench -- [NAME...] [--json FILE]`: builds test/bench/main.ts as the app's bundles are built, and runs it. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureDependencies } from './dependencies.mjs'
import { outDir, projectDir } from './places.mjs'
import { giveUp } from './tell.mjs'

try {
  await ensureDependencies()
  const { build } = await import('esbuild')
  const { bundleOptions } = await import('./bundles.mjs')
  const outfile = join(outDir, 'bench', 'bench.cjs')
  await build({ ...bundleOptions(), entryPoints: ['test/bench/main.ts'], outfile })
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
