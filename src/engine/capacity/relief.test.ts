import { describe, expect, it } from 'vitest'
import { seededRandom } from '../testing'
import { createPathCapacity } from './path'
import { isFullQueue } from './relief'

const packetBytes = 1000
const seconds = 20
const intervalMs = 500

interface Load {
  /** Packets of ours each time, and ms between two times. */
  readonly burst: number
  readonly everyMs: number
}
const even: Load = { burst: 1, everyMs: 4 }
const frames: Load = { burst: 8, everyMs: 33 }

/** What becomes of a packet: its arrival, or null; `random` is drawn from as often as is wished. */
type Way = (sentMs: number, random: () => number) => number | null

/** A queue of 120 ms before a link that takes `packetMs` a packet. */
function queue(packetMs: number, jitterMs = 0): Way {
  let freeMs = 0
  let lastMs = 0
  return (sentMs, random) => {
    const startMs = Math.max(sentMs, freeMs)
    if (startMs - sentMs > 120) return null
    freeMs = startMs + packetMs
    lastMs = Math.max(lastMs, freeMs + 20 + jitterMs * random())
    return lastMs
  }
}

/** A wide link that takes 150 ms longer from the fifth second on, and loses a part at random. */
function longer(loss: number, jitterMs = 0): Way {
  let lastMs = 0
  return (sentMs, random) => {
    const delayMs = sentMs < 5000 ? 20 : 170
    if (random() < loss) return null
    lastMs = Math.max(lastMs, sentMs + delayMs + jitterMs * random())
    return lastMs
  }
}

/** Of the intervals of which a fifth or more is lost, in how many a full queue is found, and how many there are. */
function judged(load: Load, way: Way, seed = 1): { readonly full: number; readonly of: number } {
  const random = seededRandom(seed)
  const path = createPathCapacity(
    {
      number: 0,
      packetBytes,
      startBytes: 0,
      rttHintMs: () => 50,
      lateFromMs: () => Infinity,
      others: () => [],
      lost: () => undefined,
    },
    0,
  )
  const under: { readonly sequence: number; readonly arrivedMs: number }[] = []
  const counts = { full: 0, of: 0 }
  let [sequence, dueMs] = [0, 0]
  let [sent, lost] = [0, 0]
  for (let nowMs = 0; nowMs < seconds * 1000; nowMs += 1) {
    for (; dueMs <= nowMs; dueMs += load.everyMs) {
      for (let at = 0; at < load.burst; at += 1) {
        path.sent(1, sequence, packetBytes, nowMs)
        const arrivedMs = way(nowMs, random)
        if (arrivedMs !== null) under.push({ sequence, arrivedMs })
        sequence += 1
      }
    }
    if (nowMs % 20 === 0) {
      while (under[0] !== undefined && under[0].arrivedMs <= nowMs - 20) {
        const { sequence: one, arrivedMs } = under.shift()!
        path.arrived(1, one, arrivedMs, nowMs - 20, nowMs)
      }
      path.reported(nowMs, false)
    }
    if (nowMs % intervalMs !== 0 || nowMs === 0) continue
    const now = path.ledger.counts
    const lostNow = now.lost - lost
    const isFull = isFullQueue(path.takeRelief(), lostNow, intervalMs / (now.sent - sent))
    if (lostNow >= 0.2 * (now.sent - sent) && nowMs > 6000) {
      counts.of += 1
      if (isFull) counts.full += 1
    }
    sent = now.sent
    lost = now.lost
  }
  return counts
}

describe('what is lost', () => {
  it.each([
    ['an even stream', even, queue(4 * 1.3)],
    ['an even stream, where jitter follows', even, queue(4 * 1.3, 6)],
    ['a stream of frames', frames, queue((33 / 8) * 1.3)],
  ])('of %s to a queue that is full shows as such', (_stream, load, way) => {
    const { full, of } = judged(load, way)
    expect(of).toBeGreaterThan(10)
    expect(full).toBeGreaterThan(0.9 * of)
  })

  it.each([
    ['an even stream', even, longer(0.22)],
    ['an even stream with jitter', even, longer(0.22, 6)],
    ['a stream of frames', frames, longer(0.22)],
    ['a stream of frames with jitter', frames, longer(0.22, 6)],
  ])('of %s at random on a way that became longer does not', (_stream, load, way) => {
    const { full, of } = judged(load, way)
    expect(of).toBeGreaterThan(10)
    expect(full).toBeLessThan(0.1 * of)
  })
})
