import type { TransportAddress } from '../face/address'
import type { Pair } from './pair'

/** Which pair a datagram belongs to, by the socket and where it came from. Asked for every packet: makes no text for it. */
export interface Places {
  at(socketId: number, from: TransportAddress): Pair | undefined
  /** In the place of the pair that was there before. */
  put(pair: Pair): void
  forget(socketId: number, address: TransportAddress): void
  forgetSocket(socketId: number): void
}

export function createPlaces(): Places {
  /** By socket and port. Pairs whose addresses differ and ports do not are few. */
  const sockets = new Map<number, Map<number, Pair[]>>()
  const without = (socketId: number, { address, port }: TransportAddress): Pair[] =>
    (sockets.get(socketId)?.get(port) ?? []).filter((pair) => pair.remote.address.address !== address)
  return {
    at(socketId, { address, port }) {
      const pairs = sockets.get(socketId)?.get(port)
      if (pairs === undefined) return undefined
      for (const pair of pairs) if (pair.remote.address.address === address) return pair
      return undefined
    },
    put(pair) {
      const { id } = pair.socket
      const { address } = pair.remote
      const ports = sockets.get(id) ?? new Map<number, Pair[]>()
      ports.set(address.port, [...without(id, address), pair])
      sockets.set(id, ports)
    },
    forget(socketId, address) {
      const left = without(socketId, address)
      if (left.length > 0) sockets.get(socketId)?.set(address.port, left)
      else sockets.get(socketId)?.delete(address.port)
    },
    forgetSocket: (socketId) => void sockets.delete(socketId),
  }
}
