import { createHash, createHmac } from 'node:crypto'
import type { TransportAddress } from '../../engine'
import type { Packet } from '../world'
import type { Hub } from './hub'
import {
  addressAttribute,
  type Attribute,
  type Message,
  numberAttribute,
  readAddress,
  readMessage,
  textOf,
  writeMessage,
} from './turn-wire'

export interface TurnServerOptions {
  readonly port: number
  readonly username: string
  readonly password: string
  /** Longest lifetime that it gives, s. */
  readonly lifetimeSeconds: number
  /** A nonce is stale after this, s. */
  readonly nonceSeconds: number
}

export interface TurnServer {
  /** It answers and relays nothing any more. */
  die(): void
  /** It starts anew, and knows of no allocation. */
  restart(): void
  readonly counts: {
    allocated: number
    deleted: number
    expired: number
    staleNonces: number
    relayed: number
    byChannel: number
  }
}

interface Allocation {
  readonly client: TransportAddress
  /** The client's side of the server. */
  readonly at: TransportAddress
  readonly port: number
  expiresMs: number
  readonly permissions: Map<string, number>
  readonly channels: Map<number, TransportAddress>
}

const realm = 'simulated'
const firstRelayPort = 50_000
const permissionMs = 300_000
const methods = { binding: 1, allocate: 3, refresh: 4, send: 6, data: 7, permission: 8, channel: 9 } as const

/**
 * Makes a host a TURN server by UDP (RFC 8656) that answers STUN binding requests as well. Written apart from the
 * engine's own code, so that one cannot hide the other's mistakes.
 */
