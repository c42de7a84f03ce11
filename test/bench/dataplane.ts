import { join } from 'node:path'
import { type Bench, largest, median, ratio, type Row, type Table } from './bench'
import {
  type Carrier,
  type Codec,
  type Cost,
  costOf,
  cpuMicrosecondsSince,
  noCodec,
  rawCarrier,
  weriftCodec,
} from './carriers'
import { openLoopbackPaths } from './loopback-paths'
import { type Mirror, startMirror } from './mirror'
import { isPacket, pathOf, pathscopeCarrier, startStreamPair, type StreamPair } from './stream-pair'

const payloadBytes = 1200
/** With the RTP header and the tag. */
const datagramBytes = payloadBytes + 28
const pathCounts = [1, 3, 8] as const
const rounds = 5
/** Of one round in memory: ms of the session, with about 10 packets in each. */
const roundMs = 500
const packetsPerRound = 5000
/** Of one round over sockets, in batches that fit into a socket's buffer. */
const carriedPerRound = 2500
const batchMs = 5
const batchPackets = 50

/** In memory, µs of CPU a packet. */
interface Timed {
  readonly sendUs: number
  readonly receiveUs: number
}

/** One value a round; lists have one for each number of paths. */
interface Found {
  readonly timed: readonly Timed[][]
  readonly ours: readonly Cost[][]
  readonly raw: readonly Cost[][]
  /** Over one path only: what its packets are opened by twice, it takes twice. */
  readonly werift: Cost[]
  readonly weriftTimed: Timed[]
}

/** Whether the packet path keeps up with what sockets can take, and how it compares with the stack that it stands in for. */
export const dataplane: Bench = {
  name: 'dataplane',
  about:
    'what an RTP packet of 1200 bytes costs, redundant over 1, 3 and 8 paths, beside raw sockets and werift’s SRTP',
  needsLab: false,
  async run({ say }) {
    const found: Found = {
      timed: pathCounts.map(() => []),
      ours: pathCounts.map(() => []),
      raw: pathCounts.map(() => []),
      werift: [],
      weriftTimed: [],
    }
    const inMemory = pathCounts.map((paths) => startStreamPair(paths, payloadBytes))
    const codec = weriftCodec(payloadBytes)
    const program = join('out', 'bench', 'udp-flow.cjs')
    const mirrors = await Promise.all(pathCounts.map((paths) => startMirror(program, paths)))
    const carriers = await startCarriers()
    for (let round = 0; round <= rounds; round++) {
      say(round === 0 ? 'dataplane: warming up' : `dataplane: round ${round} of ${rounds}`)
      // The first is to make the code ready.
      const counts = round > 0
      for (const at of pathCounts.keys()) {
        keep(found.timed[at], timedInMemory(inMemory[at]!, pathCounts[at]!), counts)
        keep(found.ours[at], await carried(carriers.ours[at]!, mirrors[at]!), counts)
        keep(found.raw[at], await carried(carriers.raw[at]!, mirrors[at]!), counts)
      }
      keep(found.weriftTimed, timedCodec(codec), counts)
      keep(found.werift, await carried(carriers.werift, mirrors[0]!), counts)
    }
    for (const each of [...carriers.ours, ...carriers.raw, carriers.werift, ...mirrors]) each.close()
    return tableOf(found)
  },
}

interface Carriers {
  readonly ours: readonly Carrier[]
  readonly raw: readonly Carrier[]
  readonly werift: Carrier
}

async function startCarriers(): Promise<Carriers> {
  const ours = pathCounts.map(async (paths) =>
    pathscopeCarrier(startStreamPair(paths, payloadBytes), await openLoopbackPaths(paths), batchMs),
  )
  const raw = pathCounts.map((paths) => rawCarrier(paths, batchPackets, noCodec(datagramBytes)))
  return {
    ours: await Promise.all(ours),
    raw: await Promise.all(raw),
    werift: await rawCarrier(1, batchPackets, weriftCodec(payloadBytes)),
  }
}

function carried(carrier: Carrier, mirror: Mirror): Promise<Cost> {
  return costOf(carrier, mirror, carriedPerRound)
}

function keep<T>(list: T[] | undefined, value: T, counts: boolean): void {
  if (counts) list?.push(value)
}

function tableOf({ timed, ours, raw, werift, weriftTimed }: Found): Table {
  const column = <T>(lists: readonly T[][], read: (one: T) => number) =>
    lists.map((list) => median(list.map(read)))
  const send = ({ sendUs }: Timed): number => sendUs
  const receive = ({ receiveUs }: Timed): number => receiveUs
  const onlyOne = [werift, [], []]
  const rows: Row[] = [
    ...withRate('make, seal and send every copy: µs of CPU', column(ours, send)),
    ...withRate('  raw dgram, send every copy', column(raw, send)),
    ...withRate('  werift’s SRTP and raw dgram', column(onlyOne, send)),
    ...withRate('receive every copy, open one, count: µs of CPU', column(ours, receive)),
    ...withRate('  raw dgram, receive every copy', column(raw, receive)),
    ...withRate('  raw dgram and werift’s SRTP', column(onlyOne, receive)),
    ...withRate('in memory: make, seal, hand out every copy', column(timed, send)),
    ...withRate('in memory: take every copy, open one, count', column(timed, receive)),
    { label: 'in memory: werift’s SRTP, seal', values: column([weriftTimed, [], []], send) },
    { label: 'in memory: werift’s SRTP, open', values: column([weriftTimed, [], []], receive) },
  ]
  const lost = largest([...ours, ...raw, werift].flat().map((each) => each.lost))
  return {
    columns: pathCounts.map((paths) => `${paths} path${paths === 1 ? '' : 's'}`),
    rows,
    notes: [
      `µs of CPU, of the whole process, for a packet with all its copies; medians of ${rounds} rounds in turn. Packets/s are those that one processor has the time for.`,
      'Over sockets of the loopback interface, ours by the product’s own; in memory is without any. Another process takes what is sent and gives it back, so that sending and receiving are told apart.',
      `Copies that did not come back: at most ${lost ?? 0} a round.`,
    ],
  }
}

function withRate(label: string, us: readonly (number | null)[]): Row[] {
  return [
    { label, values: us },
    { label: '  packets/s', values: us.map((each) => ratio(1e6, each)) },
  ]
}

function timedInMemory(pair: StreamPair, paths: number): Timed {
  let [sendUs, receiveUs, copies] = [0, 0, 0]
  for (let at = 0; at < roundMs; at += 1) {
    const [sent, tookUs] = timed(() => pair.send())
    sendUs += tookUs
    const packets = sent.filter(isPacket)
    copies += packets.length
    const [, tookAgainUs] = timed(() => packets.forEach((one) => pair.take(pathOf(one), one.data)))
    receiveUs += tookAgainUs
    pair.settle(sent.filter((one) => !isPacket(one)))
  }
  const packets = copies / paths
  return { sendUs: sendUs / packets, receiveUs: receiveUs / packets }
}

function timedCodec({ make, take }: Codec): Timed {
  const sealed: Buffer[] = []
  const [, sealUs] = timed(() => {
    for (let at = 0; at < packetsPerRound; at++) sealed.push(make())
  })
  const [, openUs] = timed(() => sealed.forEach(take))
  return { sendUs: sealUs / packetsPerRound, receiveUs: openUs / packetsPerRound }
}

function timed<T>(run: () => T): [T, number] {
  const from = process.cpuUsage()
  const result = run()
  return [result, cpuMicrosecondsSince(from)]
}
