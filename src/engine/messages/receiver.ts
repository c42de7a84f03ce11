import type { Distribution, MessageStreamSnapshot } from '../face/snapshot'
import { createDedupWindow } from '../dedup'
import { createDelaySpread, createHistogram, createSettling } from '../measure'
import { decodeMessage, type Echo, type Message } from './format'

/** Messages told apart behind the newest: 5 minutes at the highest rate, 8 kB. */
const windowMessages = 65_536

export type MessageReceipt =
  | { readonly kind: 'ok'; readonly sequence: number; readonly duplicate: boolean }
  /** Not a test message, or too old to tell whether it is a duplicate; `detail` is a sentence. Counted as nothing. */
  | { readonly kind: 'bad'; readonly detail: string }

/** Counts and measures the test messages of the peer. Memory is fixed however long the session is. */
export interface MessageReceiver {
  receive(data: Uint8Array, nowMs: number): MessageReceipt
  /** What our next message echoes; null before the first message from the peer. */
  echo(nowMs: number): Echo | null
  /** The peer has told, by control, that it has sent `count` messages so far. Counts that go back are ignored. */
  peerSent(count: number, nowMs: number): void
  /** Nothing more is waited for: from here on `missing` does not wait for the settling time, and the gap stands still. */
  settle(nowMs: number): void
  /** Every one of the peer's first `peerSent` messages is here. Not for counts from before the window. */
  allReceived(peerSent: number): boolean
  snapshotReceived(nowMs: number): MessageStreamSnapshot
  /** Of our own messages, by the echoes that came back; null when none did. Belongs to the `sent` direction. */
  roundTripMs(): Distribution | null
}

export function createMessageReceiver(): MessageReceiver {
  const window = createDedupWindow(windowMessages)
  const settling = createSettling()
  const delays = createDelaySpread()
  const roundTrips = createHistogram()
  const gaps = createDeliveryGaps()
  let received = 0
  let duplicated = 0
  let reordered = 0
  let bytes = 0
  let reportedSent: number | null = null
  let last: { readonly message: Message; readonly atMs: number } | null = null
  let highestEchoed = 0

  const highest = (): number => Math.max(0, window.highest)
  /** Messages that the peer is known to have sent, by their own numbers or by its report. */
  const knownSent = (): number => Math.max(highest(), reportedSent ?? 0)
  /** The peer has sent more than has come, so that the present silence is a gap and not a stream that rests. */
  const isOwed = (): boolean => knownSent() > highest()
  const receivedUpTo = (sequence: number): number => received - window.committedAbove(sequence)

  const takeEcho = (echo: Echo | null, nowMs: number): void => {
    // The same message is echoed until a newer one comes; its first echo alone went the whole way.
    if (echo === null || echo.sequence <= highestEchoed) return
    highestEchoed = echo.sequence
    roundTrips.add(nowMs - echo.sentAtMs - echo.holdMs)
  }

  const takeNew = (message: Message, nowMs: number): void => {
    if (message.sequence < highest()) reordered += 1
    window.commit(message.sequence)
    received += 1
    delays.add(nowMs - message.sentAtMs)
    gaps.arrived(nowMs, message.restarted)
    last = { message, atMs: nowMs }
    settling.known(knownSent(), nowMs)
    takeEcho(message.echo, nowMs)
  }

  /** Not received, of those sent long enough ago. What has left the window is settled whatever its age. */
  const missing = (nowMs: number): number | null => {
    if (received === 0 && reportedSent === null) return null
    const settled = Math.max(settling.settledAt(nowMs), highest() - windowMessages)
    return Math.max(0, settled - receivedUpTo(settled))
  }

  return {
    receive(data, nowMs) {
      const message = decodeMessage(data)
      if (typeof message === 'string') return { kind: 'bad', detail: message }
      const { sequence } = message
      const seen = window.seen(sequence)
      if (seen === 'too-old') {
        return {
          kind: 'bad',
          detail: `message ${sequence} comes more than ${windowMessages} behind the newest`,
        }
      }
      if (seen === 'new') {
        takeNew(message, nowMs)
        bytes += data.length
      } else {
        duplicated += 1
      }
      return { kind: 'ok', sequence, duplicate: seen === 'duplicate' }
    },
    echo: (nowMs) =>
      last === null
        ? null
        : { sequence: last.message.sequence, sentAtMs: last.message.sentAtMs, holdMs: nowMs - last.atMs },
    peerSent(count, nowMs) {
      if (!Number.isFinite(count) || count < (reportedSent ?? 0)) return
      reportedSent = count
      settling.known(knownSent(), nowMs)
    },
    settle(nowMs) {
      settling.end()
      gaps.end(nowMs, isOwed())
    },
    allReceived: (peerSent) => receivedUpTo(peerSent) >= peerSent,
    snapshotReceived: (nowMs) => ({
      direction: 'received',
      sent: received === 0 && reportedSent === null ? null : knownSent(),
      received,
      missing: missing(nowMs),
      duplicated,
      reordered,
      bytes,
      oneWayDelayDiffMs: delays.distribution(),
      roundTripMs: null,
      deliveryGapMaxMs: gaps.maxMs(nowMs, isOwed()),
    }),
    roundTripMs: () => roundTrips.distribution(),
  }
}

/** The longest time without a new message. The silence of a stopped stream is none. */
function createDeliveryGaps() {
  let arrivals = 0
  let lastAtMs = 0
  let longestMs = 0
  let ended = false

  const longestAt = (nowMs: number, isOwed: boolean): number =>
    isOwed && !ended ? Math.max(longestMs, nowMs - lastAtMs) : longestMs

  return {
    arrived(nowMs: number, restarted: boolean): void {
      if (arrivals > 0 && !restarted) longestMs = Math.max(longestMs, nowMs - lastAtMs)
      arrivals += 1
      lastAtMs = nowMs
    },
    maxMs: (nowMs: number, isOwed: boolean): number | null =>
      arrivals < 2 ? null : longestAt(nowMs, isOwed),
    end(nowMs: number, isOwed: boolean): void {
      longestMs = longestAt(nowMs, isOwed)
      ended = true
    },
  }
}
