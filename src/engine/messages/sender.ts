import { limits } from '../face/limits'
import type { MessageStreamSettings } from '../face/settings'
import type { Distribution, MessageStreamSnapshot } from '../face/snapshot'
import { encodeMessage, minMessageBytes, type Echo } from './format'

/** Messages sent at once after a stall, the due one included. What was due before them is left out, not sent late. */
const maxCatchUp = 5
const minRatePerSecond = 0.1

/** What the peer says it has of our messages. */
export interface PeerReport {
  readonly received: number
  readonly missing: number | null
  readonly duplicated: number
  readonly reordered: number
}

/** Sends the numbered, timestamped test messages of one direction at their due times. */
export interface MessageSender {
  /** The first message is due at once. No effect while running. */
  start(nowMs: number): void
  /** Nothing is due any more; the numbers go on after another start. */
  stop(): void
  /** When the next message is due; undefined while stopped or disabled. May be in the past after a stall. */
  nextDeadline(): number | undefined
  /** The due message, or undefined. Call until undefined: after a stall up to 5 are due at once. */
  poll(nowMs: number, echo: Echo | null): Uint8Array | undefined
  /** Takes effect from the next message; a new rate counts from the last one sent. Out of range is moved into it. */
  update(settings: MessageStreamSettings, nowMs: number): void
  /** Messages sent; also the number of the last one. */
  readonly sent: number
  /** Bytes of them. */
  readonly bytes: number
  /** Messages left out because their time had passed in a stall. */
  readonly skipped: number
  /** What the peer reported last. Counts only grow: an older report that comes late changes nothing. */
  peerReport(report: PeerReport): void
  /** `roundTripMs`: the receiver's `roundTripMs()`, measured on the messages that come back. */
  snapshotSent(roundTripMs: Distribution | null): MessageStreamSnapshot
}

export function createMessageSender(initial: MessageStreamSettings): MessageSender {
  let settings = initial
  let running = false
  let dueAtMs = 0
  let lastSentAtMs: number | null = null
  let restarted = true
  let sent = 0
  let bytes = 0
  let skipped = 0
  let report: PeerReport | null = null

  const isActive = (): boolean => running && settings.enabled
  const intervalMs = (): number =>
    1000 / Math.min(limits.messageRatePerSecond, Math.max(minRatePerSecond, settings.ratePerSecond))
  const sizeBytes = (): number =>
    Math.min(limits.messageBytes, Math.max(minMessageBytes, Math.floor(settings.sizeBytes)))

  const begin = (nowMs: number): void => {
    dueAtMs = nowMs
    restarted = true
  }

  /** Leaves out what is too late, in whole intervals so that the rhythm stays. */
  const skipStalled = (nowMs: number): void => {
    const late = Math.floor((nowMs - dueAtMs) / intervalMs()) + 1 - maxCatchUp
    if (late <= 0) return
    skipped += late
    dueAtMs += late * intervalMs()
  }

  return {
    start(nowMs) {
      if (running) return
      running = true
      begin(nowMs)
    },
    stop() {
      running = false
    },
    nextDeadline: () => (isActive() ? dueAtMs : undefined),
    poll(nowMs, echo) {
      if (!isActive() || nowMs < dueAtMs) return undefined
      skipStalled(nowMs)
      const data = encodeMessage({ sequence: sent + 1, sentAtMs: nowMs, restarted, echo }, sizeBytes())
      restarted = false
      lastSentAtMs = nowMs
      dueAtMs += intervalMs()
      sent += 1
      bytes += data.length
      return data
    },
    update(next, nowMs) {
      const wasActive = isActive()
      const isSameRate = next.ratePerSecond === settings.ratePerSecond
      settings = next
      if (!isActive()) return
      if (!wasActive) begin(nowMs)
      else if (!isSameRate) dueAtMs = Math.max(nowMs, (lastSentAtMs ?? nowMs) + intervalMs())
    },
    get sent() {
      return sent
    },
    get bytes() {
      return bytes
    },
    get skipped() {
      return skipped
    },
    peerReport(next) {
      if (report === null || next.received >= report.received) report = next
    },
    snapshotSent: (roundTripMs) => ({
      direction: 'sent',
      sent,
      received: report?.received ?? null,
      missing: report?.missing ?? null,
      duplicated: report?.duplicated ?? null,
      reordered: report?.reordered ?? null,
      bytes,
      oneWayDelayDiffMs: null,
      roundTripMs,
      deliveryGapMaxMs: null,
    }),
  }
}
