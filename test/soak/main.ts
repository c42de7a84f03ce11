/**
 * `npm run soak -- [--minutes M] [--seeds N] [--from K] [--workers W]`: seed after seed over worker threads. Each is a
 * sequence of operations on the ICE agent and on its model, each twentieth a whole simulated session too.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type Options, readOptions, usage } from './options'
import { pin, replayCommand } from './pin'
import { type Failure, runSeed, sessionEvery } from './work'

/** Seeds that a worker takes at a time. */
const batchSeeds = 20
/** A seed that takes this long hangs. */
const hangMs = 180_000
/** With so many failures there is enough to mend. */
const mostFailures = 10

interface Done {
  readonly seeds: number
  readonly failures: readonly Failure[]
}

interface Tally {
  seeds: number
  next: number
  readonly failures: Failure[]
  stopped: 'time' | 'failures' | 'interrupted' | null
  least: number
  most: number
}

function work(current: SharedArrayBuffer): void {
  const seedNow = new Int32Array(current)
  parentPort?.on('message', async (batch: { readonly from: number; readonly to: number }) => {
    const failures: Failure[] = []
    for (let seed = batch.from; seed < batch.to; seed++) {
      Atomics.store(seedNow, 0, seed)
      failures.push(...(await runSeed(seed)))
    }
    const done: Done = { seeds: batch.to - batch.from, failures }
    parentPort?.postMessage(done)
  })
}

/** One worker, fed until there is nothing left to do. */
function drive(options: Options, tally: Tally, stopping: Promise<void>): Promise<void> {
  const current = new SharedArrayBuffer(4)
  const seedNow = new Int32Array(current)
  const worker = new Worker(__filename, { workerData: current })
  return new Promise((resolve) => {
    let seen = { seed: -1, atMs: Date.now() }
    const watch = setInterval(() => {
      const seed = Atomics.load(seedNow, 0)
      if (seed !== seen.seed) seen = { seed, atMs: Date.now() }
      else if (Date.now() - seen.atMs > hangMs) broke(`It takes longer than ${hangMs / 1000} s.`)
    }, 1000)
    const finish = (): void => {
      clearInterval(watch)
      void worker.terminate().then(() => resolve())
    }
    const broke = (what: string): void => {
      const seed = Atomics.load(seedNow, 0)
      note(tally, { seed, kind: seed % sessionEvery === 0 ? 'session' : 'model', what })
      finish()
    }
    const feed = (): void => {
      const end = options.from + options.seeds
      if (tally.stopped !== null || tally.next >= end) return finish()
      const from = tally.next
      tally.next = Math.min(end, from + batchSeeds)
      worker.postMessage({ from, to: tally.next })
    }
    worker.on('message', (done: Done) => {
      tally.seeds += done.seeds
      for (const failure of done.failures) note(tally, failure)
      feed()
    })
    worker.on('error', (error: Error) => broke(String(error.stack ?? error.message)))
    void stopping.then(finish)
    feed()
  })
}

function note(tally: Tally, failure: Failure): void {
  tally.failures.push(failure)
  if (tally.failures.length >= mostFailures) tally.stopped ??= 'failures'
  const file = pin(failure)
  console.log(`\nseed ${failure.seed} FAILED (${failure.kind}):\n${failure.what.slice(0, 4000)}`)
  console.log(`Again: ${replayCommand(failure)}${file === null ? '' : `   Pinned in ${file}.`}\n`)
}

function memoryMb(tally: Tally): number {
  const now = process.memoryUsage().rss / 2 ** 20
  tally.least = Math.min(tally.least, now)
  tally.most = Math.max(tally.most, now)
  return Math.round(now)
}

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args)
  if (typeof options === 'string') {
    console.error(`${options}\n${usage}`)
    return 2
  }
  const tally: Tally = {
    seeds: 0,
    next: options.from,
    failures: [],
    stopped: null,
    least: Infinity,
    most: 0,
  }
  const startedAtMs = Date.now()
  const minutes = () => (Date.now() - startedAtMs) / 60_000
  let stop: () => void = () => undefined
  const stopping = new Promise<void>((resolve) => (stop = resolve))
  process.once('SIGINT', () => {
    tally.stopped = 'interrupted'
    stop()
  })
  const progress = setInterval(() => {
    const rate = (tally.seeds / minutes()).toFixed(0)
    const failed = `${tally.failures.length} failures`
    console.log(
      `${minutes().toFixed(0)} min: ${tally.seeds} seeds, ${rate} a minute, ${failed}, ${memoryMb(tally)} MiB`,
    )
  }, 60_000)
  const limitMs = options.minutes === null ? null : options.minutes * 60_000
  const bell = limitMs === null ? undefined : setTimeout(() => (tally.stopped ??= 'time'), limitMs)
  await Promise.all(Array.from({ length: options.workers }, () => drive(options, tally, stopping)))
  clearInterval(progress)
  clearTimeout(bell)
  return conclude(options, tally, minutes())
}

function conclude(options: Options, tally: Tally, minutes: number): number {
  memoryMb(tally)
  const last = Math.max(options.from, tally.next - 1)
  const memory = `memory ${Math.round(tally.least)} to ${Math.round(tally.most)} MiB`
  const ended = tally.stopped === 'interrupted' ? ', interrupted' : ''
  console.log(
    `${tally.seeds} seeds from ${options.from} to ${last} in ${minutes.toFixed(1)} min${ended}, ${memory}`,
  )
  const [first] = [...tally.failures].sort((a, b) => a.seed - b.seed)
  if (first !== undefined) console.log(`The first that failed: ${first.seed}. Again: ${replayCommand(first)}`)
  console.log(`${tally.seeds - tally.failures.length} passed, ${tally.failures.length} failed`)
  if (tally.failures.length > 0) return 1
  return tally.stopped === 'interrupted' ? 130 : 0
}

if (isMainThread) {
  void main(process.argv.slice(2)).then((status) => {
    process.exitCode = status
  })
} else work(workerData as SharedArrayBuffer)
