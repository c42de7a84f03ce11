import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeMessage, type Echo } from './format'
import { createMessageReceiver, createMessageSender, type MessageReceiver } from './index'

function message(
  sequence: number,
  sentAtMs = 0,
  more: { restarted?: boolean; echo?: Echo } = {},
): Uint8Array {
  return encodeMessage(
    { sequence, sentAtMs, restarted: more.restarted ?? false, echo: more.echo ?? null },
    64,
  )
}

function receiveAll(receiver: MessageReceiver, sequences: readonly number[], nowMs: number): void {
  for (const sequence of sequences) receiver.receive(message(sequence), nowMs)
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at)

describe('message receiver', () => {
  it('knows nothing of a stream that has not begun', () => {
    const receiver = createMessageReceiver()
    expect(receiver.snapshotReceived(0)).toEqual({
      direction: 'received',
      sent: null,
      received: 0,
      missing: null,
      duplicated: 0,
      reordered: 0,
      bytes: 0,
      oneWayDelayDiffMs: null,
      roundTripMs: null,
      deliveryGapMaxMs: null,
    })
    expect(receiver.echo(0)).toBeNull()
    expect(receiver.roundTripMs()).toBeNull()
  })

  it('says what it received, and refuses noise with a sentence and without counting it', () => {
    const receiver = createMessageReceiver()
    expect(receiver.receive(message(1), 0)).toEqual({ kind: 'ok', sequence: 1, duplicate: false })
    expect(receiver.receive(message(1), 1)).toEqual({ kind: 'ok', sequence: 1, duplicate: true })
    expect(receiver.receive(new Uint8Array(5), 2)).toMatchObject({
      kind: 'bad',
      detail: expect.stringContaining('64'),
    })
    expect(receiver.snapshotReceived(2)).toMatchObject({ received: 1, duplicated: 1, bytes: 64 })
  })

  it('counts as reordered what comes after a higher number, and not what comes after a gap', () => {
    const receiver = createMessageReceiver()
    receiveAll(receiver, [1, 2, 5, 3, 6, 4, 5], 0)
    expect(receiver.snapshotReceived(0)).toMatchObject({ received: 6, reordered: 2, duplicated: 1 })
  })

  it('counts a gap as missing only when it is 2 s old, and gives it back when the message comes', () => {
    const receiver = createMessageReceiver()
    receiveAll(receiver, [1, 2, 4], 1000)
    expect(receiver.snapshotReceived(2900)).toMatchObject({ sent: 4, received: 3, missing: 0 })
    expect(receiver.snapshotReceived(3200)).toMatchObject({ missing: 1 })
    receiveAll(receiver, [3], 4000)
    expect(receiver.snapshotReceived(4000)).toMatchObject({ received: 4, missing: 0, reordered: 1 })
  })

  it('counts missing at the end of the stream by what the peer says it sent', () => {
    const receiver = createMessageReceiver()
    receiveAll(receiver, [1, 2], 0)
    receiver.peerSent(5, 1000)
    receiver.peerSent(4, 1100)
    receiver.peerSent(NaN, 1100)
    expect(receiver.snapshotReceived(2000)).toMatchObject({ sent: 5, missing: 0 })
    expect(receiver.snapshotReceived(3200)).toMatchObject({ sent: 5, missing: 3 })
  })

  it('knows that none is missing of a stream that sent none', () => {
    const receiver = createMessageReceiver()
    receiver.peerSent(0, 0)
    expect(receiver.snapshotReceived(0)).toMatchObject({ sent: 0, received: 0, missing: 0 })
  })

  it('does not wait for the settling time once nothing more will come', () => {
    const receiver = createMessageReceiver()
    receiveAll(receiver, [1, 3], 0)
    receiver.peerSent(4, 10)
    expect(receiver.snapshotReceived(10)).toMatchObject({ missing: 0 })
    receiver.settle(10)
    expect(receiver.snapshotReceived(10)).toMatchObject({ missing: 2 })
  })

  it('knows when all is here', () => {
    const receiver = createMessageReceiver()
    expect(receiver.allReceived(0)).toBe(true)
    receiveAll(receiver, [1, 3, 4], 0)
    expect([1, 2, 3, 4, 5].map((count) => receiver.allReceived(count))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ])
    receiveAll(receiver, [2], 0)
    expect([4, 5].map((count) => receiver.allReceived(count))).toEqual([true, false])
  })

  it('counts for good as missing what comes more than its window behind', () => {
    const receiver = createMessageReceiver()
    receiveAll(receiver, [1, 2, 80_000], 0)
    expect(receiver.receive(message(3), 100)).toMatchObject({ kind: 'bad' })
    expect(receiver.snapshotReceived(5000)).toMatchObject({ received: 3, missing: 79_997, duplicated: 0 })
  })

  it('counts at once as missing what has left its window, however lately it was sent', () => {
    const receiver = createMessageReceiver()
    receiveAll(receiver, [1, 200_000], 0)
    expect(receiver.snapshotReceived(0).missing).toBe(200_000 - 65_536 - 1)
  })

  it('counts missing 2 to 2.1 s after the fact in a stream that never rests, looked at or not', () => {
    const watched = createMessageReceiver()
    const unwatched = createMessageReceiver()
    for (let sequence = 1; sequence <= 2000; sequence += 1) {
      const nowMs = sequence * 5
      if (sequence % 10 !== 0) {
        watched.receive(message(sequence), nowMs)
        unwatched.receive(message(sequence), nowMs)
      }
      // The gap of a tenth message is known with the message after it.
      const lostBefore = (atMs: number): number => Math.max(0, Math.floor((Math.floor(atMs / 5) - 1) / 10))
      const { missing } = watched.snapshotReceived(nowMs)
      expect(missing).toBeLessThanOrEqual(lostBefore(nowMs - 2000))
      expect(missing).toBeGreaterThanOrEqual(lostBefore(nowMs - 2110))
    }
    expect(unwatched.snapshotReceived(10_000)).toEqual(watched.snapshotReceived(10_000))
  })

  it('agrees with a list of all arrivals, over loss, duplication and reordering', () => {
    const arrivals = fc.array(
      fc.record({
        sequence: fc.integer({ min: 1, max: 150 }),
        afterMs: fc.constantFrom(0, 5, 40, 700, 2500),
      }),
      { maxLength: 150 },
    )
    fc.assert(
      fc.property(arrivals, fc.nat(160), fc.nat(4000), (list, told, laterMs) => {
        const receiver = createMessageReceiver()
        const seen = new Set<number>()
        const knowledge: { readonly atMs: number; readonly count: number }[] = []
        let [nowMs, duplicated, reordered] = [0, 0, 0]
        for (const { sequence, afterMs } of list) {
          nowMs += afterMs
          const duplicate = seen.has(sequence)
          expect(receiver.receive(message(sequence), nowMs)).toEqual({ kind: 'ok', sequence, duplicate })
          if (duplicate) duplicated += 1
          else if (sequence < Math.max(0, ...seen)) reordered += 1
          seen.add(sequence)
          knowledge.push({ atMs: nowMs, count: sequence })
        }
        receiver.peerSent(told, nowMs)
        knowledge.push({ atMs: nowMs, count: told })
        nowMs += laterMs
        const missingWhenKnownFor = (ageMs: number): number => {
          const count = Math.max(
            0,
            ...knowledge.filter(({ atMs }) => nowMs - atMs >= ageMs).map((one) => one.count),
          )
          return range(1, count).filter((sequence) => !seen.has(sequence)).length
        }
        const snapshot = receiver.snapshotReceived(nowMs)
        expect(snapshot).toMatchObject({ received: seen.size, duplicated, reordered })
        expect(snapshot.missing).toBeLessThanOrEqual(missingWhenKnownFor(2000))
        expect(snapshot.missing).toBeGreaterThanOrEqual(missingWhenKnownFor(2100))
        receiver.settle(nowMs)
        expect(receiver.snapshotReceived(nowMs).missing).toBe(missingWhenKnownFor(0))
        for (const count of [told, 150]) {
          expect(receiver.allReceived(count)).toBe(range(1, count).every((sequence) => seen.has(sequence)))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('tells one-way delay as its excess over the smallest, whatever the clocks say', () => {
    const receiver = createMessageReceiver()
    const clockAheadMs = 5_000_000
    for (const sequence of range(1, 20)) {
      receiver.receive(
        message(sequence, clockAheadMs + sequence * 100),
        sequence * 100 + (sequence === 7 ? 80 : 30),
      )
    }
    expect(receiver.snapshotReceived(3000).oneWayDelayDiffMs).toMatchObject({
      n: 20,
      min: 0,
      p50: 0,
      max: 50,
    })
  })

  it('tells the longest time without a new message, duplicates not counted as new', () => {
    const receiver = createMessageReceiver()
    receiver.receive(message(1), 0)
    expect(receiver.snapshotReceived(500).deliveryGapMaxMs).toBeNull()
    receiver.receive(message(2), 100)
    receiver.receive(message(2), 400)
    receiver.receive(message(3), 700)
    receiver.receive(message(4), 800)
    expect(receiver.snapshotReceived(800).deliveryGapMaxMs).toBe(600)
  })

  it('does not take the pause of a stopped stream for a gap', () => {
    const receiver = createMessageReceiver()
    receiver.receive(message(1, 0, { restarted: true }), 0)
    receiver.receive(message(2), 100)
    receiver.receive(message(3, 0, { restarted: true }), 60_000)
    receiver.receive(message(4), 60_100)
    receiver.peerSent(4, 60_200)
    expect(receiver.snapshotReceived(90_000).deliveryGapMaxMs).toBe(100)
  })

  it('counts the present silence while the peer is known to have sent more, until the end', () => {
    const receiver = createMessageReceiver()
    receiveAll(receiver, [1], 0)
    receiveAll(receiver, [2], 100)
    receiver.peerSent(3, 1000)
    expect(receiver.snapshotReceived(5100).deliveryGapMaxMs).toBe(5000)
    receiver.settle(6100)
    expect(receiver.snapshotReceived(60_000).deliveryGapMaxMs).toBe(6000)
  })

  it('keeps exact counts over a stream many times as long as its window', () => {
    const receiver = createMessageReceiver()
    const data = message(1)
    const view = new DataView(data.buffer)
    const total = 400_000
    for (let sequence = 1; sequence <= total; sequence += 1) {
      if (sequence % 1000 === 0) continue
      view.setUint16(2, 0)
      view.setUint32(4, sequence)
      receiver.receive(data, sequence * 5)
    }
    receiver.peerSent(total, total * 5)
    receiver.settle(total * 5)
    expect(receiver.snapshotReceived(total * 5)).toMatchObject({
      sent: total,
      received: total - 400,
      missing: 400,
      duplicated: 0,
      reordered: 0,
    })
  })
})

describe('round trip of a message', () => {
  it('is the time from our message to its echo less the time the peer held it', () => {
    const ours = createMessageSender({ enabled: true, ratePerSecond: 1, sizeBytes: 64 })
    const here = createMessageReceiver()
    const there = createMessageReceiver()
    const theirs = createMessageSender({ enabled: true, ratePerSecond: 1, sizeBytes: 64 })
    const peerClockAheadMs = 123_456.789
    ours.start(1000)
    there.receive(ours.poll(1000, null) as Uint8Array, 1030 + peerClockAheadMs)
    theirs.start(1500 + peerClockAheadMs)
    const echo = there.echo(1500 + peerClockAheadMs)
    here.receive(theirs.poll(1500 + peerClockAheadMs, echo) as Uint8Array, 1520)
    expect(here.roundTripMs()).toMatchObject({ n: 1 })
    expect(here.roundTripMs()?.min).toBeCloseTo(50, 2)
  })

  it('is measured once for each of our messages, by its first echo', () => {
    const receiver = createMessageReceiver()
    const echo = { sequence: 1, sentAtMs: 100, holdMs: 10 }
    receiver.receive(message(1, 0, { echo }), 150)
    receiver.receive(message(2, 0, { echo: { ...echo, holdMs: 900 } }), 1150)
    receiver.receive(message(3, 0, { echo: { sequence: 4, sentAtMs: 1100, holdMs: 0 } }), 1160)
    expect(receiver.roundTripMs()).toMatchObject({ n: 2, min: 40, max: 60 })
  })

  it('is answered with the newest message that came, and how long it has waited', () => {
    const receiver = createMessageReceiver()
    receiver.receive(message(1, 10), 500)
    receiver.receive(message(2, 20), 600)
    receiver.receive(message(1, 10), 700)
    expect(receiver.echo(750)).toEqual({ sequence: 2, sentAtMs: 20, holdMs: 150 })
  })
})
