import {
  type Hello,
  parseCertificate,
  parseCertificateVerify,
  parseClientHello,
  parseClientKeyExchange,
  parseServerHello,
  parseServerKeyExchange,
} from '../../../src/runtime/adapters/werift/hello'
import { Reassembly } from '../../../src/runtime/adapters/werift/reassembly'
import { dataTsns, isSetup, RetransmissionCount } from '../../../src/runtime/adapters/werift/sctp-packet'
import {
  asBuffer,
  contentType,
  handshakeRecord,
  handshakeType,
  parseFragments,
  parseRecords,
  serializeMessage,
} from '../../../src/runtime/adapters/werift/wire'
import { demand, demandSame, fromHex, type Target } from '../target'

const clientHello = Buffer.concat([
  Buffer.from('fefd', 'hex'),
  Buffer.alloc(32, 1),
  Buffer.from('00140102030405060708090a0b0c0d0e0f10111213140004c02bc02f0100000a00170000000d00020403', 'hex'),
])
const serverHello = Buffer.concat([
  Buffer.from('fefd', 'hex'),
  Buffer.alloc(32, 2),
  Buffer.from('00c02b00000400170000', 'hex'),
])
const certificate = Buffer.from('0000070000043082ffff', 'hex')
const keyExchange = Buffer.from('03001d04010203040403000401020304', 'hex')
const bodies = [
  [handshakeType.clientHello, clientHello],
  [handshakeType.serverHello, serverHello],
  [handshakeType.certificate, certificate],
  [handshakeType.serverKeyExchange, keyExchange],
  [handshakeType.certificateVerify, Buffer.from('0403000401020304', 'hex')],
  [handshakeType.clientKeyExchange, Buffer.from('0401020304', 'hex')],
] as const
const records = bodies.map(([type, body], sequence) => handshakeRecord({ type, sequence, body }, sequence))

/** The handshake as any peer may send it, on its way to werift. */
export const handshake: Target = {
  name: 'handshake',
  form: 'bytes',
  maxBytes: 8192,
  samples: () => [...records, Buffer.concat(records)].map((record) => new Uint8Array(record)),
  words: ['16fefd0000', '17fefd0001', '01000000', '0017', 'c02b', '000000', 'ffffff', '004000'].map(fromHex),
  run(input) {
    const reassembly = new Reassembly()
    let bytes = 0
    let expected = 0
    for (const record of parseRecords(asBuffer(input))) {
      bytes += record.bytes.length
      demand(record.payload.length === record.bytes.length - 13, 'a record is its header and its payload')
      if (record.type !== contentType.handshake) continue
      for (const fragment of parseFragments(record.payload)) {
        demand(fragment.offset + fragment.body.length <= fragment.length, 'a fragment lies in its message')
        for (const message of reassembly.add(fragment)) {
          demand(message.sequence === expected, 'messages come in order and once')
          expected += 1
          readMessage(message.type, message.body)
          const [again] = parseFragments(serializeMessage(message))
          demandSame(again?.body, message.body, 'a message is read as it was written')
        }
      }
    }
    demand(bytes <= input.length, 'records do not overlap')
    for (const [type] of bodies) readMessage(type, asBuffer(input))
  },
}

function readMessage(type: number, body: Buffer): void {
  const within = (part: Uint8Array | undefined) =>
    demand((part?.length ?? 0) <= body.length, 'a part is no longer than the whole')
  const hello = (read: Hello | undefined) =>
    demand((read?.random.length ?? 32) === 32, 'a random has 32 bytes')
  if (type === handshakeType.clientHello) hello(parseClientHello(body))
  else if (type === handshakeType.serverHello) hello(parseServerHello(body))
  else if (type === handshakeType.certificate) within(parseCertificate(body))
  else if (type === handshakeType.serverKeyExchange) within(parseServerKeyExchange(body)?.signature)
  else if (type === handshakeType.certificateVerify) within(parseCertificateVerify(body)?.signature)
  else if (type === handshakeType.clientKeyExchange) within(parseClientKeyExchange(body))
}

/** SCTP packets as far as the adapter looks into them. */
export const sctp: Target = {
  name: 'sctp',
  form: 'bytes',
  maxBytes: 2048,
  samples: () => [
    fromHex('138813880000000100000000000300110000000100000000000000330000000a'),
    fromHex('13881388000000000000000001000014000000010000a00000ffffff00000001'),
    fromHex('1388138800000000000000000a000004'),
  ],
  words: ['00030010', '00030011', '01000014', '0a000004', 'ffffffff', '0000'].map(fromHex),
  run(input) {
    const packet = asBuffer(input)
    const tsns = dataTsns(packet)
    demand(tsns.length * 16 <= input.length, 'no more chunks than fit')
    isSetup(packet)
    const count = new RetransmissionCount()
    count.add(packet)
    count.add(packet)
    demand(count.total < 2 * tsns.length || tsns.length === 0, 'the first TSN is new')
    if (tsns.length === 1) demand(count.total === 1, 'the second time counts as sent again')
  },
}
