/** Counts over the pairs of a snapshot, as the header and the lists need them. */
import type { EngineSnapshot, PairSnapshot } from '../../engine'
import { pairTraffic } from '../streams'

export interface PathCounts {
  /** Pairs that carry or are meant to: in use, up or down. */
  readonly paths: number
  readonly up: number
  readonly down: number
  readonly checking: number
  readonly noReply: number
  readonly all: number
}

/** A path is a pair that carries, or did and is down now. */
export function isPath(pair: PairSnapshot): boolean {
  return pair.carrying || (pair.state === 'down' && pair.included && pairTraffic(pair).sent.packets > 0)
}

export function countPaths(snapshot: EngineSnapshot): PathCounts {
  const paths = snapshot.pairs.filter(isPath)
  const inState = (state: PairSnapshot['state']): number =>
    snapshot.pairs.filter((pair) => pair.state === state).length
  return {
    paths: paths.length,
    up: paths.filter((pair) => pair.state === 'up').length,
    down: paths.filter((pair) => pair.state === 'down').length,
    checking: inState('checking') + inState('waiting'),
    noReply: inState('no-reply'),
    all: snapshot.pairs.length,
  }
}

/** First arrivals of one pair over those of all, 0..1; null before any arrived. */
export function firstShare(pair: PairSnapshot, snapshot: EngineSnapshot): number | null {
  const all = allFirstArrivals(snapshot)
  return all === 0 ? null : pair.firstArrivals / all
}

/** Records and stream packets that came, each counted once. */
export function allFirstArrivals({ pairs, forgotten }: EngineSnapshot): number {
  return pairs.reduce((sum, each) => sum + each.firstArrivals, forgotten.firstArrivals)
}
