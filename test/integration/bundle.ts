import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Bundles `<name>-main.ts` into one program for a host; inside the project, so that it finds its native module. */
export async function bundleMain(name: 'agent' | 'attacker'): Promise<string> {
  const outfile = fileURLToPath(new URL(`../../out/integration/${name}.mjs`, import.meta.url))
  await build({
    entryPoints: [fileURLToPath(new URL(`./${name}-main.ts`, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node18',
    format: 'esm',
    external: ['koffi'],
    logLevel: 'error',
  })
  return outfile
}
