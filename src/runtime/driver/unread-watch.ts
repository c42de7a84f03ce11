import type { Clock, Datagrams } from '../ports'

/** From one look at all sockets to the next, at least, ms. */
const everyMs = 1000

/** Asks what the system dropped at our sockets unread, and tells what is new since it was asked before. */
export interface UnreadWatch {
  /** To be called often: looks when the last time is a second ago. */
  look(): void
  /** Looks at once: the count is final soon. */
  lookNow(): void
  /** Looks at a socket for the last time: it is about to be closed, or is. */
  close(socketId: number): void
}

export interface UnreadWatchOptions {
  readonly clock: Pick<Clock, 'nowMs'>
  readonly datagrams: Pick<Datagrams, 'droppedUnread'>
  /** All that are open now. */
  readonly sockets: ReadonlyMap<number, { readonly interfaceName: string }>
  /** `datagrams` more were dropped; a first 0 tells that they are counted there. */
  readonly tell: (interfaceName: string, datagrams: number) => void
}

export function watchUnread({ clock, datagrams, sockets, tell }: UnreadWatchOptions): UnreadWatch {
  /** By socket. */
  const told = new Map<number, number>()
  let nextMs = -Infinity

  function lookAt(socketId: number): void {
    const socket = sockets.get(socketId)
    const total = datagrams.droppedUnread?.(socketId) ?? null
    const before = told.get(socketId)
    if (socket === undefined || total === null || total === before) return
    told.set(socketId, total)
    tell(socket.interfaceName, total - (before ?? 0))
  }

  function lookNow(): void {
    nextMs = clock.nowMs() + everyMs
    for (const socketId of sockets.keys()) lookAt(socketId)
  }

  return {
    look() {
      if (clock.nowMs() >= nextMs) lookNow()
    },
    lookNow,
    close(socketId) {
      lookAt(socketId)
      told.delete(socketId)
    },
  }
}
