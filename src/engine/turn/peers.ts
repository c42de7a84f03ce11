import { addressKey } from '../address'
import { createDeadlines } from '../deadlines'
import type { TransportAddress } from '../face/address'
import type { EnginePrimitives } from '../face/io'
import { limits } from '../face/limits'
import { encodeStun, turnMethod } from '../stun'
import { encodeChannelData, firstChannel, lastChannel } from './framing'
import type { Requester, TurnOutcome } from './requests'

/** How permissions and channels are kept (RFC 8656 sections 9 and 12: they expire after 5 and 10 minutes). */
export const upkeep = {
  permissionMs: 240_000,
  channelMs: 540_000,
  /** What nothing was sent to for this long is not renewed. */
  idleMs: 300_000,
  /** Datagrams that wait for a permission, per address; checks come again by themselves. */
  held: 4,
} as const

export interface PeersOptions {
  readonly primitives: EnginePrimitives
  readonly requester: Requester
  readonly isStream: boolean
  send(data: Uint8Array): void
  refused(peer: string, code: number, reason: string): void
}

/** The addresses of the peer that one allocation sends to: permissions, and channels for those that answer. */
export interface Peers {
  send(to: TransportAddress, data: Uint8Array, nowMs: number): void
  /** Something came from this address: it is worth a channel. */
  heard(from: TransportAddress, nowMs: number): void
  ofChannel(channel: number): TransportAddress | undefined
  tick(nowMs: number): void
  nextDeadline(): number | undefined
}

interface Peer {
  readonly key: string
  readonly address: TransportAddress
  channel: number | null
  channelState: 'none' | 'asking' | 'bound' | 'refused'
  usedMs: number
  held: Uint8Array[]
}

interface Permission {
  state: 'asking' | 'granted' | 'refused'
  usedMs: number
}

type UpkeepKey = `permission ${string}` | `channel ${string}`

