import { limits } from '../face/limits'
import type { StreamSpec } from '../face/streams'
import { srtpOverheadBytes } from '../srtp'

/** Payload of the packets of kinds that set no size themselves: with all headers below any usual MTU. */
export const fullPacketBytes = 1200
/** Payload of the packets of `bulk`: as long as datagrams of ours may be, so that headers take little. */
export const bulkPacketBytes = limits.datagramBytes - srtpOverheadBytes
export const voicePacket = { bytes: 160, perSecond: 50 } as const
export const videoFrames = { perSecond: 30, keyFrameEvery: 60, keyFrameFactor: 3 } as const

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
