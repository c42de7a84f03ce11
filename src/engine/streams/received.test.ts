import { describe, expect, it } from 'vitest'
import { createDedupWindow } from '../dedup'
import { defaultSettings } from '../face/settings'
import { createReceivedStream } from './received'

/** A voice stream of which packet n, sent at 20 n, comes 10 ms later, or when the test says. */
function stream() {
  const window = createDedupWindow()
  const received = createReceivedStream(1, window, 0, defaultSettings.deadlinesMs)
  const take = (sequence: number, arrivedMs = 20 * sequence + 10): void => {
    window.commit(sequence)
    received.take({ streamId: 1, kind: 'voice', sequence, sentAtMs: 20 * sequence }, 160, 1, arrivedMs)
  }
  const tell = (running: boolean, sent: number, nowMs: number): void =>
    received.told({ kind: 'voice' }, running, 'peer', sent, nowMs)
  const gapAt = (nowMs: number): number | null => received.snapshot(nowMs, true).deliveryGapIntervalMs
  return { received, take, tell, gapAt }
}

describe('the deadline', () => {
  it('is that of the kind which the packets name, before the word of the stream has come', () => {
    const window = createDedupWindow()
    const deadlinesMs = { ...defaultSettings.deadlinesMs, voice: 30, bulk: 700 }
    const received = createReceivedStream(1, window, 0, deadlinesMs)
    window.commit(0)
    received.take({ streamId: 1, kind: 'bulk', sequence: 0, sentAtMs: 0 }, 1300, 1, 10)
    expect(received.deadlineMs).toBe(700)
    received.setDeadline(80, 20)
    received.told({ kind: 'bulk' }, true, 'peer', 1, 30)
    expect(received.snapshot(40, true).playout?.deadlineMs).toBe(80)
  })
})

describe('the gaps of an interval', () => {
  it('are the longest that ended in it, each interval its own', () => {
    const { take, gapAt, received } = stream()
    expect(gapAt(0)).toBeNull()
    take(0)
    expect(gapAt(15)).toBeNull()
    for (const sequence of [1, 2]) take(sequence)
    take(3, 190)
    expect(gapAt(200)).toBe(140)
    take(4, 205)
    take(5, 225)
    expect(gapAt(400)).toBe(20)
    expect(received.snapshot(400, true).deliveryGapMaxMs).toBe(140)
  })

  it('are null while nothing new comes, and the whole silence when it ends', () => {
    const { take, gapAt } = stream()
    for (const sequence of [0, 1, 2]) take(sequence)
    expect(gapAt(200)).toBe(20)
    expect(gapAt(400)).toBeNull()
    take(100, 2550)
    expect(gapAt(2600)).toBe(2500)
  })

  it('grow with a silence in which packets are known to be missing, and not after the stream was stopped', () => {
    const { take, tell, gapAt } = stream()
    for (const sequence of [0, 1, 2]) take(sequence)
    gapAt(50)
    tell(true, 30, 600)
    expect(gapAt(650)).toBe(600)
    expect(gapAt(850)).toBe(800)
    tell(false, 50, 1000)
    expect(gapAt(1050)).toBe(950)
    expect(gapAt(1250)).toBeNull()
  })

  it('are used up by snapshots and by words to the sender, each by its own kind, and by no other look', () => {
    const { take, gapAt, received } = stream()
    for (const sequence of [0, 1, 2]) take(sequence)
    expect(received.snapshot(60, false).deliveryGapIntervalMs).toBeNull()
    expect(received.figures(60).deliveryGapIntervalMs).toBe(20)
    expect(received.figures(60).deliveryGapIntervalMs).toBeNull()
    expect(gapAt(60)).toBe(20)
  })
})
