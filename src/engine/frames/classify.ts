/** First bytes of our own datagrams, beside those that RFC 7983 gives away. */
export const shimFirstByte = 0xf0
export const controlFirstByte = 0xf1

export type DatagramKind = 'stun' | 'dtls' | 'rtp' | 'shim' | 'control' | 'unknown'

/** What a datagram is by its first byte (RFC 7983 section 7); `rtp` is RTP and RTCP, `stun` still wants parsing. */
export function classify(data: Uint8Array): DatagramKind {
  const first = data[0]
  if (first === undefined) return 'unknown'
  if (first <= 3) return 'stun'
  if (first >= 20 && first <= 63) return 'dtls'
  if (first >= 128 && first <= 191) return 'rtp'
  if (first === shimFirstByte) return 'shim'
  return first === controlFirstByte ? 'control' : 'unknown'
}
