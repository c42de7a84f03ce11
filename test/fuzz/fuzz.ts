/**
 * `npm run fuzz -- [--seconds 60] [--target NAME,…] [--seed 7] [--keep]`: changed inputs against every parser, the
 * seconds shared among the targets. Each target runs in a worker, so that one that hangs or eats memory can be ended and
 * its input be named. The same seed makes the same choices, for as long as time lets it.
 */
import { join } from 'node:path'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { fewest, type Failure, runCampaign } from './campaign'
import { readInputs, replaceCorpus, writeInput } from './files'
import { type Options, readOptions, usage } from './options'
import type { Target } from './target'
import { targets } from './targets'

const folder = join(process.cwd(), 'test', 'fuzz')

/** No run comes back for this long: the target hangs. */
const hangMs = 15_000
const memoryMb = 512
/** Inputs kept of a target, and their bytes together. */
const keptInputs = 40
const keptBytes = 24_000

interface Order {
  readonly name: string
  readonly seconds: number
  readonly seed: number
  readonly keep: boolean
  readonly current: SharedArrayBuffer
}

interface Told {
  readonly runs: number
  readonly seconds: number
  readonly knownPoints: number
  readonly newPoints: number
  readonly corpus: number
  readonly failures: readonly Failure[]
}

interface Row extends Told {
  readonly target: Target
}

/** In `current`: the number of runs, the input's length, the input. */
const headBytes = 8

function work(order: Order): void {
  const target = targetNamed(order.name)
  const head = new Int32Array(order.current, 0, 2)
  const body = new Uint8Array(order.current, headBytes)
  const known = [...readInputs(folder, 'corpus', target), ...readInputs(folder, 'pinned', target)]
  const before = (input: Uint8Array) => {
    body.set(input.subarray(0, body.length))
    Atomics.store(head, 1, Math.min(input.length, body.length))
    Atomics.add(head, 0, 1)
  }
  const outcome = runCampaign(target, { seconds: order.seconds, seed: order.seed, known, before })
  if (order.keep) {
    replaceCorpus(folder, target, fewest(target, outcome.corpus, target.keptInputs ?? keptInputs, keptBytes))
  }
  const told: Told = { ...outcome, corpus: outcome.corpus.length }
  parentPort?.postMessage(told)
}

function fuzz(target: Target, seconds: number, { seed, keep }: Options): Promise<Row> {
  const current = new SharedArrayBuffer(headBytes + Math.max(target.maxBytes, target.growBytes ?? 0))
  const head = new Int32Array(current, 0, 2)
  const order: Order = { name: target.name, seconds, seed, keep, current }
  const worker = new Worker(__filename, {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  })
  return new Promise((resolve) => {
    let seen = -1
    let seenAtMs = Date.now()
    const watch = setInterval(() => {
      const runs = Atomics.load(head, 0)
      if (runs !== seen) seenAtMs = Date.now()
      else if (Date.now() - seenAtMs > hangMs) broke(`no answer within ${hangMs / 1000} s`)
      seen = runs
    }, 250)
    const finish = (row: Row): void => {
      clearInterval(watch)
      void worker.terminate()
      resolve(row)
    }
    const broke = (message: string): void => {
      const input = Uint8Array.from(new Uint8Array(current, headBytes, Atomics.load(head, 1)))
      const runs = Atomics.load(head, 0)
      const failures = [{ input, message }]
      finish({ target, runs, seconds, knownPoints: 0, newPoints: 0, corpus: 0, failures })
    }
    worker.on('message', (told: Told) => finish({ target, ...told }))
    worker.on('error', (error: Error) => broke(String(error.stack ?? error.message)))
  })
}

function targetNamed(name: string): Target {
  const target = targets.find((one) => one.name === name)
  if (target === undefined) throw new Error(`no target ${name}`)
  return target
}

const columns = [14, 10, 9, 10, 7, 8, 9] as const
const line = (cells: readonly (string | number)[]) =>
  cells
    .map((cell, at) =>
      at === 0 ? String(cell).padEnd(columns[at] ?? 0) : String(cell).padStart(columns[at] ?? 0),
    )
    .join('')

function tellFailures({ target, failures }: Row): void {
  for (const { input, message } of failures) {
    const file = writeInput(folder, 'pinned', target, input)
    console.log(`\n${target.name} FAILED, input kept as test/fuzz/${file}:\n${message.slice(0, 2000)}\n`)
  }
}

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(
    args,
    targets.map((target) => target.name),
  )
  if (typeof options === 'string') {
    console.error(`${options}\n${usage}`)
    return 2
  }
  const each = options.seconds / options.targets.length
  console.log(line(['target', 'runs', 'runs/s', 'coverage', 'new', 'corpus', 'failures']))
  let failed = 0
  for (const name of options.targets) {
    const row = await fuzz(targetNamed(name), each, options)
    const { runs, seconds, knownPoints, newPoints, corpus, failures } = row
    const rate = Math.round(runs / seconds)
    console.log(line([name, runs, rate, knownPoints + newPoints, newPoints, corpus, failures.length]))
    tellFailures(row)
    if (failures.length > 0) failed += 1
  }
  console.log(`\n${options.targets.length - failed} passed, ${failed} failed`)
  return failed > 0 ? 1 : 0
}

if (isMainThread) {
  void main(process.argv.slice(2)).then((status) => {
    process.exitCode = status
  })
} else work(workerData as Order)
