import type { Frame, FrameData } from './frame'
import { RoundTrip } from './roundtrip'

/** Frames that may be on their way at once; the rest wait. */
const flightFrames = 32
const maxRtoMs = 3000
/**
 * How each further timeout of a frame grows, from its second on. Gentler than TCP's 2, since little is sent here and a
 * path that loses every other packet must not make a handshake wait for seconds.
 */
const backoff = 1.5

interface Outgoing {
  readonly sequence: number
  readonly payload: Uint8Array
  readonly endsMessage: boolean
  readonly queuedAtMs: number
  /** When the last copy was sent; undefined before the first. */
  sentAtMs: number | undefined
  /** When it is to be sent (again). */
  dueAtMs: number
  /** Times its timeout ran out since the last progress. */
  timeouts: number
}

/** The sending half: keeps each frame until it is acknowledged and says when which copy is due. */
export class Sender {
  /** Unacknowledged frames in order. */
  private queue: Outgoing[] = []
  private nextSequence = 0
  private readonly roundTrip = new RoundTrip()

  constructor(
    private readonly maxFrames: number,
    private readonly maxPayloadBytes: number,
  ) {}

  get unacked(): number {
    return this.queue.length
  }

  get oldestQueuedAtMs(): number | undefined {
    return this.queue[0]?.queuedAtMs
  }

  setRto(rtoMs: number): void {
    this.roundTrip.hint(rtoMs)
  }

  send(message: Uint8Array, nowMs: number): boolean {
    const count = Math.max(1, Math.ceil(message.length / this.maxPayloadBytes))
    if (this.queue.length + count > this.maxFrames || this.nextSequence + count > 0xffffffff) return false
    for (let i = 0; i < count; i++) {
      this.queue.push({
        sequence: this.nextSequence++,
        payload: message.slice(i * this.maxPayloadBytes, (i + 1) * this.maxPayloadBytes),
        endsMessage: i === count - 1,
        queuedAtMs: nowMs,
        sentAtMs: undefined,
        dueAtMs: nowMs,
        timeouts: 0,
      })
    }
    return true
  }

  /** Whether the peer acknowledges only what was sent. */
  accepts(frame: Frame): boolean {
    const sentEnd = this.queue.find((entry) => entry.sentAtMs === undefined)?.sequence ?? this.nextSequence
    if (frame.ack > sentEnd) return false
    return highestSelected(frame) < sentEnd
  }

  acknowledged(frame: Frame, nowMs: number): void {
    const before = this.queue.length
    this.queue = this.queue.filter(
      (entry) => entry.sequence >= frame.ack && !isSelected(frame, entry.sequence),
    )
    // The same acknowledgement once more, by a slower path, tells nothing about the way an answer takes.
    if (this.queue.length === before) return
    const sentAtMs = frame.echo === null ? undefined : this.roundTrip.sample(frame.echo, nowMs)
    if (sentAtMs !== undefined) this.recallOvertaken(sentAtMs, nowMs)
    this.progress(nowMs)
  }

  /** What was sent clearly before a copy that has arrived, and is not acknowledged, is taken for lost (RFC 8985). */
  private recallOvertaken(arrivedSentAtMs: number, nowMs: number): void {
    for (const entry of this.flight()) {
      if (entry.sentAtMs !== undefined && entry.sentAtMs < arrivedSentAtMs - this.roundTrip.reorderMs) {
        entry.dueAtMs = Math.min(entry.dueAtMs, nowMs)
      }
    }
  }

  /** The peer is hearing us: whatever had been put off waits for one plain timeout only. */
  private progress(nowMs: number): void {
    for (const entry of this.flight()) {
      if (entry.sentAtMs === undefined || entry.timeouts === 0) continue
      entry.timeouts = 0
      entry.dueAtMs = Math.min(entry.dueAtMs, Math.max(nowMs, entry.sentAtMs + this.roundTrip.rtoMs))
    }
  }

  /** The next frame to go out now, or undefined. */
  poll(nowMs: number): FrameData | undefined {
    const due = this.flight().find((entry) => entry.dueAtMs <= nowMs)
    if (!due) return undefined
    if (due.sentAtMs !== undefined) due.timeouts++
    due.sentAtMs = nowMs
    due.dueAtMs = nowMs + Math.min(maxRtoMs, this.roundTrip.rtoMs * backoff ** Math.max(0, due.timeouts - 1))
    const stamp = this.roundTrip.stamp(nowMs)
    return { sequence: due.sequence, stamp, endsMessage: due.endsMessage, payload: due.payload }
  }

  nextDeadline(): number | undefined {
    let earliest: number | undefined
    for (const entry of this.flight()) {
      if (earliest === undefined || entry.dueAtMs < earliest) earliest = entry.dueAtMs
    }
    return earliest
  }

  private flight(): Outgoing[] {
    return this.queue.slice(0, flightFrames)
  }
}

function isSelected({ ack, selective }: Frame, sequence: number): boolean {
  const bit = sequence - ack - 1
  return bit >= 0 && ((selective[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0
}

function highestSelected({ ack, selective }: Frame): number {
  for (let bit = selective.length * 8 - 1; bit >= 0; bit--) {
    if ((selective[bit >> 3] as number) & (1 << (bit & 7))) return ack + 1 + bit
  }
  return -1
}
