import type { Clock } from '../../runtime/ports'

/** What the message stream wants of its secure session. */
export interface StreamCallbacks {
  /** Sends one chunk in a record; it may be lost. */
  send(chunk: Uint8Array): void
  onOpen(): void
  onMessage(data: Uint8Array): void
  onRetransmissions(total: number): void
}

/** One reliable, ordered message channel: SCTP's outside (RFC 9260) in as few lines as do. */
export interface MessageStream {
  /** The client's side: asks for the channel. The server's opens when it is asked. */
  open(): void
  receive(chunk: Uint8Array): void
  /** False when not open, or when `maxOutstanding` chunks wait for acknowledgement. */
  sendMessage(data: Uint8Array): boolean
  /** The way is open again: the timer counts as run out. */
  resume(): void
  close(): void
}

const kinds = { open: 1, data: 2, ack: 3 } as const
const lastFragment = 1
const fragmentBytes = 1100
const maxOutstanding = 256
const maxHeld = 512
const maxMessageBytes = 65_536
const firstRtoMs = 1000
const minRtoMs = 400
const maxRtoMs = 4000
const fastRetransmitReports = 3
/** Chunks sent again when the timer runs out; a window that starts anew would allow about as many. */
const resentAtOnce = 8

interface Outstanding {
  readonly tsn: number
  readonly chunk: Uint8Array
  sentAtMs: number
  resent: boolean
  /** Acknowledged beyond a gap. */
  gapAcked: boolean
  missingReports: number
}

export function createMessageStream(clock: Clock, on: StreamCallbacks): MessageStream {
  const outstanding: Outstanding[] = []
  const held = new Map<number, Uint8Array>()
  let state: 'new' | 'opening' | 'open' | 'closed' = 'new'
  let nextTsn = 0
  let expectedTsn = 0
  let fragments: Uint8Array[] = []
  let fragmentsBytes = 0
  let rtoMs = firstRtoMs
  let smoothedMs: number | undefined
  let retransmissions = 0
  let disarm: (() => void) | undefined

  function transmit(kind: number, flags: number, body: Uint8Array): void {
    const chunk = encode(kind, flags, nextTsn, body)
    outstanding.push({
      tsn: nextTsn,
      chunk,
      sentAtMs: clock.nowMs(),
      resent: false,
      gapAcked: false,
      missingReports: 0,
    })
    nextTsn++
    on.send(chunk)
    if (disarm === undefined) arm()
  }

  function arm(): void {
    disarm?.()
    disarm = undefined
    if (outstanding.length === 0 || state === 'closed') return
    disarm = clock.at(clock.nowMs() + rtoMs, () => {
      disarm = undefined
      rtoMs = Math.min(rtoMs * 2, maxRtoMs)
      resendMissing()
    })
  }

  function resendMissing(): void {
    const missing = outstanding.filter((each) => !each.gapAcked)
    for (const one of missing.slice(0, resentAtOnce)) resend(one)
    arm()
  }

  function resend(one: Outstanding): void {
    one.resent = true
    one.missingReports = 0
    one.sentAtMs = clock.nowMs()
    retransmissions++
    on.send(one.chunk)
    on.onRetransmissions(retransmissions)
  }

  function takeAck(cumulative: number, beyond: readonly number[]): void {
    let moved = false
    while (outstanding[0] !== undefined && outstanding[0].tsn < cumulative) {
      const done = outstanding.shift()!
      if (!done.resent && !done.gapAcked) sampleRtt(clock.nowMs() - done.sentAtMs)
      moved = true
    }
    const highest = Math.max(-1, ...beyond)
    const gaps = new Set(beyond)
    for (const one of outstanding) {
      if (gaps.has(one.tsn)) one.gapAcked = true
      else if (one.tsn < highest && ++one.missingReports === fastRetransmitReports && !one.resent) resend(one)
    }
    if (moved) {
      if (state === 'opening') opened()
      arm()
    }
  }

  function sampleRtt(sampleMs: number): void {
    smoothedMs = smoothedMs === undefined ? sampleMs : smoothedMs + (sampleMs - smoothedMs) / 8
    rtoMs = Math.max(minRtoMs, Math.min(maxRtoMs, 3 * smoothedMs))
  }

  function opened(): void {
    if (state === 'open' || state === 'closed') return
    state = 'open'
    on.onOpen()
  }

  function takeInOrder(kind: number, flags: number, body: Uint8Array): void {
    if (kind === kinds.open) return opened()
    fragmentsBytes += body.length
    if (fragmentsBytes > maxMessageBytes) throw new Error('the model stream got a message that is too long')
    fragments.push(body)
    if ((flags & lastFragment) === 0) return
    const message = join(fragments)
    fragments = []
    fragmentsBytes = 0
    on.onMessage(message)
  }

  function acknowledge(): void {
    const beyond = [...held.keys()].sort((a, b) => a - b).slice(0, 64)
    const body = new Uint8Array(4 * beyond.length)
    const view = new DataView(body.buffer)
    beyond.forEach((tsn, at) => view.setUint32(4 * at, tsn))
    on.send(encode(kinds.ack, 0, expectedTsn, body))
  }

  function takeData(tsn: number, chunk: Uint8Array): void {
    if (tsn >= expectedTsn && tsn < expectedTsn + maxHeld) held.set(tsn, chunk)
    for (let next = held.get(expectedTsn); next !== undefined; next = held.get(expectedTsn)) {
      held.delete(expectedTsn)
      expectedTsn++
      takeInOrder(next[0]!, next[1]!, next.subarray(6))
    }
    acknowledge()
  }

  return {
    open() {
      if (state !== 'new') return
      state = 'opening'
      transmit(kinds.open, lastFragment, new Uint8Array(0))
    },
    receive(chunk) {
      if (state === 'closed' || chunk.length < 6) return
      const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      const tsn = view.getUint32(2)
      if (chunk[0] !== kinds.ack) return takeData(tsn, chunk)
      const beyond: number[] = []
      for (let at = 6; at + 4 <= chunk.length; at += 4) beyond.push(view.getUint32(at))
      takeAck(tsn, beyond)
    },
    sendMessage(data) {
      const count = Math.max(1, Math.ceil(data.length / fragmentBytes))
      if (state !== 'open' || outstanding.length + count > maxOutstanding) return false
      for (let at = 0; at < count; at++) {
        const body = data.slice(at * fragmentBytes, (at + 1) * fragmentBytes)
        transmit(kinds.data, at === count - 1 ? lastFragment : 0, body)
      }
      return true
    },
    resume() {
      if (outstanding.length > 0) resendMissing()
    },
    close() {
      state = 'closed'
      outstanding.length = 0
      disarm?.()
    },
  }
}

function encode(kind: number, flags: number, tsn: number, body: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(6 + body.length)
  chunk[0] = kind
  chunk[1] = flags
  new DataView(chunk.buffer).setUint32(2, tsn)
  chunk.set(body, 6)
  return chunk
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
