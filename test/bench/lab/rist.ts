/** RIST (librist) over the lab's links: the same flow over each link (weight 0), or spread by weights set by hand. */
import { once } from 'node:events'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lab } from './lab'
import type { SinkResult } from './udp-flow'

export interface RistFlow {
  /** For each link in order; 0 sends everything over every link. */
  readonly weights: readonly number[]
  /** Of payload. */
  readonly rateBps: number
  readonly sizeBytes: number
  readonly seconds: number
  readonly bufferMs: number
}

export interface RistResult extends SinkResult {
  readonly sent: number
}

const ports = { into: 6000, over: 7000, out: 6100 }
const connectMs = 2500
/** Main profile, no log, no statistics. */
const quietly = ['-p', '1', '-v', '-1', '-S', '0']

/** `during` runs while packets flow, `connectMs` after the programs began. */
export async function ristFlow(
  lab: Lab,
  flow: RistFlow,
  program: string,
  during: () => Promise<void> = () => Promise.resolve(),
): Promise<RistResult> {
  const sink = lab.start('right', process.execPath, [
    program,
    'sink',
    String(ports.out),
    String(flow.sizeBytes),
  ])
  const lines = linesOf(sink)
  await lines.next()
  const listening = lab.links.map((_, at) => `rist://@0.0.0.0:${ports.over + 2 * at}?buffer=${flow.bufferMs}`)
  const receiver = quiet(
    lab.start('right', 'ristreceiver', [
      ...quietly,
      '-i',
      listening.join(','),
      '-o',
      `udp://127.0.0.1:${ports.out}`,
    ]),
  )
  const peers = await Promise.all(
    lab.links.map(async (link, at) => {
      const to = await lab.address('right', link)
      return `rist://${to}:${ports.over + 2 * at}?buffer=${flow.bufferMs}&weight=${flow.weights[at] ?? 0}`
    }),
  )
  const sender = quiet(
    lab.start('left', 'ristsender', [
      ...quietly,
      '-i',
      `udp://@127.0.0.1:${ports.into}`,
      '-o',
      peers.join(','),
    ]),
  )
  await sleep(connectMs)
  const { rateBps, sizeBytes, seconds } = flow
  const sourceArgs = ['source', '127.0.0.1', ports.into, rateBps, sizeBytes, seconds].map(String)
  const source = lab.exec('left', process.execPath, [program, ...sourceArgs])
  await during()
  const { sent } = JSON.parse(await source) as { readonly sent: number }
  await sleep(Math.max(500, 2 * flow.bufferMs))
  sink.kill('SIGTERM')
  const last = (await lines.next()).value as string
  for (const child of [receiver, sender]) child.kill('SIGKILL')
  await Promise.all([receiver, sender].map((child) => child.exitCode ?? once(child, 'exit')))
  return { ...(JSON.parse(last) as SinkResult), sent }
}

function linesOf(child: ChildProcess): AsyncIterator<string> {
  return createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
}

function quiet(child: ChildProcess): ChildProcess {
  child.stdout?.resume()
  child.stderr?.resume()
  return child
}
