/** The engine worker's entry: one session a thread, given as `workerData`; updates out, orders in. */
import { runWorker } from './run-worker'

runWorker()
