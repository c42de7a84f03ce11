import { limits } from '../face/limits'
import { maximumMatching } from './matching'
import { qualityOf } from './quality'

/** A live pair as the choice sees it. */
export interface SpreadCandidate {
  readonly id: number
  readonly localInterface: string
  /** Name of the peer's interface, or its address while the name is unknown. */
  readonly remoteInterface: string
  readonly straight: boolean
  /** RFC 8445 section 6.1.2.3. */
  readonly priority: bigint
  readonly rttMs: number | null
  /** Towards the peer, 0..1. */
  readonly loss: number | null
  /** The smallest round trip of about the last 10 s. */
  readonly baseRttMs: number | null
  readonly family: 4 | 6
  readonly included: boolean
  /** It came up so lately that it has carried little: it may give way to its twin. */
  readonly isNew: boolean
  /** Suspect, and not one that carries already: most likely an interface failed that it shares with such a one. */
  readonly doubtful: boolean
}

/** Qualities are compared in steps of this ratio, so that noise smaller than it decides nothing. */
const qualityStep = 1.05
/** Steps that another pair must be better by before it replaces one that carries already: 1.05^5, about 28 %. */
const previousCredit = 5
/** A pair without an RTT counts as one of 60 s. */
const unknownRttMs = 60_000
const bestQuality = qualityOf(0, 0)
/** Steps from the best thinkable quality to the worst that is told apart. */
const worstSteps = stepsBelowBest(qualityOf(unknownRttMs, 1))

// Costs of one pair in the matching, packed in one number with the weightier concern in the higher digits:
// crossed over quality over priority. A matching sums at most one pair a socket. The greatest cost is about 2^30, and
// the matching multiplies it by the square of the rows, 2^10, which stays far below 2^53.
const qualityCost = limits.sockets * limits.pairs
const crossedCost = qualityCost * limits.sockets * (worstSteps + previousCredit + 1)

/**
 * Which live pairs carry: `all` every included one; `disjoint` the set in which no local and no remote interface occurs
 * twice that has the most pairs, of those the most straight ones, of those the best product of qualities (fast with
 * fast, so that the best path stays the best), of those the highest priorities. Exact. Pairs in `previous` stay unless
 * others are better by more than 28 % each; over its twin of the other IP version, which goes by the same links, such a
 * pair stays unless the twin's smallest round trip is better by so much, as a queue or losses meet both, or unless it is
 * new and of IPv6, whose header is 20 bytes longer: which of the two comes up first is luck. A set of doubtful pairs is none while there are others. Deterministic; ids
 * ascend.
 */
export function chooseCarrying(
  candidates: readonly SpreadCandidate[],
  use: 'all' | 'disjoint',
  previous: readonly number[],
): readonly number[] {
  const included = candidates.filter((candidate) => candidate.included)
  if (use === 'all') return included.map((candidate) => candidate.id).sort((a, b) => a - b)
  return chooseDisjoint(undoubted(included), new Set(previous))
}

/** Doubtful ones are left out while there are others. */
function undoubted(candidates: readonly SpreadCandidate[]): readonly SpreadCandidate[] {
  const fit = candidates.filter((candidate) => !candidate.doubtful)
  return fit.length > 0 ? fit : candidates
}

function chooseDisjoint(
  candidates: readonly SpreadCandidate[],
  previous: ReadonlySet<number>,
): readonly number[] {
  const locals = [...new Set(candidates.map((candidate) => candidate.localInterface))]
  const remotes = [...new Set(candidates.map((candidate) => candidate.remoteInterface))]
  const localAt = new Map(locals.map((name, at) => [name, at]))
  const remoteAt = new Map(remotes.map((name, at) => [name, at]))
  const costs = locals.map(() => new Array<number>(remotes.length).fill(Infinity))
  const ids = locals.map(() => new Array<number>(remotes.length).fill(0))
  const byPriority = [...candidates].sort(comparePriority)
  const kept = candidates.filter((candidate) => previous.has(candidate.id))
  byPriority.forEach((candidate, rank) => {
    if (candidates.some((one) => isTwin(one, candidate) && isLighter(one, candidate))) return
    const twin = kept.find((one) => isTwin(one, candidate))
    const succeeds = twin !== undefined && isLighter(candidate, twin)
    if (twin !== undefined && !succeeds && !isNearer(candidate, twin)) return
    const row = localAt.get(candidate.localInterface) as number
    const column = remoteAt.get(candidate.remoteInterface) as number
    const cost = costOf(candidate, rank, succeeds || previous.has(candidate.id))
    if (cost >= (costs[row]?.[column] ?? Infinity)) return
    ;(costs[row] as number[])[column] = cost
    ;(ids[row] as number[])[column] = candidate.id
  })
  return maximumMatching(costs)
    .map(([row, column]) => ids[row]?.[column] as number)
    .sort((a, b) => a - b)
}

