import type { EnginePrimitives } from '../face/io'
import type { SrtpKeys } from './keys'
import { maxIndex, rtpHeaderBytes, type RtpFields, sequenceSpan, writeNonce, writeRtpHeader } from './packet'

/** Seals the packets of one direction. One per session and direction: a second one with the same keys reuses nonces. */
export interface SrtpSealer {
  /**
   * The datagram of a packet. `payload` stands in `packet` from byte 12 on and is left as it is. `index` is the packet's
   * 48-bit number among those of its SSRC, higher than that of the one sealed before.
   */
  seal(packet: Uint8Array, payloadBytes: number, fields: RtpFields, index: number): Uint8Array
}

export function createSrtpSealer(keys: SrtpKeys, primitives: Pick<EnginePrimitives, 'seal'>): SrtpSealer {
  const nonce = new Uint8Array(keys.salt.length)
  /** Highest index sealed, by SSRC: what keeps a nonce from being used twice. */
  const sealed = new Map<number, number>()
  return {
    seal(packet, payloadBytes, fields, index) {
      const { ssrc } = fields
      if (index > maxIndex || index <= (sealed.get(ssrc) ?? -1))
        throw new RangeError(`packet ${index} of ${ssrc} may not be sealed`)
      sealed.set(ssrc, index)
      writeRtpHeader(packet, fields, index % sequenceSpan)
      writeNonce(nonce, keys.salt, ssrc, index)
      const end = rtpHeaderBytes + payloadBytes
      const header = packet.subarray(0, rtpHeaderBytes)
      return primitives.seal(keys.key, nonce, packet.subarray(rtpHeaderBytes, end), header)
    },
  }
}
