import { describe, expect, it } from 'vitest'
import { createFeedbackWriter, emptyArrivals, maxFeedbackBytes, readFeedback } from './format'

interface Arrival {
  readonly pair: number
  readonly stream: number
  readonly sequence: number
  readonly atMs: number
}

function write(madeAtMs: number, arrivals: readonly Arrival[], completeAtMs = madeAtMs): Uint8Array[] {
  const writer = createFeedbackWriter()
  const texts: Uint8Array[] = []
  writer.begin(madeAtMs, completeAtMs)
  for (const { pair, stream, sequence, atMs } of arrivals) {
    if (writer.add(pair, stream, sequence, atMs)) continue
    texts.push(writer.take())
    writer.begin(madeAtMs, completeAtMs)
    writer.add(pair, stream, sequence, atMs)
  }
  return [...texts, writer.take()]
}

function read(texts: readonly Uint8Array[]): Arrival[] {
  const into = emptyArrivals()
  return texts.flatMap((text) => {
    expect(readFeedback(text, into)).toBe(true)
    return Array.from({ length: into.count }, (_, i) => ({
      pair: into.pairs[i]!,
      stream: into.streams[i]!,
      sequence: into.sequences[i]!,
      atMs: into.arrivedMs[i]!,
    }))
  })
}

describe('the format of feedback', () => {
  it('tells pairs, streams, sequence numbers out of order and times to 10 µs', () => {
    const arrivals = [
      { pair: 3, stream: 1, sequence: 7, atMs: 1000 },
      { pair: 3, stream: 1, sequence: 8, atMs: 1000.56 },
      { pair: 3, stream: 1, sequence: 5, atMs: 1003.12 },
      { pair: 3, stream: 2, sequence: 2 ** 40, atMs: 900 },
      { pair: 65_535, stream: 65_535, sequence: 2 ** 48 - 1, atMs: 1010 },
    ]
    expect(read(write(1010, arrivals))).toEqual(arrivals)
  })

  it('takes about two bytes for a packet of a steady stream', () => {
    const arrivals = Array.from({ length: 400 }, (_, i) => ({
      pair: 1,
      stream: 1,
      sequence: 5000 + i,
      atMs: 100 + i * 0.57,
    }))
    const texts = write(400, arrivals)
    expect(texts).toHaveLength(1)
    expect(texts[0]!.length).toBeLessThan(2.1 * 400)
  })

  it('begins another datagram when one is full', () => {
    const arrivals = Array.from({ length: 3000 }, (_, i) => ({
      pair: i % 7,
      stream: 1,
      sequence: i,
      atMs: i,
    }))
    const texts = write(3000, arrivals)
    expect(Math.max(...texts.map((text) => text.length))).toBeLessThanOrEqual(maxFeedbackBytes)
    expect(read(texts)).toEqual(arrivals)
  })

  it('tells until when it has all that came', () => {
    const arrivals = [{ pair: 3, stream: 1, sequence: 7, atMs: 1000 }]
    const into = emptyArrivals()
    const [all, some] = [write(1010, arrivals), write(1010, arrivals, 900.25)]
    expect(read(some)).toEqual(arrivals)
    expect(readFeedback(all[0]!, into)).toBe(true)
    expect(into).toMatchObject({ madeAtMs: 1010, completeAtMs: 1010 })
    expect(readFeedback(some[0]!, into)).toBe(true)
    expect(into).toMatchObject({ madeAtMs: 1010, completeAtMs: 900.25 })
    for (let length = 0; length < some[0]!.length; length += 1) {
      if (length !== 11)
        expect(readFeedback(some[0]!.subarray(0, length), into), `${length} bytes`).toBe(false)
    }
    const tooOld = some[0]!.slice()
    tooOld.fill(255, 7, 11)
    expect(readFeedback(tooOld, into)).toBe(false)
  })

  it('refuses what is cut off, empty blocks, and times after it was made', () => {
    const whole = write(50, [
      { pair: 1, stream: 1, sequence: 1, atMs: 10 },
      { pair: 1, stream: 1, sequence: 3, atMs: 20 },
    ])[0]!
    const into = emptyArrivals()
    for (let length = 8; length < whole.length; length += 1) {
      expect(readFeedback(whole.subarray(0, length), into)).toBe(false)
    }
    const noPackets = whole.slice(0, 23)
    noPackets[12] = 0
    expect(readFeedback(noPackets, into)).toBe(false)
    const late = whole.slice()
    late[late.length - 1] = 127
    late[late.length - 2] = 255
    expect(readFeedback(late, into)).toBe(false)
  })
})
