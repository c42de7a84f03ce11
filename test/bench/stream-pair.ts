/** Two engines in memory with a stream between them, redundant over some paths, a step at a time. */
import type { Engine, EngineOutput } from '../../src/engine'
import { pairOfEngines } from '../../src/engine/testing'
import { nodeEntropy } from '../../src/runtime/adapters/node'
import type { Carrier } from './carriers'
import type { LoopbackPaths } from './loopback-paths'

type Transmit = Extract<EngineOutput, { readonly kind: 'transmit' }>

export interface StreamPair {
  /** Lets a millisecond pass for the sender: all that it gives out then, about ten packets with their copies. */
  send(): readonly Transmit[]
  /** The receiver gets a packet over a path, from 0 on. */
  take(path: number, data: Uint8Array): void
  /** All else that the two have to say, until both are silent; `others` is what of `send` were no packets of the stream. */
  settle(others: readonly Transmit[]): void
  /** What the receiver has counted of `send`'s packets: different ones, and copies beyond the first. */
  received(): { readonly packets: number; readonly duplicates: number }
}

const packetsPerSecond = 10_000

export function startStreamPair(paths: number, payloadBytes: number): StreamPair {
  const links = Array.from({ length: paths }, () => ({ delayMs: 1, loss: 0, up: true }))
  const messages = { enabled: false, ratePerSecond: 1, sizeBytes: 64 }
  const world = pairOfEngines(links, { messages }, 1, () => nodeEntropy())
  world.connect()
  world.runUntil(5000)
  const spec = { kind: 'cbr', rateBps: payloadBytes * 8 * packetsPerSecond, sizeBytes: payloadBytes } as const
  world.give(0, { kind: 'command', command: { kind: 'start-stream', direction: 'sent', spec } })
  world.runUntil(5100)
  const [sender, receiver] = [world.hosts[0].engine, world.hosts[1].engine]
  const sources = links.map((_, path) => addressOf(path, 1))
  const counted = () => {
    const stream = receiver.snapshot(nowMs).streams.find(({ direction }) => direction === 'received')
    return { packets: stream?.received ?? 0, duplicates: stream?.duplicates ?? 0 }
  }
  let nowMs = 5100
  const before = counted()
  let answers: Transmit[] = []
  return {
    send() {
      nowMs += 1
      return drained(sender, { kind: 'tick' }, nowMs)
    },
    take(path, data) {
      const from = sources[path] ?? addressOf(path, 1)
      receiver.handle({ kind: 'datagram', socketId: path + 1, from, data, receivedAtMs: nowMs }, nowMs)
      for (let output = receiver.poll(); output !== undefined; output = receiver.poll())
        if (output.kind === 'transmit') answers.push(output)
    },
    settle(others) {
      const back = [...answers, ...drained(receiver, { kind: 'tick' }, nowMs)]
      answers = []
      talk(sender, receiver, others, back, nowMs)
    },
    received() {
      const { packets, duplicates } = counted()
      return { packets: packets - before.packets, duplicates: duplicates - before.duplicates }
    },
  }
}

/** The copy of a packet of the stream, and no other datagram. */
export const isPacket = ({ data }: Transmit): boolean => data[0] === 0x80
/** The path by which a copy of the sender goes, from 0 on. */
export const pathOf = ({ socketId }: Transmit): number => socketId - 1

/** The same two with the product's sockets between them, a batch of so many ms at a time. */
export function pathscopeCarrier(pair: StreamPair, paths: LoopbackPaths, batchMs: number): Carrier {
  let others: Transmit[] = []
  const carrier: Carrier = {
    ports: paths.ports,
    send(to) {
      let copies = 0
      for (let at = 0; at < batchMs; at += 1) {
        for (const one of pair.send()) {
          if (!isPacket(one)) {
            others.push(one)
            continue
          }
          paths.send(pathOf(one), to[pathOf(one)] ?? 0, one.data)
          copies += 1
        }
      }
      return copies / paths.ports.length
    },
    onTaken: () => {},
    settle() {
      pair.settle(others)
      others = []
    },
    close: paths.close,
  }
  paths.onDatagram = (path, data) => {
    pair.take(path, data)
    carrier.onTaken()
  }
  return carrier
}

function talk(
  sender: Engine,
  receiver: Engine,
  toReceiver: readonly Transmit[],
  toSender: readonly Transmit[],
  nowMs: number,
): void {
  let forth = toReceiver
  let back = toSender
  while (back.length > 0 || forth.length > 0) {
    const answers = forth.flatMap((one) => drained(receiver, arrival(one, 1, nowMs), nowMs))
    forth = back.flatMap((one) => drained(sender, arrival(one, 2, nowMs), nowMs))
    back = answers
  }
}

/** As it comes out at the other end: addresses are 10.0.LINK.HOST, and sockets have their link's number. */
function arrival(
  { socketId, to, data }: Transmit,
  fromHost: number,
  nowMs: number,
): Parameters<Engine['handle']>[0] {
  const socket = Number(to.address.split('.')[2])
  return {
    kind: 'datagram',
    socketId: socket,
    from: addressOf(socketId - 1, fromHost),
    data,
    receivedAtMs: nowMs,
  }
}

function addressOf(path: number, host: number) {
  return { family: 4 as const, address: `10.0.${path + 1}.${host}`, port: 5000 }
}

function drained(engine: Engine, input: Parameters<Engine['handle']>[0], nowMs: number): Transmit[] {
  const sent: Transmit[] = []
  engine.handle(input, nowMs)
  for (let output = engine.poll(); output !== undefined; output = engine.poll())
    if (output.kind === 'transmit') sent.push(output)
  return sent
}
