import type { TransportAddress } from '../../engine'
import type { Packet } from '../world'
import type { Hub } from './hub'
import { ipv6Bytes } from './ipv6-bytes'

const cookie = [0x21, 0x12, 0xa4, 0x42] as const

/** Makes a host answer STUN binding requests (RFC 8489 section 6.3) with the source address it saw. */
export function serveStun(hub: Hub, host: string, interfaceName: string): void {
  hub.serve(host, (packet) => {
    const data = answerTo(packet)
    if (data !== undefined) hub.send(host, interfaceName, { from: packet.to, to: packet.from, data })
  })
}

/** Written apart from the engine's own STUN code, so that one cannot hide the other's mistakes. */
function answerTo(packet: Packet): Uint8Array | undefined {
  const request = packet.data
  const isBinding = request.length >= 20 && request[0] === 0 && request[1] === 1
  if (!isBinding || !cookie.every((byte, at) => request[4 + at] === byte)) return undefined
  const mapped = xorMappedAddress(packet.from, request.subarray(4, 20))
  const answer = new Uint8Array(20 + mapped.length)
  answer.set([1, 1, 0, mapped.length])
  answer.set(request.subarray(4, 20), 4)
  answer.set(mapped, 20)
  return answer
}

function xorMappedAddress(from: TransportAddress, mask: Uint8Array): Uint8Array {
  const address = from.family === 4 ? from.address.split('.').map(Number) : ipv6Bytes(from.address)
  const value = [0, from.family === 4 ? 1 : 2, (from.port >> 8) ^ mask[0]!, (from.port & 0xff) ^ mask[1]!]
  return new Uint8Array([
    0,
    0x20,
    0,
    4 + address.length,
    ...value,
    ...address.map((byte, at) => byte ^ mask[at]!),
  ])
}
