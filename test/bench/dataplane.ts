import { createSocket, type Socket } from 'node:dgram'
import { ProtectionProfileAeadAes128Gcm, RtpHeader, SrtpSession } from 'werift'
import type { Engine, EngineOutput } from '../../src/engine'
import { pairOfEngines } from '../../src/engine/testing'
import { nodeEntropy } from '../../src/runtime/adapters/node'
import { type Bench, median, ratio, type Row, type Table } from './bench'

const payloadBytes = 1200
/** With the RTP header and the tag. */
const datagramBytes = payloadBytes + 28
const pathCounts = [1, 3, 8] as const
const rounds = 5
/** Of one round: ms of the session, with about 10 packets in each. */
const roundMs = 500
const packetsPerRound = 5000

/** What each part costs, µs a packet, one value a round. */
interface Found {
  readonly send: readonly number[][]
  readonly receive: readonly number[][]
  readonly raw: number[]
  readonly seal: number[]
  readonly open: number[]
}

/** Whether the packet path keeps up with what sockets can take, and how it compares with the stack that it stands in for. */
export const dataplane: Bench = {
  name: 'dataplane',
  about:
    'what an RTP packet of 1200 bytes costs, redundant over 1, 3 and 8 paths, beside raw sockets and werift’s SRTP',
  needsLab: false,
  async run({ say }) {
    const found: Found = {
      send: pathCounts.map(() => []),
      receive: pathCounts.map(() => []),
      raw: [],
      seal: [],
      open: [],
    }
    const sessions = pathCounts.map(startStream)
    const werift = weriftPair()
    for (let round = 0; round <= rounds; round++) {
      say(round === 0 ? 'warming up' : `round ${round} of ${rounds}`)
      const engines = sessions.map((run) => run())
      const [sealUs, openUs] = werift()
      const rawUs = await rawDatagrams()
      if (round === 0) continue
      engines.forEach(({ sendUs, receiveUs }, at) => {
        found.send[at]?.push(sendUs)
        found.receive[at]?.push(receiveUs)
      })
      found.raw.push(rawUs)
      found.seal.push(sealUs)
      found.open.push(openUs)
    }
    return tableOf(found)
  },
}

function tableOf({ send, receive, raw, seal, open }: Found): Table {
  const rawUs = median(raw) ?? 0
  const sendUs = send.map(median)
  const receiveUs = receive.map(median)
  const rates = (costs: readonly (number | null)[]) => costs.map((us) => ratio(1e6, us))
  const same = (values: readonly number[]) => pathCounts.map(() => median(values))
  const rows: Row[] = [
    { label: 'make, seal, hand out every copy: µs a packet', values: sendUs },
    { label: '  packets/s', values: rates(sendUs) },
    { label: 'take every copy, open one, count: µs a packet', values: receiveUs },
    { label: '  packets/s', values: rates(receiveUs) },
    {
      label: 'raw dgram, every copy sent and received: µs of CPU',
      values: pathCounts.map((paths) => rawUs * paths),
    },
    { label: '  packets/s', values: pathCounts.map((paths) => ratio(1e6, rawUs * paths)) },
    { label: 'werift SRTP, seal alone: µs', values: same(seal) },
    { label: 'werift SRTP, open alone: µs', values: same(open) },
  ]
  return {
    columns: pathCounts.map((paths) => `${paths} path${paths === 1 ? '' : 's'}`),
    rows,
    notes: [
      `Medians of ${rounds} rounds in turn, one thread. The first rows are without sockets: add raw dgram's.`,
    ],
  }
}

type Transmit = Extract<EngineOutput, { readonly kind: 'transmit' }>

