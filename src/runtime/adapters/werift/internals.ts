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
  /** What the retransmission timer T3 does when it runs out; nothing when nothing waits for an acknowledgement. */
  sendAgain(): void
}

/**
 * Longest retransmission timeout, s. werift has 60: it measures round trips by the wall clock, which a suspended machine
 * or a corrected time moves by hours, and every packet lost in the minutes after would wait for as long.
 */
const longestRto = 4
/** A longer round trip, or one below 0, is no round trip: the clock was set. s. */
const longestRoundTrip = 30

/** Throws with what is missing. */
export function sctpInternals(transport: RTCSctpTransport): SctpInternals {
  demandMembers(transport, 'RTCSctpTransport', ['datachannelReceive', 'sctp', 'onDataChannel', 'stop'])
  demandMembers(transport.sctp, 'SCTP', [
    'handleData',
    'onReceive',
    'stateChanged',
    'state',
    'updateRto',
    'rto',
    'sentQueue',
    'timer3Expired',
    'timer3Cancel',
  ])
  boundRto(transport.sctp)
  return {
    handleData: (packet) => call(transport.sctp, 'handleData', packet),
    datachannelReceive: (...args) => call(transport, 'datachannelReceive', ...args),
    sendAgain() {
      if ((Reflect.get(transport.sctp, 'sentQueue') as unknown[]).length === 0) return
      invoke(transport.sctp, 'timer3Cancel')
      invoke(transport.sctp, 'timer3Expired')
    },
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

function boundRto(sctp: object): void {
  const original = Reflect.get(sctp, 'updateRto') as (seconds: number) => void
  Reflect.set(sctp, 'updateRto', (seconds: number): void => {
    if (seconds >= 0 && seconds <= longestRoundTrip) Reflect.apply(original, sctp, [seconds])
    Reflect.set(sctp, 'rto', Math.min(longestRto, Reflect.get(sctp, 'rto') as number))
  })
}

function invoke(object: object, method: string): void {
  Reflect.apply(Reflect.get(object, method) as () => void, object, [])
}

async function call(object: object, method: string, ...args: unknown[]): Promise<void> {
  await Reflect.apply(Reflect.get(object, method) as (...a: unknown[]) => Promise<void>, object, args)
}
