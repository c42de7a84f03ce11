/**
 * `npm run interop [-- --install] [-- --seconds N] [peer...]`: the command line against stock WebRTC peers, and our SRTP
 * against libsrtp's. Needs root, for network namespaces, unless only libsrtp is named. `--install` installs the peers'
 * Debian packages first. The last line is `N passed, N failed`.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildBundles, bundleOptions } from './bundles.mjs'
import { ensureDependencies } from './dependencies.mjs'
import { outDir } from './places.mjs'
import { run } from './run.mjs'
import { installSystem } from './system-packages.mjs'
import { giveUp } from './tell.mjs'

try {
  const args = process.argv.slice(2)
  await ensureDependencies()
  await buildBundles()
  const program = join(outDir, 'interop', 'main.mjs')
  mkdirSync(join(outDir, 'interop'), { recursive: true })
  const { build } = await import('esbuild')
  await build({
    ...bundleOptions(),
    format: 'esm',
    entryPoints: ['test/interop/main.ts'],
    outfile: program,
  })
  if (args.includes('--install')) {
    const { output } = await run(process.execPath, [program, '--packages'])
    await installSystem(output.trim().split('\n'))
  }
  const { status } = await run(process.execPath, [program, ...args.filter((arg) => arg !== '--install')], {
    show: true,
  })
  process.exitCode = status ?? 1
} catch (error) {
  giveUp(error)
}
