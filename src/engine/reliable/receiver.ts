import { concat } from '../bytes'
import type { FrameData } from './frame'

export type Reception = 'new' | 'duplicate' | 'refused'

export interface ReceiverLimits {
  readonly maxFrames: number
  readonly maxPayloadBytes: number
  readonly maxMessageBytes: number
}

/** The receiving half: frames in any order and number, messages out in order and once. Holds `maxFrames` at most. */
export class Receiver {
  private readonly held = new Map<number, FrameData>()
  /** First frame that `next` has not handed out. */
  private readAt = 0
  /** First frame that has not arrived. */
  private ackAt = 0
  /** One past the highest frame that has arrived. */
  private endAt = 0
  /** Bytes of the message whose end has not arrived, as far as it is whole; undefined once one was too long. */
  private openMessageBytes: number | undefined = 0

  constructor(private readonly limits: ReceiverLimits) {}

  /** All frames below have arrived. */
  get ack(): number {
    return this.ackAt
  }

  /** One bit for each frame above `ack`, lowest bit first, as long as needed. */
  selective(): Uint8Array {
    const count = this.endAt - this.ackAt - 1
    const bits = new Uint8Array(count > 0 ? (count + 7) >> 3 : 0)
    for (let i = 0; i < count; i++) {
      if (this.held.has(this.ackAt + 1 + i)) bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7))
    }
    return bits
  }

  receive(frame: FrameData): Reception {
    const { sequence, payload } = frame
    if (this.openMessageBytes === undefined || payload.length > this.limits.maxPayloadBytes) return 'refused'
    if (sequence < this.ackAt || this.held.has(sequence)) return 'duplicate'
    if (sequence >= this.readAt + this.limits.maxFrames) return 'refused'
    this.held.set(sequence, frame)
    this.endAt = Math.max(this.endAt, sequence + 1)
    return this.advance() ? 'new' : 'refused'
  }

  /** Moves `ack` over what is whole. False when a message came out longer than allowed: no frame counts from then on. */
  private advance(): boolean {
    for (let frame = this.held.get(this.ackAt); frame; frame = this.held.get(this.ackAt)) {
      const bytes = (this.openMessageBytes ?? 0) + frame.payload.length
      if (bytes > this.limits.maxMessageBytes) {
        this.openMessageBytes = undefined
        return false
      }
      this.openMessageBytes = frame.endsMessage ? 0 : bytes
      this.ackAt++
    }
    return true
  }

  next(): Uint8Array | undefined {
    let end = this.readAt
    while (end < this.ackAt && !this.held.get(end)?.endsMessage) end++
    if (end >= this.ackAt) return undefined
    const parts: Uint8Array[] = []
    for (; this.readAt <= end; this.readAt++) {
      parts.push((this.held.get(this.readAt) as FrameData).payload)
      this.held.delete(this.readAt)
    }
    return concat(...parts)
  }
}
