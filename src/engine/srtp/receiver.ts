import { createDedupWindow, type DedupWindow } from '../dedup'
import type { EnginePrimitives } from '../face/io'
import { limits } from '../face/limits'
import type { SrtpKeys } from './keys'
import { maxIndex, payloadStart, readU16, readU32, sequenceSpan, writeNonce } from './packet'

/**
 * What a datagram turned out to be. `duplicate` and `too-old` are told by the number alone and are not authenticated: who
 * sent them is unknown. `forged`: no packet of the peer, or one too far from the others of its SSRC to be told.
 */
export type SrtpReceipt = 'new' | 'duplicate' | 'too-old' | 'malformed' | 'forged' | 'too-many-sources'

/**
 * Opens the packets of one direction. A packet's 48-bit index is estimated against the highest *authenticated* one of its
 * SSRC (RFC 3711 appendix A), and only what authenticates is remembered, so a forged number moves nothing.
 */
export interface SrtpReceiver {
  /** After `new`, and until the next call, the fields below are those of the packet. */
  receive(datagram: Uint8Array, nowMs: number): SrtpReceipt
  /** Also after `duplicate` and `too-old`, then by the datagram's own word. */
  readonly ssrc: number
  readonly index: number
  readonly payload: Uint8Array
  /** Which packets of an SSRC have been there. */
  windowOf(ssrc: number): Pick<DedupWindow, 'seen' | 'committedAbove' | 'highest'>
}

/** From this long a silence of an SSRC on, so many packets may be missing that the nearest index is not the right one. */
const uncertainAfterMs = 500
/** Tries beyond the nearest index, per second and all SSRCs together: a forger must not make us decrypt for nothing. */
const triesPerSecond = 256

interface Source {
  readonly window: DedupWindow
  heardMs: number
}

export function createSrtpReceiver(
  keys: SrtpKeys,
  primitives: Pick<EnginePrimitives, 'open'>,
  startedMs: number,
): SrtpReceiver {
  const nonce = new Uint8Array(keys.salt.length)
  const sources = new Map<number, Source>()
  const nothing = new Uint8Array(0)
  let ssrc = 0
  let index = 0
  let payload: Uint8Array = nothing
  let tries = triesPerSecond
  let triesAtMs = startedMs

  const opens = (datagram: Uint8Array, from: number): boolean => {
    writeNonce(nonce, keys.salt, ssrc, index)
    const plain = primitives.open(keys.key, nonce, datagram.subarray(from), datagram.subarray(0, from))
    if (plain === undefined) return false
    payload = plain
    return true
  }

  /** After a silence in which a whole round of numbers may have gone by: the rounds that could have, one by one. */
  const opensLater = (datagram: Uint8Array, from: number, silentMs: number, nowMs: number): boolean => {
    if (silentMs < uncertainAfterMs) return false
    tries = Math.min(triesPerSecond, tries + ((nowMs - triesAtMs) * triesPerSecond) / 1000)
    triesAtMs = nowMs
    const rounds = Math.ceil((silentMs * limits.streamPacketsPerSecond) / 1000 / sequenceSpan)
    for (let round = 0; round < rounds && tries >= 1; round += 1) {
      index += sequenceSpan
      if (index > maxIndex) return false
      tries -= 1
      if (opens(datagram, from)) return true
    }
    return false
  }

  const commit = (source: Source | undefined, nowMs: number): void => {
    const known = source ?? { window: createDedupWindow(limits.streamWindow), heardMs: nowMs }
    if (source === undefined) sources.set(ssrc, known)
    known.window.commit(index)
    known.heardMs = nowMs
  }

  return {
    receive(datagram, nowMs) {
      const from = payloadStart(datagram)
      if (from === 0) return 'malformed'
      ssrc = readU32(datagram, 8)
      const source = sources.get(ssrc)
      if (source === undefined && sources.size >= limits.streamsPerSession) return 'too-many-sources'
      index = estimateIndex(source?.window.highest ?? -1, readU16(datagram, 2))
      const seen = source === undefined ? 'new' : source.window.seen(index)
      const silentMs = nowMs - (source?.heardMs ?? startedMs)
      if (seen !== 'new' && silentMs < uncertainAfterMs) return seen
      const opened = (seen === 'new' && opens(datagram, from)) || opensLater(datagram, from, silentMs, nowMs)
      if (!opened) return seen === 'new' ? 'forged' : seen
      commit(source, nowMs)
      return 'new'
    },
    windowOf: (of) => ({
      seen: (sequence) => sources.get(of)?.window.seen(sequence) ?? 'new',
      committedAbove: (sequence) => sources.get(of)?.window.committedAbove(sequence) ?? 0,
      get highest() {
        return sources.get(of)?.window.highest ?? -1
      },
    }),
    get ssrc() {
      return ssrc
    },
    get index() {
      return index
    },
    get payload() {
      return payload
    },
  }
}

/** The index with these low 16 bits that is nearest to `highest`, the highest authenticated one; -1 = none. Never below 0. */
export function estimateIndex(highest: number, sequence: number): number {
  if (highest < 0) return sequence
  const round = Math.floor(highest / sequenceSpan) * sequenceSpan
  const near = round + sequence
  if (near - highest > sequenceSpan / 2 && round > 0) return near - sequenceSpan
  if (highest - near >= sequenceSpan / 2) return near + sequenceSpan
  return near
}
