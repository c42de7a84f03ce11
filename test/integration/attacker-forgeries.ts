/** What an attacker sends: forged from nothing, or made from what went by. */
import { createHash } from 'node:crypto'
import { attributeBytes, forgedStun } from './attacker-stun'
import type { Captured, Datagram, Place } from './attacker-frames'
import type { AttackOrder } from './attacker-words'

export interface Forgery {
  readonly kind: string
  readonly datagram: Datagram
}

/** Different frames in the round that the attacker sends over and over. */
const roundFrames = 4096
const longestPayload = 440

/** A round of forgeries of every kind, in turn; on the path half of them in the peer's name. */
export function forge(order: AttackOrder, captured: readonly Captured[]): Forgery[] {
  const toVictim = captured.filter(
    ({ to, payload }) =>
      to.address === order.victim.address && to.port === order.victim.port && payload.length < longestPayload,
  )
  const peer = toVictim[0]?.from
  if (order.onPath && peer === undefined) throw new Error('saw nothing of the session go by')
  const makers = [...forgedKinds, ...(order.onPath ? replayedKinds(toVictim) : [])]
  return Array.from({ length: roundFrames }, (_, turn) => {
    const [kind, payload] = makers[turn % makers.length]!
    const round = Math.floor(turn / makers.length)
    const from = order.onPath && peer !== undefined && round % 2 === 0 ? peer : stranger(order, turn)
    return { kind, datagram: { from, to: order.victim, payload: payload(turn) } }
  })
}

type Maker = readonly [kind: string, payload: (turn: number) => Buffer]

/** Somebody else of the victim's own subnet. */
function stranger({ victim }: AttackOrder, turn: number): Place {
  const net = victim.address.split('.').slice(0, 3).join('.')
  return { address: `${net}.${10 + (turn % 200)}`, port: 20_000 + (turn % 40_000) }
}

function noise(turn: number, length: number): Buffer {
  const block = createHash('sha256').update(String(turn)).digest()
  return Buffer.concat(Array.from({ length: Math.ceil(length / 32) }, () => block)).subarray(0, length)
}

/** DTLS record header, then what it carries (RFC 6347 section 4.1). */
function record(type: number, epoch: number, sequence: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt8(type)
  header.writeUInt16BE(0xfefd, 1)
  header.writeUInt16BE(epoch, 3)
  header.writeUIntBE(sequence, 5, 6)
  header.writeUInt16BE(payload.length, 11)
  return Buffer.concat([header, payload])
}

/** A ClientHello as far as a parser looks that takes it for a new handshake. */
function clientHello(turn: number): Buffer {
  const body = Buffer.concat([
    Buffer.of(0xfe, 0xfd),
    noise(turn, 32),
    Buffer.of(0, 0, 0, 2, 0xc0, 0x2b, 1, 0),
  ])
  const head = Buffer.alloc(12)
  head.writeUInt8(1)
  head.writeUIntBE(body.length, 1, 3)
  head.writeUIntBE(body.length, 9, 3)
  return record(22, 0, turn, Buffer.concat([head, body]))
}

/** An SCTP INIT with its ports and checksum field (RFC 9260 section 3.3.2), bare. */
function sctpInit(turn: number): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt16BE(5000, 0)
  head.writeUInt16BE(5000, 2)
  return Buffer.concat([head, Buffer.of(1, 0, 0, 20), noise(turn, 16)])
}

const forgedKinds: readonly Maker[] = [
  ['stun-request-of-nobody', (turn) => forgedStun(0x0001, noise(turn, 12), 'nobody:noone', noise(turn, 20))],
  ['stun-response', (turn) => forgedStun(0x0101, noise(turn, 12), null, noise(turn, 20))],
  [
    'stun-malformed',
    (turn) => Buffer.concat([Buffer.of(0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42), noise(turn, 20)]),
  ],
  ['dtls-alert', (turn) => record(21, 0, turn, Buffer.of(2, 40))],
  ['dtls-client-hello', clientHello],
  ['dtls-record', (turn) => record(23, 1, 64 + turn, noise(turn, 80))],
  ['dtls-record-high-number', (turn) => record(23, 1, 2 ** 40 + turn, noise(turn, 80))],
  ['sctp-init-in-record', (turn) => record(23, 1, 2 ** 32 + turn, sctpInit(turn))],
  ['sctp-init-bare', sctpInit],
  ['rtp', (turn) => Buffer.concat([Buffer.of(0x80, 96), noise(turn, 170)])],
  ['shim', (turn) => Buffer.concat([Buffer.of(0xf0, 1), noise(turn, 60)])],
  ['control', (turn) => Buffer.concat([Buffer.of(0xf1, 1), noise(turn, 60)])],
]

function replayedKinds(toVictim: readonly Captured[]): Maker[] {
  const payloads = toVictim.map(({ payload }) => payload)
  const requests = payloads.filter((data) => data[0] === 0 && data[1] === 1)
  const responses = payloads.filter((data) => data[0] === 1 && data[1] === 1)
  const records = payloads.filter((data) => data[0] === 23)
  const control = payloads.filter((data) => data[0] === 0xf1)
  const pick = (from: readonly Buffer[]) => (turn: number) => from[turn % from.length]!
  const makers: Maker[] = []
  if (requests.length > 0) {
    const username = attributeBytes(requests[0]!, 0x0006)!.toString()
    makers.push(
      ['replayed-request', pick(requests)],
      // The names are right, and only the HMAC tells.
      ['stun-request-of-the-peer', (turn) => forgedStun(0x0001, noise(turn, 12), username, noise(turn, 20))],
    )
  }
  if (responses.length > 0) makers.push(['replayed-response', pick(responses)])
  if (records.length > 0) makers.push(['replayed-record', pick(records)])
  if (control.length > 0) makers.push(['replayed-control', pick(control)])
  return makers
}
