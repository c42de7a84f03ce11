import type { DtlsClient, DtlsServer, RTCSctpTransport } from 'werift'

/**
 * The members of werift that are private, or public in the types alone. They are checked before use: one that differs
 * must say so when a session is created, and not fail in the middle of it.
 */
export interface SctpInternals {
  /** Takes an SCTP packet; werift itself calls it without minding its rejections. */
  handleData(packet: Buffer): Promise<void>
  /** Takes a reassembled SCTP message. */
  datachannelReceive(streamId: number, protocol: number, data: Buffer): Promise<void>
}

/** Throws with what is missing. */
export function sctpInternals(transport: RTCSctpTransport): SctpInternals {
  demandMembers(transport, 'RTCSctpTransport', ['datachannelReceive', 'sctp', 'onDataChannel', 'stop'])
  demandMembers(transport.sctp, 'SCTP', ['handleData', 'onReceive', 'stateChanged', 'state'])
  return {
    handleData: (packet) => call(transport.sctp, 'handleData', packet),
    datachannelReceive: (...args) => call(transport, 'datachannelReceive', ...args),
  }
}

/** Throws with what is missing of what the handshake reads and hooks into. */
export function demandDtlsInternals(socket: DtlsClient | DtlsServer): void {
  demandMembers(socket, 'DtlsSocket', ['onConnect', 'onError', 'cipher'])
  demandMembers(socket.cipher, 'CipherContext', ['localKeyPair', 'masterSecret'])
}

function demandMembers(object: unknown, name: string, members: readonly string[]): void {
  for (const member of members) {
    const has = typeof object === 'object' && object !== null && member in object
    if (!has)
      throw new Error(`This werift does not fit: ${name}.${member} is missing. Install the pinned version.`)
  }
}

async function call(object: object, method: string, ...args: unknown[]): Promise<void> {
  await Reflect.apply(Reflect.get(object, method) as (...a: unknown[]) => Promise<void>, object, args)
}
