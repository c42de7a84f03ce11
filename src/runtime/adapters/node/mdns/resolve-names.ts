import { createSocket, type Socket } from 'node:dgram'
import type { InterfaceAddress } from '../../../ports'
import { encodeQuestion, type NamedAddress, readAnswer } from './message'

const port = 5353
const groups = { 4: '224.0.0.251', 6: 'ff02::fb' } as const
/** A question may be lost: asked again at these times; the answer is waited for until the last. ms */
const askAtMs = [0, 250, 1000]
const giveUpMs = 2000
/** After every name has an address: for how long the other family's may still come, ms. */
const lingerMs = 150
/** Addresses taken for all names together; who is on the link may say anything. */
const maxFound = 64

export interface AskingPlace {
  readonly interfaceName: string
  readonly address: InterfaceAddress
}

/**
 * Asks by multicast DNS for host names ending in .local, a one-shot question (RFC 6762 section 5.1) from each place, by its
 * interface. Sockets are open while it lasts, at most 2 s, on ports of the system's choice. Whoever is on the link may
 * answer falsely: what comes of it is an address to be checked, no more.
 */
export function resolveNames(
  names: readonly string[],
  places: readonly AskingPlace[],
): Promise<readonly NamedAddress[]> {
  const asked = new Set(names)
  const found = new Map<string, NamedAddress>()
  const sockets: Socket[] = []
  const timers: ReturnType<typeof setTimeout>[] = []
  return new Promise((resolve) => {
    let ended = false
    const end = (): void => {
      if (ended) return
      ended = true
      for (const timer of timers) clearTimeout(timer)
      for (const socket of sockets) closeQuietly(socket)
      resolve([...found.values()])
    }
    const take = (packet: Uint8Array): void => {
      for (const one of readAnswer(packet, asked))
        if (found.size < maxFound) found.set(`${one.name} ${one.address}`, one)
      const known = new Set([...found.values()].map((one) => one.name))
      if (known.size === asked.size) timers.push(setTimeout(end, lingerMs))
    }
    const question = { names, timers, take, isOver: () => ended }
    for (const place of places) sockets.push(openPlace(place, question))
    timers.push(setTimeout(end, places.length === 0 ? 0 : giveUpMs))
  })
}

interface Question {
  readonly names: readonly string[]
  readonly timers: ReturnType<typeof setTimeout>[]
  take(packet: Uint8Array): void
  isOver(): boolean
}

function openPlace({ interfaceName, address }: AskingPlace, question: Question): Socket {
  const { family } = address
  const socket = createSocket(family === 4 ? 'udp4' : 'udp6')
  let usable = true
  // An interface that cannot be asked gives no answers; the others may.
  socket.on('error', () => {
    usable = false
  })
  socket.on('message', (packet) => question.take(packet))
  socket.bind(0, () => {
    if (!usable || question.isOver()) return
    const by = family === 4 ? address.address : `::%${interfaceName}`
    try {
      socket.setMulticastInterface(by)
      socket.setMulticastTTL(255)
    } catch {
      return
    }
    const to = family === 4 ? groups[4] : `${groups[6]}%${interfaceName}`
    for (const atMs of askAtMs)
      question.timers.push(
        setTimeout(() => {
          for (const name of question.names) socket.send(encodeQuestion(name), port, to, () => undefined)
        }, atMs),
      )
  })
  return socket
}

function closeQuietly(socket: Socket): void {
  try {
    socket.close()
  } catch {
    // It failed before it was open, and has closed by itself.
  }
}