export function createPeers(options: PeersOptions): Peers {
  const { primitives, requester } = options
  const peers = new Map<string, Peer>()
  const byChannel = new Map<number, Peer>()
  const permissions = new Map<string, Permission>()
  const deadlines = createDeadlines<UpkeepKey>()
  let nextChannel = firstChannel

  /** A NAT of the peer's that maps anew leaves one address after the other behind. */
  function forgetIdle(nowMs: number): void {
    for (const [key, { usedMs, channel, channelState }] of peers) {
      const isHeld = channelState === 'bound' || channelState === 'asking'
      if (isHeld || nowMs - usedMs <= upkeep.idleMs) continue
      peers.delete(key)
      if (channel !== null) byChannel.delete(channel)
    }
  }

  function peerOf(address: TransportAddress, nowMs: number): Peer | undefined {
    const key = addressKey(address)
    const known = peers.get(key)
    if (known !== undefined) return known
    if (peers.size >= limits.relayPeers) forgetIdle(nowMs)
    if (peers.size >= limits.relayPeers) return undefined
    const peer: Peer = { key, address, channel: null, channelState: 'none', usedMs: 0, held: [] }
    peers.set(key, peer)
    return peer
  }

  function askPermission(to: TransportAddress, nowMs: number): void {
    const { address } = to
    const done = (outcome: TurnOutcome, atMs: number): void => permissionAnswered(address, outcome, atMs)
    requester.ask(
      { method: turnMethod.createPermission, attributes: { xorPeerAddress: { ...to, port: 0 } }, done },
      nowMs,
    )
  }

  function permissionAnswered(address: string, outcome: TurnOutcome, nowMs: number): void {
    const permission = permissions.get(address)
    if (permission === undefined) return
    const waiting = [...peers.values()].filter((peer) => peer.address.address === address)
    if (outcome.kind === 'success') {
      permission.state = 'granted'
      deadlines.set(`permission ${address}`, nowMs + upkeep.permissionMs)
      for (const peer of waiting) for (const data of peer.held.splice(0)) emit(peer, data)
      return
    }
    for (const peer of waiting) peer.held = []
    // Asked again when something is sent there next, or after a while where the server said no.
    if (outcome.kind === 'silent') return void permissions.delete(address)
    permission.state = 'refused'
    deadlines.set(`permission ${address}`, nowMs + upkeep.permissionMs)
    options.refused(address, outcome.code, outcome.reason)
  }

  function bindChannel(peer: Peer, nowMs: number): void {
    if (peer.channel === null && nextChannel > lastChannel) return
    peer.channel ??= nextChannel++
    byChannel.set(peer.channel, peer)
    const done = (outcome: TurnOutcome, atMs: number): void => channelAnswered(peer, outcome, atMs)
    const attributes = { channelNumber: peer.channel, xorPeerAddress: peer.address }
    requester.ask({ method: turnMethod.channelBind, attributes, done }, nowMs)
  }

  function channelAnswered(peer: Peer, outcome: TurnOutcome, nowMs: number): void {
    if (outcome.kind === 'success') {
      peer.channelState = 'bound'
      deadlines.set(`channel ${peer.key}`, nowMs + upkeep.channelMs)
    } else if (outcome.kind === 'error') {
      peer.channelState = 'refused'
    } else if (peer.channelState === 'asking') {
      peer.channelState = 'none'
    }
  }

  function emit(peer: Peer, data: Uint8Array): void {
    if (peer.channelState === 'bound' && peer.channel !== null) {
      return options.send(encodeChannelData(peer.channel, data, options.isStream))
    }
    const attributes = { xorPeerAddress: peer.address, data }
    const message = {
      class: 'indication',
      method: turnMethod.send,
      transactionId: primitives.random(12),
      attributes,
    } as const
    options.send(encodeStun(message, null, primitives))
  }

  function renewPermission(address: string, nowMs: number): void {
    const permission = permissions.get(address)
    const peer = [...peers.values()].find((one) => one.address.address === address)
    if (permission === undefined || peer === undefined) return
    const isIdle = nowMs - permission.usedMs > upkeep.idleMs
    if (isIdle || permission.state === 'refused') return void permissions.delete(address)
    // Until the answer the old permission holds.
    deadlines.set(`permission ${address}`, nowMs + upkeep.permissionMs)
    askPermission(peer.address, nowMs)
  }

  function renewChannel(key: string, nowMs: number): void {
    const peer = peers.get(key)
    if (peer === undefined) return
    if (nowMs - peer.usedMs <= upkeep.idleMs) {
      deadlines.set(`channel ${key}`, nowMs + upkeep.channelMs)
      return bindChannel(peer, nowMs)
    }
    peer.channelState = 'none'
  }

  return {
    send(to, data, nowMs) {
      const peer = peerOf(to, nowMs)
      if (peer === undefined) return
      peer.usedMs = nowMs
      const permission = permissions.get(to.address)
      if (permission === undefined) {
        permissions.set(to.address, { state: 'asking', usedMs: nowMs })
        peer.held = [data]
        return askPermission(to, nowMs)
      }
      permission.usedMs = nowMs
      if (permission.state === 'granted') return emit(peer, data)
      if (permission.state === 'asking' && peer.held.length < upkeep.held) peer.held.push(data)
    },
    heard(from, nowMs) {
      const peer = peers.get(addressKey(from))
      if (peer?.channelState !== 'none') return
      peer.channelState = 'asking'
      bindChannel(peer, nowMs)
    },
    ofChannel: (channel) => byChannel.get(channel)?.address,
    tick(nowMs) {
      for (let key = deadlines.takeDue(nowMs); key !== undefined; key = deadlines.takeDue(nowMs)) {
        if (key.startsWith('channel ')) renewChannel(key.slice('channel '.length), nowMs)
        else renewPermission(key.slice('permission '.length), nowMs)
      }
    },
    nextDeadline: () => deadlines.earliestMs(),
  }
}
