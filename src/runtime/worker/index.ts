/** The engine's worker: one session in a thread of its own, which owns the sockets. Bundled from entry.ts. */
export { runWorker } from './run-worker'
