import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readDelivered } from './delivered'
import type { Tap, TappedPackets } from './tap'

const ipBytes = 216
const port = 4000
const streamId = 1

/** A tap that saw packets of a stream by number, in the order in which each link gave them. */
function tapOf(seen: Readonly<Record<string, readonly number[]>>): Tap {
  const nothing = { packets: 0, bytes: 0 }
  const packetsOf = (numbers: readonly number[]): TappedPackets => ({
    count: numbers.length,
    byKind: { stun: 0, dtls: 0, srtp: numbers.length, shim: 0, control: 0, other: 0 },
    bursts: nothing,
    byPort: new Map(),
    ipBytes: () => ipBytes,
    streamId: () => streamId,
    sequence: (at) => numbers[at] ?? 0,
  })
  return {
    packets: (link, way) => (way === 'in' && seen[link] !== undefined ? packetsOf(seen[link]) : undefined),
    stop: () => Promise.resolve(0),
  }
}

describe('what the links delivered', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pathscope-delivered-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const line = (link: string, inMs: number, outMs: number | null, to = port): string =>
    `${link},left->right,0,${inMs * 1e6},${outMs === null ? '' : outMs * 1e6},${ipBytes},${outMs === null ? 'loss' : 'delivered'},17,1,${to}`
  const read = (lines: readonly string[], tap: Tap) => {
    const file = join(folder, 'packets.csv')
    writeFileSync(file, `${lines.join('\n')}\n`)
    return readDelivered(file, 'left->right', tap, new Set([port]))
  }

  it('is matched by number, whatever came between the copies of a packet', async () => {
    // The machine stood still between the copies of packet 1, and packet 0 was lost on the first link.
    const lines = [
      line('one', 0, null),
      line('two', 0.1, 40.1),
      line('one', 20, 30),
      line('one', 70, 80),
      line('two', 55, 95),
      line('two', 70.1, 110.1),
    ]
    const delivered = await read(lines, tapOf({ one: [1, 2], two: [0, 1, 2] }))
    expect([...delivered.deliveries(streamId)]).toEqual([
      [0, { inMs: 0.1, outMs: 40.1 }],
      [1, { inMs: 20, outMs: 30 }],
      [2, { inMs: 70, outMs: 80 }],
    ])
    expect(delivered.count(streamId)).toBe(3)
    expect(delivered.unmatched).toBe(0)
  })

  it('misses what no link delivered, or to a port that is not the program’s', async () => {
    const lines = [
      line('one', 0, 10),
      line('one', 20, 30, port + 1),
      line('one', 40, null),
      line('one', 60, 70),
    ]
    const delivered = await read(lines, tapOf({ one: [0, 1, 3] }))
    expect(delivered.missing(streamId, 5)).toEqual([1, 2, 4])
  })

  it('is known to be in doubt where tap and log do not tell of as many packets', async () => {
    expect((await read([line('one', 0, 10), line('one', 20, 30)], tapOf({ one: [0] }))).unmatched).toBe(1)
    expect((await read([line('one', 0, 10)], tapOf({ one: [0, 1, 2] }))).unmatched).toBe(2)
  })

  it('is nothing of a stream that never was', async () => {
    const delivered = await read([], tapOf({}))
    expect([delivered.count(7), delivered.deliveries(7).size]).toEqual([0, 0])
  })
})
