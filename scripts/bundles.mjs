/** The bundles that run without Electron's window: the command line, the engine's worker, and test programs. */
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { outDir, projectDir } from './places.mjs'
import { StepFailed } from './tell.mjs'

/** Resolved at run time: a native addon, and CommonJS that must stay one instance. */
const external = ['koffi', 'werift', 'electron']

/**
 * CommonJS for Node 18, the oldest runtime (Electron 25's), readable stacks, no minification.
 *
 * @returns {import('esbuild').BuildOptions}
 */
export function bundleOptions() {
  const { version } = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8'))
  return {
    absWorkingDir: projectDir,
    bundle: true,
    platform: 'node',
    target: 'node18',
    format: 'cjs',
    sourcemap: 'linked',
    external,
    define: { __APP_VERSION__: JSON.stringify(version) },
    // A command or the worker must not depend on which copy of the sources the checkout holds later.
    packages: 'bundle',
    logLevel: 'warning',
  }
}

/** The product's own bundles. @type {readonly { entry: string, file: string, executable: boolean }[]} */
const products = [
  { entry: 'src/runtime/worker/entry.ts', file: 'worker/index.js', executable: false },
  { entry: 'src/cli/index.ts', file: 'cli/index.js', executable: true },
]

/** Builds the worker and the command line into out/. */
export async function buildBundles() {
  const { build } = await import('esbuild')
  for (const product of products) {
    requireEntry(product.entry)
    const outfile = join(outDir, product.file)
    await build({ ...productOptions(product), outfile })
    if (product.executable) chmodSync(outfile, 0o755)
  }
}

/**
 * Keeps the worker's bundle up to date until disposed of.
 *
 * @param {() => void} onRebuilt
 */
export async function watchWorker(onRebuilt) {
  const { context } = await import('esbuild')
  const product = products[0]
  if (product === undefined) throw new Error('the worker is the first product')
  const watching = await context({
    ...productOptions(product),
    outfile: join(outDir, product.file),
    plugins: [
      {
        name: 'tell',
        setup(build) {
          build.onEnd((result) => {
            if (result.errors.length === 0) onRebuilt()
          })
        },
      },
    ],
  })
  await watching.watch()
  return () => watching.dispose()
}

/** @param {{ entry: string, executable: boolean }} product @returns {import('esbuild').BuildOptions} */
function productOptions(product) {
  return {
    ...bundleOptions(),
    entryPoints: [product.entry],
    ...(product.executable ? { banner: { js: '#!/usr/bin/env node' } } : {}),
  }
}

/** @param {string} entry */
function requireEntry(entry) {
  if (!existsSync(join(projectDir, entry))) {
    throw new StepFailed(
      `${entry} is missing`,
      'The checkout is incomplete: `git status` shows what is gone.',
    )
  }
}
