import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { percentile } from '../bench'
import { type QueuedPacket, readWaits, waitsOf } from './queues'

/** At 10 Mbit/s 1250 bytes take 1 ms. */
const rateBps = 10e6
const packet = (inMs: number, goneMs: number | null = null, ipBytes = 1250): QueuedPacket => ({
  inMs,
  ipBytes,
  goneMs,
})

it('a packet waits for all that came before it, those that were lost behind the queue included', () => {
  expect(waitsOf([packet(0), packet(0), packet(0.5), packet(10)], rateBps, 1000)).toEqual([0, 1, 1.5, 0])
})

it('small packets take their time, and are not asked about', () => {
  expect(waitsOf([packet(0, null, 125), packet(0)], rateBps, 1000)).toEqual([expect.closeTo(0.1)])
})

it('jitter behind the queue is no wait', () => {
  const jittered = Array.from({ length: 1000 }, (_, n) => packet(n, n + 1 + (n % 16)))
  expect(percentile(waitsOf(jittered, rateBps, 1000), 95)).toBe(0)
})

it('what the lab read late and served as if it had come in time makes no later packet’s wait longer', () => {
  // Read at 20 ms, in one go, when it should have been from 0 ms on; gone by when they would have been.
  const late = Array.from({ length: 10 }, (_, n) => packet(20, 1 + n))
  const after = Array.from({ length: 10 }, (_, n) => packet(21 + n, 22 + n))
  expect(waitsOf([...late, ...after], rateBps, 1000)).toEqual(Array.from({ length: 20 }, () => 0))
})

it('links that share a bottleneck wait for each other; what was dropped, and the way back, are left out', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pathscope-queues-'))
  try {
    const file = join(folder, 'packets.csv')
    const line = (link: string, way: string, inMs: number, outMs: number, fate: string) =>
      `${link},${way},0,${inMs * 1e6},${outMs * 1e6},1250,${fate},17,1,2`
    const lines = [
      '# times: CLOCK_MONOTONIC ns',
      'link,direction,n,t_in_ns,t_out_ns,len,fate,proto,sport,dport',
      line('wifi', 'right->left', 0, 21, 'delivered'),
      line('wifi', 'left->right', 0, 0, 'queue'),
      line('lte', 'left->right', 0, 26, 'delivered'),
      line('lte', 'left->right', 0, 26, 'duplicate'),
      line('wifi', 'left->right', 0, 0, 'loss'),
      line('wifi', 'left->right', 0, 23, 'delivered'),
      line('eth', 'left->right', 0, 11, 'delivered'),
    ]
    writeFileSync(file, `${lines.join('\n')}\n`)
    const shared = { rateBps, leastDelayMs: new Map([['wifi', 20] as const, ['lte', 25] as const]) }
    const own = { rateBps, leastDelayMs: new Map([['eth', 10]]) }
    expect(await readWaits(file, 'left->right', [shared, own], 1000)).toEqual([[0, 1, 2], [0]])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
