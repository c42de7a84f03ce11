import type { WeightHold } from '../face/explain'

/** A path as the choice of paths sees it: one of those that carry now. Told anew when something has changed of it. */
export interface PathFacts {
  readonly id: number
  /** Answers checks. `single` holds on to a path that does not, as a stock peer would. */
  readonly up: boolean
  /** Its traffic has fallen silent, and whether it is dead is being checked. */
  readonly suspect: boolean
  /** RFC 8445 section 6.1.2.3. */
  readonly priority: bigint
  readonly straight: boolean
  /** Its place in the user's order for `backup`, 0 first; null where the user gave none: after all that have one. */
  readonly order: number | null
  /** Round trip as it is now, and its variation; null before a sample. */
  readonly rttMs: number | null
  readonly rttVarMs: number | null
  /** The smallest round trip of about the last 10 s. */
  readonly baseRttMs: number | null
  /** Towards the peer, lately, 0..1, without what was lost as we sent more than it carries; null when unknown. */
  readonly loss: number | null
  /** What the path is estimated to carry towards the peer, bit/s of UDP payload; null when unknown. */
  readonly rateBps: number | null
  /** How long a packet now waits in queues on the path, ms; null when unknown. */
  readonly queueMs: number | null
  /** The user's limit for the path, bit/s; null = none. */
  readonly capBps: number | null
  /** Its part of the packets in `weighted`, over the sum of all paths'. */
  readonly weight: number
  /** What holds that weight where round trip and loss would not have put it; null = nothing. */
  readonly hold: WeightHold | null
  /** When anything authenticated last came over it, engine ms; null when never. */
  readonly heardMs: number | null
  /** When the newest thing was sent over it that the peer answered or acknowledged, engine ms; null when nothing was. */
  readonly answeredSentMs: number | null
  /** When the first request was sent since which it has not left any unanswered for long, engine ms. */
  readonly answersSinceMs: number
  /** It rests, or is tried again, for all that there is to send. */
  readonly tooNarrow: boolean
}

/** What the choice needs to know of a packet. */
export interface PacketFacts {
  /** `records`: what SCTP makes for `messages`. */
  readonly kind: 'records' | 'voice' | 'video' | 'cbr' | 'bulk'
  /** Tells the streams of one direction apart. */
  readonly streamId: number
  readonly bytes: number
  /** Belongs to a key frame, on which later frames depend. */
  readonly keyFrame: boolean
  /** How many packets of its burst follow it: of the last ones few or none would show their loss. */
  readonly behind: number
  /** How late it may come and still be of use, ms after it was sent; null when there is no such time. */
  readonly deadlineMs: number | null
  /** Paths that are too narrow for its stream, and of these those that are tried again (`redundant`, `backup`). */
  readonly rests: PathRests
}

/** `tried` ones get copies, and nothing relies on them; `resting` ones nothing, while another path works. */
export interface PathRests {
  readonly resting: readonly number[]
  readonly tried: readonly number[]
}

export const noRests: PathRests = { resting: [], tried: [] }

export function isTooNarrow(id: number, { resting, tried }: PathRests): boolean {
  return resting.includes(id) || tried.includes(id)
}

/**
 * Why a packet takes the paths that it takes. `only`: there was no choice. `mode`: as the mode has it without anything
 * special. `spill`: the preferred path had enough to do. The others are extra copies of `adaptive`, by what was at risk.
 */
export type ChoiceReason =
  | 'only'
  | 'mode'
  | 'spill'
  | 'wavering-path'
  | 'late-tail'
  | 'key-frame'
  | 'burst-end'
  /** No path takes it: there is none, or the user's limits are used up. */
  | 'no-path'
  | 'capped'

/** Valid until the next choice: the same object each time, since it is made for every packet. */
export interface Choice {
  /** The paths that get a copy; the first is the one that the packet would take alone. */
  readonly ids: readonly number[]
  readonly reason: ChoiceReason
}
