import type { EngineSnapshot, ForgottenPairs, PairSnapshot, StreamPath, StreamSnapshot } from '../../engine'

/** Pairs held that later samples list no more; beyond, the oldest are left out. */
const pairsHeld = 1024

const nothing = { packets: 0, bytes: 0 }

export const noneForgotten: ForgottenPairs = {
  pairs: 0,
  sent: nothing,
  received: nothing,
  firstArrivals: 0,
  nominationsPrevented: 0,
  nominationsSucceeded: 0,
}

/** Pairs that the engine had forgotten by the end, as they were last sampled. */
export class GonePairs {
  #pairs = new Map<number, PairSnapshot>()
  #paths = new Map<string, readonly StreamPath[]>()
  #leftOut = 0

  /** Those that are not held. */
  get leftOut(): number {
    return this.#leftOut
  }

  /** `paths`: what they did for streams, by direction and id. */
  take(
    pairs: readonly PairSnapshot[],
    paths: readonly (readonly [stream: string, readonly StreamPath[]])[],
  ): void {
    for (const pair of pairs) this.#pairs.set(pair.id, pair)
    for (const [stream, added] of paths)
      this.#paths.set(stream, [...(this.#paths.get(stream) ?? []), ...added])
    for (const id of this.#pairs.keys()) {
      if (this.#pairs.size <= pairsHeld) return
      this.#pairs.delete(id)
      this.#leftOut += 1
    }
  }

  /** The newest snapshot with all that are held. */
  restoredIn(newest: EngineSnapshot): EngineSnapshot {
    const listed = new Set(newest.pairs.map(({ id }) => id))
    const held = [...this.#pairs.values()].filter(({ id }) => !listed.has(id))
    const pairs = [...held, ...newest.pairs].sort(
      (a, b) => Number(b.straight) - Number(a.straight) || a.id - b.id,
    )
    const streams = newest.streams.map((stream) => ({
      ...stream,
      paths: [...this.#pathsOf(stream, listed), ...stream.paths],
    }))
    return { ...newest, pairs, streams }
  }

  #pathsOf({ direction, id }: StreamSnapshot, listed: ReadonlySet<number>): readonly StreamPath[] {
    const paths = this.#paths.get(`${direction} ${id}`) ?? []
    return paths.filter(({ pairId }) => this.#pairs.has(pairId) && !listed.has(pairId))
  }
}
