/** The suites of `npm test`, in their order, each with what it needs of the machine. */
import { layers } from './layers.mjs'
import { format, knip, lint, types } from './tools.mjs'
import { vitest } from './vitest.mjs'

/**
 * @typedef {'build' | 'electron' | 'display' | 'namespaces'} Need
 *
 * @typedef {object} Surroundings what was prepared for the needs
 * @property {import('../electron/index.mjs').Electron} [electron]
 * @property {NodeJS.ProcessEnv} env
 *
 * @typedef {object} Suite
 * @property {string} name
 * @property {readonly Need[]} needs
 * @property {boolean} [quiet] says nothing while it runs, and runs side by side with those next to it that say nothing either
 * @property {(surroundings: Surroundings) => Promise<import('./outcome.mjs').Outcome>} run
 */

/** @type {readonly Suite[]} */
export const suites = [
  { name: 'format', needs: [], quiet: true, run: format },
  { name: 'lint', needs: [], quiet: true, run: lint },
  { name: 'types', needs: [], quiet: true, run: types },
  { name: 'layers', needs: [], quiet: true, run: layers },
  { name: 'knip', needs: [], quiet: true, run: knip },
  // vitest leaves one core to itself, which of two is half of all.
  { name: 'unit', needs: [], run: () => vitest('unit', {}, ['--maxWorkers=100%']) },
  { name: 'sessions', needs: [], run: () => vitest('sessions') },
  { name: 'sim', needs: [], run: () => vitest('sim') },
  { name: 'worker', needs: ['build', 'electron', 'display'], run: runWorker },
  { name: 'integration', needs: ['build', 'namespaces'], run: ({ env }) => vitest('integration', env) },
  { name: 'e2e', needs: ['build', 'electron', 'display'], run: ({ env }) => vitest('e2e', env) },
]

/** Names for several suites at once. @type {Readonly<Record<string, readonly string[]>>} */
export const groups = { check: ['format', 'lint', 'types', 'layers', 'knip', 'unit'] }

/** @param {Surroundings} surroundings */
async function runWorker({ electron, env }) {
  if (electron === undefined) throw new Error('the worker suite needs Electron prepared')
  // Loaded late: it needs esbuild, which an incomplete checkout lacks.
  const { worker } = await import('./worker.mjs')
  return worker(electron, env)
}
