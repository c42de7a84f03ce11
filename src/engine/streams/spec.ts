import { limits } from '../face/limits'
import type { StreamSpec } from '../face/streams'
import { srtpOverheadBytes } from '../srtp'

/** Payload of the packets of kinds that set no size themselves: with all headers below any usual MTU. */
export const fullPacketBytes = 1200
/** Payload of the packets of `bulk`: as long as datagrams of ours may be, so that headers take little. */
export const bulkPacketBytes = limits.datagramBytes - srtpOverheadBytes
export const voicePacket = { bytes: 160, perSecond: 50 } as const
export const videoFrames = { perSecond: 30, keyFrameEvery: 60, keyFrameFactor: 3 } as const

/**
 * How late a packet may come and still be of use, ms: it is resequenced for so long, and not sent again later. For voice
 * and video what ITU-T G.114 leaves of a conversation's 150 ms, or a jitter buffer of some frames.
 */
export const playoutDeadlineMs: Readonly<Record<StreamSpec['kind'], number>> = {
  voice: 150,
  video: 200,
  cbr: 200,
  bulk: 500,
}

/** Payload rate of a stream that does not adapt; null for `bulk`, which does. */
export function plainRateBps(spec: StreamSpec): number | null {
  if (spec.kind === 'bulk') return null
  return spec.kind === 'voice' ? voicePacket.bytes * 8 * voicePacket.perSecond : spec.rateBps
}

/** A spec moved into the limits; what is no number becomes the least. */
export function boundSpec(spec: StreamSpec): StreamSpec {
  switch (spec.kind) {
    case 'voice':
    case 'bulk':
      return { kind: spec.kind }
    case 'video':
      return { kind: 'video', rateBps: boundRate(spec.rateBps, fullPacketBytes) }
    case 'cbr': {
      const sizeBytes = Math.floor(
        bound(spec.sizeBytes, limits.leastStreamPayloadBytes, limits.streamPayloadBytes),
      )
      return { kind: 'cbr', rateBps: boundRate(spec.rateBps, sizeBytes), sizeBytes }
    }
  }
}

function boundRate(rateBps: number, sizeBytes: number): number {
  const most = Math.min(limits.streamRateBps, sizeBytes * 8 * limits.streamPacketsPerSecond)
  return bound(rateBps, limits.leastStreamRateBps, most)
}

function bound(value: number, least: number, most: number): number {
  return value > least ? Math.min(value, most) : least
}
