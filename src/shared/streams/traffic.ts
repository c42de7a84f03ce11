import type { PacketCounts, PairSnapshot } from '../../engine'

/** What a pair carried for messages and streams together: records and RTP packets, copies included. */
export function pairTraffic(
  pair: Pick<PairSnapshot, 'recordsSent' | 'recordsReceived' | 'streamSent' | 'streamReceived'>,
): { readonly sent: PacketCounts; readonly received: PacketCounts } {
  return {
    sent: together(pair.recordsSent, pair.streamSent),
    received: together(pair.recordsReceived, pair.streamReceived),
  }
}

function together(a: PacketCounts, b: PacketCounts): PacketCounts {
  return { packets: a.packets + b.packets, bytes: a.bytes + b.bytes }
}
