import { limits } from '../face/limits'
import type { ChoiceReason, PacketFacts } from './facts'
import type { Path } from './path'

export type Risk = Extract<ChoiceReason, 'wavering-path' | 'late-tail' | 'key-frame' | 'burst-end'>

/** Extra copies of `adaptive`: for what, and within which budget. */
export interface RiskBudget {
  /** Part of a stream's bytes that its extra copies may have, 0..1. */
  set(part: number): void
  /** What the packet is at risk by and worth a copy over `other` for, as far as the budget goes; null = no copy. */
  assess(
    packet: PacketFacts,
    path: Path,
    other: Path | null,
    /** When the peer made its newest report, by its clock. */
    madeAtMs: number,
    nowMs: number,
  ): Risk | null
  /** Bytes of the stream that were sent again since a path failed: the budget pays for them, too, and may owe them. */
  spend(streamId: number, bytes: number): void
}

/** The budget of one stream: a bucket that its own bytes fill. */
interface Purse {
  tokens: number
  rateBytesPerMs: number
  windowBytes: number
  windowSinceMs: number
}

/** The bucket holds the budget of so much of the stream, ms, and at least four of its packets. */
const depthMs = 2000
const leastPackets = 4
/** A stream's rate is taken anew this often, ms. */
const windowMs = 250
/** Copies for key frames and ends of bursts, which come all the time, leave this part to what cannot be foreseen. */
const reservedPart = 0.3
/** The last packets of a burst that get a copy: what follows them is too little to show their loss soon. */
const tailPackets = 2
/** All of these but the very last leave this part, so that last packets and key frames come before them. */
const reservedFromTailPart = 0.8

export function createRiskBudget(): RiskBudget {
  let part = 0
  const purses = new Map<number, Purse>()

  const purseOf = (streamId: number, nowMs: number): Purse => {
    const known = purses.get(streamId)
    if (known !== undefined) return known
    const purse = { tokens: 0, rateBytesPerMs: 0, windowBytes: 0, windowSinceMs: nowMs }
    // The stream that came first is the one most likely over.
    const oldest = purses.keys().next()
    if (purses.size >= limits.spreadStreams && !oldest.done) purses.delete(oldest.value)
    purses.set(streamId, purse)
    return purse
  }

  return {
    set(next) {
      part = next
    },
    assess(packet, path, other, madeAtMs, nowMs) {
      const purse = purseOf(packet.streamId, nowMs)
      const depth = fill(purse, packet.bytes, part, nowMs)
      if (other === null) return null
      const risk = riskOf(packet, path, other, madeAtMs)
      if (risk === null) return null
      const left = purse.tokens - packet.bytes
      if (left < depth * reservedFrom(risk, packet)) return null
      purse.tokens = left
      return risk
    },
    spend(streamId, bytes) {
      const purse = purses.get(streamId)
      if (purse !== undefined) purse.tokens -= bytes
    },
  }
}

/** Takes the packet's part in; returns how much the bucket holds at most. */
function fill(purse: Purse, bytes: number, part: number, nowMs: number): number {
  purse.windowBytes += bytes
  const passedMs = nowMs - purse.windowSinceMs
  if (passedMs >= windowMs) {
    purse.rateBytesPerMs = purse.windowBytes / passedMs
    purse.windowBytes = 0
    purse.windowSinceMs = nowMs
  }
  const depth = Math.max(leastPackets * bytes, part * depthMs * purse.rateBytesPerMs)
  purse.tokens = Math.min(Math.max(depth, purse.tokens), purse.tokens + bytes * part)
  return depth
}

/** Part of the bucket that a copy must leave. */
function reservedFrom(risk: Risk, { behind }: PacketFacts): number {
  if (risk === 'wavering-path' || risk === 'late-tail') return 0
  return risk === 'burst-end' && behind > 0 ? reservedFromTailPart : reservedPart
}

function riskOf(packet: PacketFacts, path: Path, other: Path, madeAtMs: number): Risk | null {
  if (path.trouble !== null || path.pulse.isDoubtful(madeAtMs)) return 'wavering-path'
  if (packet.deadlineMs !== null) {
    const tailMs = tailDelayMs(path)
    if (tailMs > packet.deadlineMs && tailDelayMs(other) < tailMs) return 'late-tail'
  }
  if (packet.keyFrame) return 'key-frame'
  return packet.behind < tailPackets && packet.kind === 'video' ? 'burst-end' : null
}

/** What few packets exceed: the expected delay and three times the variation more, which it holds once already. */
function tailDelayMs(path: Path): number {
  return path.delayMs + 3 * (path.facts.rttVarMs ?? 0)
}