/** Two engines with a stream between them; each call runs it for a while and says what its packets cost. */
function startStream(paths: number): () => { readonly sendUs: number; readonly receiveUs: number } {
  const links = Array.from({ length: paths }, () => ({ delayMs: 1, loss: 0, up: true }))
  const messages = { enabled: false, ratePerSecond: 1, sizeBytes: 64 }
  const world = pairOfEngines(links, { messages }, 1, () => nodeEntropy())
  world.connect()
  world.runUntil(5000)
  const spec = { kind: 'cbr', rateBps: payloadBytes * 8 * 10_000, sizeBytes: payloadBytes } as const
  world.give(0, { kind: 'command', command: { kind: 'start-stream', direction: 'sent', spec } })
  world.runUntil(5100)
  const [sender, receiver] = [world.hosts[0].engine, world.hosts[1].engine]
  let nowMs = 5100
  return () => {
    let sendMs = 0
    let receiveMs = 0
    let copies = 0
    for (const untilMs = nowMs + roundMs; nowMs < untilMs; ) {
      nowMs += 1
      const [sent, tookMs] = timed(() => drained(sender, { kind: 'tick' }, nowMs))
      sendMs += tookMs
      const arrivals = sent.filter(isPacket).map((one) => arrival(one, 1))
      copies += arrivals.length
      const [answers, tookAgainMs] = timed(() => arrivals.flatMap((one) => drained(receiver, one, nowMs)))
      receiveMs += tookAgainMs
      const forth = sent.filter((one) => !isPacket(one))
      talk(sender, receiver, forth, [...answers, ...drained(receiver, { kind: 'tick' }, nowMs)], nowMs)
    }
    const packets = copies / paths
    return { sendUs: (sendMs * 1000) / packets, receiveUs: (receiveMs * 1000) / packets }
  }
}

const isPacket = ({ data }: Transmit) => data[0] === 0x80

/** All else that the two have to say, until both are silent. */
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
    const answers = forth.flatMap((one) => drained(receiver, arrival(one, 1), nowMs))
    forth = back.flatMap((one) => drained(sender, arrival(one, 2), nowMs))
    back = answers
  }
}

/** As it comes out at the other end: addresses are 10.0.LINK.HOST, and sockets have their link's number. */
function arrival({ socketId, to, data }: Transmit, fromHost: number): Parameters<Engine['handle']>[0] {
  const from = { family: 4 as const, address: `10.0.${socketId}.${fromHost}`, port: 5000 }
  return { kind: 'datagram', socketId: Number(to.address.split('.')[2]), from, data, receivedAtMs: 0 }
}

function drained(engine: Engine, input: Parameters<Engine['handle']>[0], nowMs: number): Transmit[] {
  const sent: Transmit[] = []
  engine.handle(input, nowMs)
  for (let output = engine.poll(); output !== undefined; output = engine.poll())
    if (output.kind === 'transmit') sent.push(output)
  return sent
}

function timed<T>(run: () => T): [T, number] {
  const fromMs = performance.now()
  const result = run()
  return [result, performance.now() - fromMs]
}

/** Seals and opens by werift alone; µs a packet of each. */
function weriftPair(): () => [number, number] {
  const keys = {
    localMasterKey: Buffer.alloc(16, 1),
    localMasterSalt: Buffer.alloc(12, 2),
    remoteMasterKey: Buffer.alloc(16, 1),
    remoteMasterSalt: Buffer.alloc(12, 2),
  }
  const session = new SrtpSession({ keys, profile: ProtectionProfileAeadAes128Gcm })
  const payload = Buffer.alloc(payloadBytes, 7)
  let sequence = 0
  return () => {
    const sealed: Buffer[] = []
    const [, sealMs] = timed(() => {
      for (let at = 0; at < packetsPerRound; at++) {
        const sequenceNumber = sequence++ % 65_536
        const header = new RtpHeader({ ssrc: 1, payloadType: 96, sequenceNumber, timestamp: at })
        sealed.push(session.encrypt(payload, header))
      }
    })
    const [, openMs] = timed(() => sealed.forEach((one) => session.decrypt(one)))
    return [(sealMs * 1000) / packetsPerRound, (openMs * 1000) / packetsPerRound]
  }
}

/** Sends datagrams over the loopback interface to this very thread; µs of CPU for one, both ways together. */
async function rawDatagrams(): Promise<number> {
  const [sender, receiver] = [createSocket('udp4'), createSocket('udp4')]
  await Promise.all([bound(sender), bound(receiver)])
  const { port } = receiver.address()
  const data = new Uint8Array(datagramBytes)
  let received = 0
  receiver.on('message', () => {
    received += 1
  })
  const from = process.cpuUsage()
  for (let sent = 0; sent < packetsPerRound; ) {
    for (let at = 0; at < 50; at++, sent++) sender.send(data, port, '127.0.0.1')
    await new Promise((done) => setImmediate(done))
  }
  const { user, system } = process.cpuUsage(from)
  sender.close()
  receiver.close()
  return (user + system) / Math.max(1, received)
}

function bound(socket: Socket): Promise<void> {
  return new Promise((done) => socket.bind(0, '127.0.0.1', done))
}
