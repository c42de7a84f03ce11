/** A session in the simulated world, as plain data: named ones are JSON files, random ones come from a seed. */
import type { EngineCommand, EngineEvent, EngineSettings, PairState, StreamKind } from '../../src/engine'
import type { Impairments, TurnServer, TurnServerOptions, WorldInterface, WorldNat } from '../../src/sim'

export type Side = 'left' | 'right'

export const sides: readonly Side[] = ['left', 'right']

/** Something that happens to the world or a session at a time of virtual ms. */
export type Change = { readonly atMs: number } & (
  | { readonly kind: 'link'; readonly host: Side; readonly interface: string; readonly up: boolean }
  | {
      readonly kind: 'impair'
      readonly host: Side
      readonly interface: string
      readonly which: 'up' | 'down' | 'both'
      readonly to: Impairments
    }
  | { readonly kind: 'rebind'; readonly nat: string }
  | { readonly kind: 'turn-server'; readonly to: 'dead' | 'restarted' }
  | { readonly kind: 'interface-added'; readonly spec: WorldInterface & { readonly host: Side } }
  | { readonly kind: 'interface-removed'; readonly host: Side; readonly interface: string }
  | {
      readonly kind: 'addresses'
      readonly host: Side
      readonly interface: string
      readonly addresses: WorldInterface['addresses']
    }
  | { readonly kind: 'command'; readonly side: Side; readonly command: EngineCommand }
)

/** What a named scenario must show, beside the invariants that every run is held to. */
export type Expectation =
  /** Both channels are open by then. */
  | { readonly kind: 'connected'; readonly byMs: number }
  | { readonly kind: 'not-connected' }
  /** A pair of this local interface changes to this state between the two times. */
  | {
      readonly kind: 'pair-state'
      readonly side: Side
      readonly interface: string
      readonly to: PairState
      readonly fromMs: number
      readonly byMs: number
    }
  /** So many events of a kind on both sides together. */
  | {
      readonly kind: 'events'
      readonly event: EngineEvent['kind']
      readonly least: number
      readonly most: number
    }
  /** Every message that was accepted has arrived when the run ends. */
  | { readonly kind: 'all-delivered' }
  /** No message sent from then on took longer to the peer's application than this. */
  | { readonly kind: 'slowest-message'; readonly fromMs: number; readonly mostMs: number }
  | { readonly kind: 'no-retransmissions' }
  /** What the TURN server has counted is at least this. */
  | { readonly kind: 'turn-counts'; readonly least: Partial<TurnServer['counts']> }
  /** Each stream (`of`: each one of that kind) has had at least so many packets, and at most this part of them was lost. */
  | {
      readonly kind: 'stream-lost'
      readonly of?: StreamKind
      readonly mostPercent: number
      readonly least: number
    }
  /** Of each stream of that kind 99 of 100 packets took no longer above the shortest of its ways. */
  | { readonly kind: 'stream-delay'; readonly of: StreamKind; readonly mostMs: number }
  /** Each stream of that kind brought so much payload, bit/s. */
  | {
      readonly kind: 'goodput'
      readonly of: StreamKind
      readonly leastBps: number
      readonly mostBps: number
    }
  /** No stream was without a new packet for longer. */
  | { readonly kind: 'stream-gap'; readonly mostMs: number }
  /** No stream, had it been handed on in order only within its deadline, was without a packet for longer. */
  | { readonly kind: 'in-order-gap'; readonly mostMs: number }
  /** Bytes of all copies of a stream over those of its packets. */
  | { readonly kind: 'copies'; readonly least: number; readonly most: number }
  /** Allows stream packets on a link that has died under them for longer than every run is held to (`leftWithinMs`). */
  | { readonly kind: 'left-dead-links'; readonly withinMs: number; readonly why: string }
  /** So many packets found the queue of an interface's link full. */
  | {
      readonly kind: 'overflowed'
      readonly host: Side
      readonly interface: string
      readonly which: 'up' | 'down'
      readonly least: number
      readonly most: number
    }
  /** Of the stream packets that a side sent between the two times, this part went over an interface, by the links. */
  | {
      readonly kind: 'carried'
      readonly side: Side
      readonly interface: string
      readonly fromMs: number
      readonly toMs: number
      readonly leastPercent: number
      readonly mostPercent: number
    }
  /** 95 of 100 packets of each pair that had enough for that (`leastWaits`) waited no longer above its shortest way. */
  | { readonly kind: 'waits'; readonly mostMs: number }
  /** Nothing is held for under way when all streams are over. */
  | { readonly kind: 'nothing-in-flight' }
  /** Times that the preferred path of each side changed; with `fromMs` those that are told from then on, without how the first path came to be chosen. */
  | { readonly kind: 'switches'; readonly fromMs?: number; readonly least: number; readonly most: number }
  /** Each path's part of a side's stream packets is its share by weight at the end, within this. */
  | { readonly kind: 'shares-follow-weights'; readonly within: number }
  | { readonly kind: 'ended'; readonly side: Side; readonly reason: string }

export interface Scenario {
  readonly name: string
  readonly about: string
  readonly seed: number | string
  /** More seeds with which a named scenario must show the same. */
  readonly moreSeeds?: readonly number[]
  readonly durationMs: number
  readonly networks: readonly string[]
  readonly nats: readonly WorldNat[]
  /** Of the hosts `left` (which makes the offer), `right`, and `stun`, whose first interface is the STUN server. */
  readonly interfaces: readonly WorldInterface[]
  /** The host `stun` is a TURN server as well, which both sides use. */
  readonly turn?: Omit<TurnServerOptions, 'port'>
  readonly settings: Partial<EngineSettings>
  /** Interface names that a side's user chose; left out = those used by default. */
  readonly chosen?: Partial<Record<Side, readonly string[]>>
  /** How long each text takes to be carried over by a person. */
  readonly offerTakesMs: number
  readonly answerTakesMs: number
  /** Both sides make offers and each is told that the other's is the answer: two controlling agents meet. */
  readonly roleConflict: boolean
  readonly changes: readonly Change[]
  /** Somebody owns this network: reads, drops, changes, holds back, replays and forges what goes over it. */
  readonly hostileNetwork?: string
  /** The left side finishes this long before the end. */
  readonly finishBeforeEndMs: number
  readonly expect: readonly Expectation[]
}

export const stunName = 'stun.example'
export const stunPort = 3478
