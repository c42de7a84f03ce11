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

  /** The last snapshot that lists the pairs for which `isGone` holds. */
  take(snapshot: EngineSnapshot, isGone: (pairId: number) => boolean): void {
    for (const pair of snapshot.pairs) if (isGone(pair.id)) this.#pairs.set(pair.id, pair)
    for (const stream of snapshot.streams) {
      const gone = stream.paths.filter(({ pairId }) => isGone(pairId))
      if (gone.length > 0) this.#paths.set(keyOf(stream), [...this.#pathsOf(stream), ...gone])
    }
    for (const id of this.#pairs.keys()) {
      if (this.#pairs.size <= pairsHeld) return
      this.#pairs.delete(id)
      this.#leftOut += 1
    }
  }

  /** The newest snapshot with all that are held. */
  restoredIn(newest: EngineSnapshot): EngineSnapshot {
    const pairs = [...this.#pairs.values(), ...newest.pairs].sort(
      (a, b) => Number(b.straight) - Number(a.straight) || a.id - b.id,
    )
    const streams = newest.streams.map((stream) => ({
      ...stream,
      paths: [...this.#pathsOf(stream), ...stream.paths],
    }))
    return { ...newest, pairs, streams }
  }

  #pathsOf(stream: StreamSnapshot): readonly StreamPath[] {
    return (this.#paths.get(keyOf(stream)) ?? []).filter(({ pairId }) => this.#pairs.has(pairId))
  }
}

function keyOf({ direction, id }: StreamSnapshot): string {
  return `${direction} ${id}`
}
