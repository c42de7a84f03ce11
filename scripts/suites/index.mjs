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
 * @property {(surroundings: Surroundings) => Promise<import('./outcome.mjs').Outcome>} run
 */

/** @type {readonly Suite[]} */
export const suites = [
  { name: 'format', needs: [], run: format },
  { name: 'lint', needs: [], run: lint },
  { name: 'types', needs: [], run: types },
  { name: 'layers', needs: [], run: layers },
  { name: 'knip', needs: [], run: knip },
  { name: 'unit', needs: [], run: () => vitest('unit') },
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
