import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeMessage, type Message } from './format'
import { createMessageSender, type MessageSender } from './index'

const atRate = (ratePerSecond: number, sizeBytes = 128) => ({ enabled: true, ratePerSecond, sizeBytes })

/** All messages that are due now. */
function drain(sender: MessageSender, nowMs: number): Message[] {
  const messages: Message[] = []
  for (let data = sender.poll(nowMs, null); data !== undefined; data = sender.poll(nowMs, null)) {
    messages.push(decodeMessage(data) as Message)
  }
  return messages
}

/** Polls exactly at the deadlines; when messages came. */
function run(sender: MessageSender, untilMs: number): number[] {
  const times: number[] = []
  for (let at = sender.nextDeadline(); at !== undefined && at < untilMs; at = sender.nextDeadline()) {
    for (const _ of drain(sender, at)) times.push(at)
  }
  return times
}

describe('message sender', () => {
  it('has nothing due before it is started, after it is stopped, and while disabled', () => {
    const sender = createMessageSender(atRate(10))
    expect(sender.nextDeadline()).toBeUndefined()
    expect(sender.poll(0, null)).toBeUndefined()
    sender.start(0)
    sender.stop()
    expect(sender.poll(1000, null)).toBeUndefined()
    const disabled = createMessageSender({ ...atRate(10), enabled: false })
    disabled.start(0)
    expect(disabled.nextDeadline()).toBeUndefined()
    expect(disabled.poll(0, null)).toBeUndefined()
  })

  it('sends the first at once and then at its rate, numbered from 1', () => {
    const sender = createMessageSender(atRate(4))
    sender.start(1000)
    expect(drain(sender, 1000)).toMatchObject([{ sequence: 1, sentAtMs: 1000, restarted: true, echo: null }])
    expect(sender.nextDeadline()).toBe(1250)
    expect(sender.poll(1249.9, null)).toBeUndefined()
    expect(drain(sender, 1250)).toMatchObject([{ sequence: 2, sentAtMs: 1250, restarted: false }])
    expect([sender.sent, sender.bytes]).toEqual([2, 256])
  })

  it('keeps its rate when the timer is late each time', () => {
    const sender = createMessageSender(atRate(100))
    sender.start(0)
    let sent = 0
    for (let nowMs = 0; nowMs < 10_000; nowMs += 10) sent += drain(sender, nowMs + (nowMs % 7)).length
    expect(sent).toBe(1000)
    expect(sender.skipped).toBe(0)
  })

  it('sends at most 5 after a stall and leaves out the rest, without losing its rhythm', () => {
    const sender = createMessageSender(atRate(10))
    sender.start(0)
    drain(sender, 0)
    const late = drain(sender, 3050)
    expect(late.map(({ sequence }) => sequence)).toEqual([2, 3, 4, 5, 6])
    expect(sender.skipped).toBe(25)
    expect(sender.nextDeadline()).toBe(3100)
  })

  it('catches up completely after a short stall', () => {
    const sender = createMessageSender(atRate(10))
    sender.start(0)
    drain(sender, 0)
    expect(drain(sender, 500)).toHaveLength(5)
    expect(sender.skipped).toBe(0)
  })

  it('accounts for every due message as sent or left out, however it is polled', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0.5, 1, 8, 200),
        fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: 50 }),
        (rate, waits) => {
          const sender = createMessageSender(atRate(rate))
          sender.start(0)
          let nowMs = 0
          for (const wait of waits) {
            nowMs += wait
            expect(drain(sender, nowMs).length).toBeLessThanOrEqual(5)
            expect(sender.nextDeadline()).toBeGreaterThan(nowMs)
          }
          expect(sender.sent + sender.skipped).toBe(Math.floor((nowMs * rate) / 1000) + 1)
        },
      ),
    )
  })

  it('takes a new rate from the last message on, and a new size at once', () => {
    const sender = createMessageSender(atRate(0.1))
    sender.start(0)
    drain(sender, 0)
    sender.update(atRate(100, 200), 50)
    expect(sender.nextDeadline()).toBe(50)
    expect(sender.poll(50, null)).toHaveLength(200)
    sender.update(atRate(1, 200), 55)
    expect(sender.nextDeadline()).toBe(1050)
    sender.update(atRate(1, 300), 60)
    expect(sender.nextDeadline()).toBe(1050)
  })

  it('keeps its rhythm when something else than the rate is set', () => {
    const sender = createMessageSender(atRate(1))
    sender.start(0)
    drain(sender, 30)
    sender.update(atRate(1, 300), 60)
    expect(sender.nextDeadline()).toBe(1000)
  })

  it('marks the first message after a start or a pause', () => {
    const sender = createMessageSender(atRate(10))
    sender.start(0)
    drain(sender, 100)
    sender.update({ ...atRate(10), enabled: false }, 150)
    expect(drain(sender, 5000)).toEqual([])
    sender.update(atRate(10), 6000)
    expect(drain(sender, 6000)).toMatchObject([{ sequence: 3, restarted: true }])
    sender.stop()
    sender.start(9000)
    sender.start(9050)
    expect(drain(sender, 9000)).toMatchObject([{ sequence: 4, restarted: true }])
    expect(drain(sender, 9100)).toMatchObject([{ sequence: 5, restarted: false }])
  })

  it('moves settings out of range into it', () => {
    const fast = createMessageSender(atRate(5000, 1_000_000))
    fast.start(0)
    expect(fast.poll(0, null)).toHaveLength(16_384)
    expect(fast.nextDeadline()).toBe(5)
    const slow = createMessageSender(atRate(0, 1))
    slow.start(0)
    expect(slow.poll(0, null)).toHaveLength(64)
    expect(slow.nextDeadline()).toBe(10_000)
  })

  it('sends 200 a second without drifting from its rhythm', () => {
    const sender = createMessageSender(atRate(200, 64))
    sender.start(0.123)
    const times = run(sender, 600_000)
    expect(times).toHaveLength(120_000)
    expect(times.at(-1)).toBeCloseTo(0.123 + 119_999 * 5, 6)
  })

  it('tells what the peer reported, nothing before it did, and not an older report that comes late', () => {
    const sender = createMessageSender(atRate(10))
    expect(sender.snapshotSent(null)).toEqual({
      direction: 'sent',
      sent: 0,
      received: null,
      missing: null,
      duplicated: null,
      reordered: null,
      bytes: 0,
      oneWayDelayDiffMs: null,
      roundTripMs: null,
      deliveryGapMaxMs: null,
    })
    sender.start(0)
    drain(sender, 0)
    sender.peerReport({ received: 1, missing: 0, duplicated: 2, reordered: 0 })
    sender.peerReport({ received: 0, missing: 1, duplicated: 0, reordered: 0 })
    expect(sender.snapshotSent(null)).toMatchObject({
      sent: 1,
      received: 1,
      missing: 0,
      duplicated: 2,
      bytes: 128,
    })
  })
})