/** Whole and not negative; `rank` 0 is the highest priority. */
function costOf(candidate: SpreadCandidate, rank: number, isPrevious: boolean): number {
  const quality = Math.min(worstSteps, stepsOf(candidate)) + (isPrevious ? 0 : previousCredit)
  return (candidate.straight ? 0 : crossedCost) + quality * qualityCost + Math.min(rank, limits.pairs - 1)
}

function isTwin(one: SpreadCandidate, other: SpreadCandidate): boolean {
  return (
    one.id !== other.id &&
    one.straight === other.straight &&
    one.localInterface === other.localInterface &&
    one.remoteInterface === other.remoteInterface
  )
}

/** Carries the same in fewer bytes, and the other has carried little so far. */
function isLighter(candidate: SpreadCandidate, than: SpreadCandidate): boolean {
  return than.isNew && candidate.family < than.family && !isNearer(than, candidate)
}

/** By more than what those that carry have to their credit. */
function isNearer(candidate: SpreadCandidate, than: SpreadCandidate): boolean {
  const steps = (one: SpreadCandidate): number => stepsBelowBest(qualityOf(one.baseRttMs ?? unknownRttMs, 0))
  return steps(candidate) + previousCredit < steps(than)
}

function stepsOf(candidate: SpreadCandidate): number {
  return stepsBelowBest(qualityOf(candidate.rttMs ?? unknownRttMs, candidate.loss))
}

function stepsBelowBest(quality: number): number {
  return Math.round(Math.log(bestQuality / quality) / Math.log(qualityStep))
}

function comparePriority(a: SpreadCandidate, b: SpreadCandidate): number {
  if (a.priority !== b.priority) return a.priority > b.priority ? -1 : 1
  return a.id - b.id
}

/**
 * Pairs for control traffic, best first: the best pair, and the best one that shares no interface with it. Where the best
 * pair leaves none, the best two disjoint ones of all; where there are none, the best that shares but one interface with
 * it, or else the second best. Excluded pairs are used only while no pair is included,
 * doubtful ones only while all are. At most 2 ids, empty without
 * candidates.
 */
export function chooseControl(candidates: readonly SpreadCandidate[]): readonly number[] {
  const included = candidates.filter((candidate) => candidate.included)
  const ranked = rankByWorth(undoubted(included.length > 0 ? included : candidates))
  const best = ranked[0]
  if (best === undefined) return []
  const partner = ranked.find((candidate) => areDisjoint(candidate, best))
  if (partner !== undefined) return [best.id, partner.id]
  // Every pair shares an interface with the best one. Two that are disjoint then share its local and its remote one.
  const sameLocal = ranked.findIndex(
    (one) => one.localInterface === best.localInterface && one.remoteInterface !== best.remoteInterface,
  )
  const sameRemote = ranked.findIndex(
    (one) => one.localInterface !== best.localInterface && one.remoteInterface === best.remoteInterface,
  )
  const isDetour = sameLocal >= 0 && sameRemote >= 0
  const places = isDetour
    ? [Math.min(sameLocal, sameRemote), Math.max(sameLocal, sameRemote)]
    : [0, Math.max(sameLocal, sameRemote, 1)]
  return ranked.filter((_, at) => places.includes(at)).map((candidate) => candidate.id)
}

function areDisjoint(a: SpreadCandidate, b: SpreadCandidate): boolean {
  return a.localInterface !== b.localInterface && a.remoteInterface !== b.remoteInterface
}

/** Better quality first, in the coarse steps, then straight, then priority: control wants the pair that answers. */
function rankByWorth(candidates: readonly SpreadCandidate[]): readonly SpreadCandidate[] {
  return candidates
    .map((candidate) => ({ candidate, steps: stepsOf(candidate) }))
    .sort((a, b) => {
      if (a.steps !== b.steps) return a.steps - b.steps
      if (a.candidate.straight !== b.candidate.straight) return a.candidate.straight ? -1 : 1
      return comparePriority(a.candidate, b.candidate)
    })
    .map(({ candidate }) => candidate)
}
