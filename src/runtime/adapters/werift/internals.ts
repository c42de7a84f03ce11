import type { RTCSctpTransport } from 'werift'

/**
 * The private members of werift that are used, checked before use: werift is pinned, and one that differs must say so at
 * once and not fail in the middle of a session.
 */
export interface SctpInternals {
  /** Takes an SCTP packet; werift itself calls it without minding its rejections. */
  handleData(packet: Buffer): Promise<void>
  /** Takes a reassembled SCTP message. */
  datachannelReceive(streamId: number, protocol: number, data: Buffer): Promise<void>
}

/** Throws with what is missing. */
export function sctpInternals(transport: RTCSctpTransport): SctpInternals {
  const outer = demand(transport, 'RTCSctpTransport', ['datachannelReceive'])
  const inner = demand(transport.sctp, 'SCTP', ['handleData', 'stop'])
  return {
    handleData: async (packet) => inner('handleData', packet),
    datachannelReceive: async (...args) => outer('datachannelReceive', ...args),
  }
}

type Call = (method: string, ...args: unknown[]) => Promise<void>

function demand(object: object | undefined, name: string, methods: readonly string[]): Call {
  const members = new Map<string, unknown>()
  for (const method of methods)
    members.set(method, object === undefined ? undefined : Reflect.get(object, method))
  for (const [method, member] of members) {
    if (typeof member !== 'function') {
      throw new Error(
        `This werift does not fit: ${name}.${method} is missing. Pathscope needs the pinned version.`,
      )
    }
  }
  return (method, ...args) =>
    Reflect.apply(members.get(method) as (...a: unknown[]) => Promise<void>, object, args)
}
