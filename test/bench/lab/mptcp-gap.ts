/** For how long a program that reads from kernel MPTCP gets nothing when a link fails. */
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TcpControl } from './iperf'
import { type Lab, labFolder } from './lab'

/** What a program read: when, in ms of CLOCK_MONOTONIC, and how many bytes. */
type Read = readonly [atMs: number, bytes: number]

/** A gap that began so long before the link failed is already its doing, ms: the log and the script are that exact. */
const beforeMs = 100
const settleMs = 300

/**
 * Sends as much as it can from left to right for some seconds. `during` runs meanwhile and says when the link failed, ms of
 * CLOCK_MONOTONIC. The programs are those of the lab's own baseline.
 */
export async function mptcpGapMs(
  lab: Lab,
  control: TcpControl,
  seconds: number,
  during: () => Promise<number>,
): Promise<number> {
  const program = join(labFolder(), 'mptcp_bench.py')
  await lab.mptcp(true)
  const receiver = lab.start('right', 'python3', [program, 'recv'])
  const lines = createInterface({ input: receiver.stdout! })[Symbol.asyncIterator]()
  await lines.next()
  const to = await lab.address('right', lab.links[0]!)
  const sending = lab.exec('left', 'python3', [program, 'send', to, String(seconds), control])
  const brokenMs = await during()
  await sending
  await sleep(settleMs)
  receiver.kill('SIGTERM')
  const reads: Read[] = []
  for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
    const [atNs, bytes] = line.value.split(' ').map(Number)
    reads.push([(atNs ?? 0) / 1e6, bytes ?? 0])
  }
  if (receiver.exitCode === null && receiver.signalCode === null) await once(receiver, 'exit')
  return longestSilenceMs(reads, brokenMs - beforeMs, seconds)
}

/**
 * The longest time without a byte that began at `fromMs` or later and in the seconds from the first read on; what was not read
 * by then is a silence as well. Fails where nothing was read before.
 */
export function longestSilenceMs(reads: readonly Read[], fromMs: number, seconds: number): number {
  const endMs = (reads[0]?.[0] ?? Infinity) + seconds * 1000
  const times = [...reads.map(([atMs]) => atMs).filter((atMs) => atMs <= endMs), endMs]
  if (reads.length === 0 || (times[0] ?? 0) > fromMs)
    throw new Error('nothing was read before the link failed')
  return times.reduce((longest, atMs, at) => {
    const beganMs = times[at - 1] ?? Infinity
    return beganMs >= fromMs ? Math.max(longest, atMs - beganMs) : longest
  }, 0)
}