export function serveTurn(
  hub: Hub,
  host: string,
  interfaceName: string,
  options: TurnServerOptions,
): TurnServer {
  const key = md5(`${options.username}:${realm}:${options.password}`)
  const byClient = new Map<string, Allocation>()
  const byPort = new Map<number, Allocation>()
  const counts = { allocated: 0, deleted: 0, expired: 0, staleNonces: 0, relayed: 0, byChannel: 0 }
  let nextPort = firstRelayPort
  let alive = true

  hub.serve(host, (packet, atMs) => {
    if (!alive) return
    if (packet.to.port === options.port) fromClient(packet, atMs)
    else fromPeer(packet, atMs)
  })

  function send(from: TransportAddress, to: TransportAddress, data: Uint8Array): void {
    hub.send(host, interfaceName, { from, to, data })
  }

  function allocationOf(packet: Packet, atMs: number): Allocation | undefined {
    const found = byClient.get(keyOf(packet.from))
    if (found === undefined || found.expiresMs > atMs) return found
    counts.expired += 1
    forget(found)
    return undefined
  }

  function forget(allocation: Allocation): void {
    byClient.delete(keyOf(allocation.client))
    byPort.delete(allocation.port)
  }

  function fromClient(packet: Packet, atMs: number): void {
    if (packet.data[0]! >> 4 === 4) return fromChannel(packet, atMs)
    const message = readMessage(packet.data)
    if (message === undefined) return
    if (message.method === methods.send && message.class === 'indication')
      return sendOut(packet, message, atMs)
    if (message.class !== 'request') return
    if (message.method === methods.binding)
      return answer(packet, message, 'success', [addressAttribute(0x20, packet.from, message)])
    if (isAuthentic(packet, message, atMs)) serve(packet, message, atMs)
  }

  function answer(
    packet: Packet,
    request: Message,
    kind: 'success' | 'error',
    attributes: readonly Attribute[],
    signed = false,
  ): void {
    const { method, transactionId } = request
    const data = writeMessage({ class: kind, method, transactionId, attributes }, signed ? key : undefined)
    send(packet.to, packet.from, data)
  }

  function refuse(packet: Packet, request: Message, code: number, more: readonly Attribute[] = []): void {
    const value = new Uint8Array([0, 0, Math.floor(code / 100), code % 100])
    answer(packet, request, 'error', [{ type: 0x09, value }, ...more])
  }

  function isAuthentic(packet: Packet, message: Message, atMs: number): boolean {
    const nonceNow = nonceAt(atMs)
    const challenge = [text(0x14, realm), text(0x15, nonceNow)]
    const given = message.attributes.find(({ type }) => type === 0x08)
    const known = textOf(message, 0x06) === options.username && textOf(message, 0x14) === realm
    const isStale = known && given !== undefined && textOf(message, 0x15) !== nonceNow
    if (isStale) counts.staleNonces += 1
    const isRight = known && !isStale && given !== undefined && fits(packet, message, given)
    if (!isRight) refuse(packet, message, isStale ? 438 : 401, challenge)
    return isRight
  }

  function fits(packet: Packet, message: Message, given: Attribute): boolean {
    const covered = packet.data.slice(0, message.integrityAt)
    new DataView(covered.buffer).setUint16(2, covered.length + 24 - 20)
    return createHmac('sha1', key).update(covered).digest().equals(given.value)
  }

  function nonceAt(atMs: number): string {
    return `nonce-${Math.floor(atMs / (options.nonceSeconds * 1000))}`
  }

  function serve(packet: Packet, message: Message, atMs: number): void {
    const allocation = allocationOf(packet, atMs)
    if (message.method === methods.allocate) return allocate(packet, message, allocation, atMs)
    if (allocation === undefined) return refuse(packet, message, 437)
    if (message.method === methods.refresh) return refresh(packet, message, allocation, atMs)
    const peer = readAddress(message, 0x12)
    if (peer === undefined) return refuse(packet, message, 400)
    allocation.permissions.set(peer.address, atMs + permissionMs)
    if (message.method === methods.channel) {
      const number = message.attributes.find(({ type }) => type === 0x0c)?.value
      if (number === undefined) return refuse(packet, message, 400)
      allocation.channels.set((number[0]! << 8) | number[1]!, peer)
    }
    answer(packet, message, 'success', [], true)
  }

  function allocate(packet: Packet, message: Message, known: Allocation | undefined, atMs: number): void {
    if (known !== undefined) return refuse(packet, message, 437)
    const port = nextPort++
    const allocation: Allocation = {
      client: packet.from,
      at: packet.to,
      port,
      expiresMs: atMs + options.lifetimeSeconds * 1000,
      permissions: new Map(),
      channels: new Map(),
    }
    byClient.set(keyOf(packet.from), allocation)
    byPort.set(port, allocation)
    counts.allocated += 1
    const attributes = [
      addressAttribute(0x16, { ...packet.to, port }, message),
      addressAttribute(0x20, packet.from, message),
      numberAttribute(0x0d, options.lifetimeSeconds),
    ]
    answer(packet, message, 'success', attributes, true)
  }

  function refresh(packet: Packet, message: Message, allocation: Allocation, atMs: number): void {
    const wanted = message.attributes.find(({ type }) => type === 0x0d)?.value
    const seconds = wanted?.every((byte) => byte === 0) === true ? 0 : options.lifetimeSeconds
    allocation.expiresMs = atMs + seconds * 1000
    if (seconds === 0) {
      counts.deleted += 1
      forget(allocation)
    }
    answer(packet, message, 'success', [numberAttribute(0x0d, seconds)], true)
  }

  function sendOut(packet: Packet, message: Message, atMs: number): void {
    const peer = readAddress(message, 0x12)
    const data = message.attributes.find(({ type }) => type === 0x13)?.value
    const allocation = allocationOf(packet, atMs)
    if (allocation !== undefined && peer !== undefined && data !== undefined) {
      toPeer(allocation, peer, data, atMs)
    }
  }

  function fromChannel(packet: Packet, atMs: number): void {
    const number = (packet.data[0]! << 8) | packet.data[1]!
    const length = (packet.data[2]! << 8) | packet.data[3]!
    const allocation = allocationOf(packet, atMs)
    const peer = allocation?.channels.get(number)
    if (allocation === undefined || peer === undefined) return
    counts.byChannel += 1
    toPeer(allocation, peer, packet.data.slice(4, 4 + length), atMs)
  }

  function toPeer(allocation: Allocation, to: TransportAddress, data: Uint8Array, atMs: number): void {
    if ((allocation.permissions.get(to.address) ?? 0) <= atMs) return
    const from = { ...allocation.at, port: allocation.port }
    counts.relayed += 1
    // From one of its own addresses to another, as when both sides use this server.
    if (to.address === allocation.at.address) fromPeer({ from, to, data }, atMs)
    else send(from, to, data)
  }

  function fromPeer(packet: Packet, atMs: number): void {
    const allocation = byPort.get(packet.to.port)
    if (allocation === undefined || allocation.expiresMs <= atMs) return
    if ((allocation.permissions.get(packet.from.address) ?? 0) <= atMs) return
    const channel = [...allocation.channels].find(([, peer]) => keyOf(peer) === keyOf(packet.from))?.[0]
    if (channel !== undefined) {
      const { length } = packet.data
      const header = [channel >> 8, channel & 0xff, length >> 8, length & 0xff]
      return send(allocation.at, allocation.client, new Uint8Array([...header, ...packet.data]))
    }
    const transactionId = createHash('sha256').update(packet.data).digest().subarray(0, 12)
    const shell: Message = {
      class: 'indication',
      method: methods.data,
      transactionId,
      attributes: [],
      integrityAt: 0,
    }
    const attributes = [addressAttribute(0x12, packet.from, shell), { type: 0x13, value: packet.data }]
    send(allocation.at, allocation.client, writeMessage({ ...shell, attributes }, undefined))
  }

  return {
    counts,
    die() {
      alive = false
    },
    restart() {
      alive = true
      byClient.clear()
      byPort.clear()
    },
  }
}

function text(type: number, value: string): Attribute {
  return { type, value: new TextEncoder().encode(value) }
}

function md5(value: string): Uint8Array {
  return createHash('md5').update(value).digest()
}

function keyOf({ address, port }: TransportAddress): string {
  return `${address} ${port}`
}
