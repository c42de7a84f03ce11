/** Named deadlines, earliest first: a binary heap with one entry per key. */
export interface Deadlines<K> {
  /** Sets or moves the deadline of `key`. */
  set(key: K, atMs: number): void
  remove(key: K): void
  has(key: K): boolean
  /** The earliest deadline, or undefined when there is none. */
  earliestMs(): number | undefined
  /** Takes the earliest key whose deadline is not after `nowMs`. */
  takeDue(nowMs: number): K | undefined
  readonly size: number
}

interface Entry<K> {
  readonly key: K
  atMs: number
  /** Breaks ties by age, so that a replay takes keys in the same order. */
  readonly order: number
}

export function createDeadlines<K>(): Deadlines<K> {
  const heap: Entry<K>[] = []
  const places = new Map<K, number>()
  let orders = 0

  const before = (a: Entry<K>, b: Entry<K>): boolean =>
    a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)

  function put(place: number, entry: Entry<K>): void {
    heap[place] = entry
    places.set(entry.key, place)
  }

  function rise(from: number, entry: Entry<K>): void {
    let place = from
    while (place > 0) {
      const parent = (place - 1) >> 1
      const above = heap[parent] as Entry<K>
      if (!before(entry, above)) break
      put(place, above)
      place = parent
    }
    put(place, entry)
  }

  function sink(from: number, entry: Entry<K>): void {
    let place = from
    for (;;) {
      let child = 2 * place + 1
      if (child >= heap.length) break
      const right = heap[child + 1]
      if (right !== undefined && before(right, heap[child] as Entry<K>)) child += 1
      const below = heap[child] as Entry<K>
      if (!before(below, entry)) break
      put(place, below)
      place = child
    }
    put(place, entry)
  }

  function removeAt(place: number): void {
    const gone = heap[place] as Entry<K>
    places.delete(gone.key)
    const last = heap.pop() as Entry<K>
    if (last === gone) return
    if (before(last, gone)) rise(place, last)
    else sink(place, last)
  }

  return {
    set(key, atMs) {
      const place = places.get(key)
      if (place !== undefined) removeAt(place)
      heap.push({ key, atMs, order: orders })
      orders += 1
      rise(heap.length - 1, heap[heap.length - 1] as Entry<K>)
    },
    remove(key) {
      const place = places.get(key)
      if (place !== undefined) removeAt(place)
    },
    has: (key) => places.has(key),
    earliestMs: () => heap[0]?.atMs,
    takeDue(nowMs) {
      const first = heap[0]
      if (first === undefined || first.atMs > nowMs) return undefined
      removeAt(0)
      return first.key
    },
    get size() {
      return heap.length
    },
  }
}
