/** Ethernet, IPv4 and UDP (RFC 791, RFC 768), as far as an attacker needs them. */
export interface Datagram {
  readonly from: Place
  readonly to: Place
  readonly payload: Buffer
}

export interface Place {
  readonly address: string
  readonly port: number
}

export type Captured = Datagram

const ethernetBytes = 14
const ipBytes = 20
const udpBytes = 8
const udpProtocol = 17

/** The UDP datagram in a frame; undefined for all else. */
export function readFrame(frame: Buffer): Captured | undefined {
  if (frame.length < ethernetBytes + ipBytes + udpBytes || frame.readUInt16BE(12) !== 0x0800) return undefined
  const ip = frame.subarray(ethernetBytes)
  const udpAt = (ip.readUInt8(0) & 15) * 4
  if (ip.readUInt8(9) !== udpProtocol || ip.length < udpAt + udpBytes) return undefined
  const udp = ip.subarray(udpAt, udpAt + ip.readUInt16BE(udpAt + 4))
  return {
    from: { address: ip.subarray(12, 16).join('.'), port: udp.readUInt16BE(0) },
    to: { address: ip.subarray(16, 20).join('.'), port: udp.readUInt16BE(2) },
    payload: udp.subarray(udpBytes),
  }
}

/** A frame from nobody in particular; without a UDP checksum, which IPv4 allows. */
export function frameOf({ from, to, payload }: Datagram, toMac: string): Buffer {
  const frame = Buffer.alloc(ethernetBytes + ipBytes + udpBytes + payload.length)
  Buffer.from(toMac.replaceAll(':', ''), 'hex').copy(frame)
  frame.writeUInt8(2, 6)
  frame.writeUInt16BE(0x0800, 12)
  const ip = frame.subarray(ethernetBytes)
  ip.writeUInt8(0x45, 0)
  ip.writeUInt16BE(ip.length, 2)
  ip.writeUInt8(64, 8)
  ip.writeUInt8(udpProtocol, 9)
  Buffer.from(from.address.split('.').map(Number)).copy(ip, 12)
  Buffer.from(to.address.split('.').map(Number)).copy(ip, 16)
  ip.writeUInt16BE(checksum(ip.subarray(0, ipBytes)), 10)
  const udp = ip.subarray(ipBytes)
  udp.writeUInt16BE(from.port, 0)
  udp.writeUInt16BE(to.port, 2)
  udp.writeUInt16BE(udp.length, 4)
  payload.copy(udp, udpBytes)
  return frame
}

function checksum(header: Buffer): number {
  let sum = 0
  for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  return ~sum & 0xffff
}
