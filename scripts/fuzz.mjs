/** `npm run fuzz`: builds test/fuzz/fuzz.ts with a counter at every branch of the product's code, and runs it. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureDependencies } from './dependencies.mjs'
import { outDir, projectDir } from './places.mjs'
import { giveUp } from './tell.mjs'

try {
  await ensureDependencies()
  const { build } = await import('esbuild')
  const { bundleOptions } = await import('./bundles.mjs')
  const { counterBanner, instrument } = await import('./instrument.mjs')
  const outfile = join(outDir, 'fuzz', 'fuzz.cjs')
  await build({
    ...bundleOptions(),
    entryPoints: ['test/fuzz/fuzz.ts'],
    outfile,
    banner: { js: counterBanner },
    plugins: [instrument()],
  })
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
