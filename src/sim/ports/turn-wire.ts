/** STUN's wire format as the simulated TURN server reads and writes it, apart from the engine's own code. */
import { createHmac } from 'node:crypto'
import type { TransportAddress } from '../../engine'
import { ipv6Bytes } from './ipv6-bytes'

export interface Attribute {
  readonly type: number
  readonly value: Uint8Array
}

export interface Message {
  readonly class: 'request' | 'indication' | 'success' | 'error'
  readonly method: number
  readonly transactionId: Uint8Array
  readonly attributes: readonly Attribute[]
  /** Where MESSAGE-INTEGRITY begins; 0 without one. */
  readonly integrityAt: number
}

const classes = ['request', 'indication', 'success', 'error'] as const
const cookie = [0x21, 0x12, 0xa4, 0x42] as const
const integrity = 0x08

/** Methods below 16 only, which are all that there are. */
export function readMessage(data: Uint8Array): Message | undefined {
  if (data.length < 20 || !cookie.every((byte, at) => data[4 + at] === byte)) return undefined
  const type = (data[0]! << 8) | data[1]!
  const attributes: Attribute[] = []
  let integrityAt = 0
  for (let at = 20; at + 4 <= data.length; ) {
    const length = (data[at + 2]! << 8) | data[at + 3]!
    const attribute = { type: (data[at]! << 8) | data[at + 1]!, value: data.slice(at + 4, at + 4 + length) }
    if (attribute.type === integrity) integrityAt = at
    attributes.push(attribute)
    at += 4 + Math.ceil(length / 4) * 4
  }
  const kind = classes[((type >> 4) & 1) | ((type >> 7) & 2)]!
  return { class: kind, method: type & 0xf, transactionId: data.slice(8, 20), attributes, integrityAt }
}

export function writeMessage(message: Omit<Message, 'integrityAt'>, key: Uint8Array | undefined): Uint8Array {
  const bits = classes.indexOf(message.class)
  const type = message.method | ((bits & 1) << 4) | ((bits & 2) << 7)
  const body = message.attributes.flatMap(({ type: one, value }) => [
    one >> 8,
    one & 0xff,
    value.length >> 8,
    value.length & 0xff,
    ...value,
    ...new Array<number>((4 - (value.length % 4)) % 4).fill(0),
  ])
  const length = body.length + (key === undefined ? 0 : 24)
  const head = [type >> 8, type & 0xff, length >> 8, length & 0xff, ...cookie, ...message.transactionId]
  const plain = new Uint8Array([...head, ...body])
  if (key === undefined) return plain
  const mac = createHmac('sha1', key).update(plain).digest()
  return new Uint8Array([...plain, 0, integrity, 0, 20, ...mac])
}

export function textOf(message: Message, type: number): string | undefined {
  const value = message.attributes.find((one) => one.type === type)?.value
  return value && new TextDecoder().decode(value)
}

export function numberAttribute(type: number, value: number): Attribute {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return { type, value: bytes }
}

/** XORed, as all addresses of TURN are. */
export function addressAttribute(
  type: number,
  { family, address, port }: TransportAddress,
  { transactionId }: Pick<Message, 'transactionId'>,
): Attribute {
  const mask = [...cookie, ...transactionId]
  const bytes = family === 4 ? address.split('.').map(Number) : ipv6Bytes(address)
  const head = [0, family === 4 ? 1 : 2, (port >> 8) ^ mask[0]!, (port & 0xff) ^ mask[1]!]
  return { type, value: new Uint8Array([...head, ...bytes.map((byte, at) => byte ^ mask[at]!)]) }
}

/** IPv4 only: so far no scenario relays IPv6. */
export function readAddress(message: Message, type: number): TransportAddress | undefined {
  const value = message.attributes.find((one) => one.type === type)?.value
  if (value === undefined || value[1] !== 1) return undefined
  const port = ((value[2]! ^ cookie[0]) << 8) | (value[3]! ^ cookie[1])
  const address = [4, 5, 6, 7].map((at) => value[at]! ^ cookie[at - 4]!).join('.')
  return { family: 4, address, port }
}
