/**
 * `npm run bench -- [NAME...] [--install]`: builds the product and test/bench/main.ts, and runs the benches. Those on
 * emulated links need root and the program `lab`; `--install` installs what they compare with (Debian packages).
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureDependencies } from './dependencies.mjs'
import { outDir, projectDir } from './places.mjs'
import { run } from './run.mjs'
import { installSystem } from './system-packages.mjs'
import { giveUp } from './tell.mjs'

try {
  await ensureDependencies()
  const args = process.argv.slice(2)
  const { build } = await import('esbuild')
  const { buildBundles, bundleOptions } = await import('./bundles.mjs')
  await buildBundles()
  const outfile = join(outDir, 'bench', 'bench.cjs')
  await build({ ...bundleOptions(), entryPoints: ['test/bench/main.ts'], outfile })
  for (const program of ['udp-flow', 'collections', 'arrivals']) {
    const entryPoints = [`test/bench/lab/${program}-main.ts`]
    await build({ ...bundleOptions(), entryPoints, outfile: join(outDir, 'bench', `${program}.cjs`) })
  }
  if (args.includes('--install')) {
    const { output } = await run(process.execPath, [outfile, '--packages'])
    await installSystem(output.trim().split('\n'))
  }
  const rest = args.filter((arg) => arg !== '--install')
  const child = spawn(process.execPath, ['--enable-source-maps', outfile, ...rest], {
    stdio: 'inherit',
    cwd: projectDir,
  })
  child.on('exit', (status) => {
    process.exitCode = status ?? 1
  })
} catch (error) {
  giveUp(error)
}
