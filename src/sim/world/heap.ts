/** Events in order of time; equal times leave in the order they came. */
export interface EventHeap<T> {
  readonly size: number
  push(atMs: number, value: T): void
  /** Time of the earliest event. */
  nextAtMs(): number | undefined
  /** The earliest event, left where it is. */
  peek(): T | undefined
  pop(): { readonly atMs: number; readonly value: T } | undefined
}

interface Entry<T> {
  readonly atMs: number
  readonly order: number
  readonly value: T
}

export function createEventHeap<T>(): EventHeap<T> {
  const entries: Entry<T>[] = []
  let pushed = 0

  const before = (a: Entry<T>, b: Entry<T>) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)

  function siftUp(from: number): void {
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!before(entries[at]!, entries[parent]!)) return
      swap(at, parent)
      at = parent
    }
  }

  function siftDown(): void {
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      if (left >= entries.length) return
      const right = left + 1
      const child = right < entries.length && before(entries[right]!, entries[left]!) ? right : left
      if (!before(entries[child]!, entries[at]!)) return
      swap(at, child)
      at = child
    }
  }

  function swap(i: number, j: number): void {
    const kept = entries[i]!
    entries[i] = entries[j]!
    entries[j] = kept
  }

  return {
    get size() {
      return entries.length
    },
    push(atMs, value) {
      if (!Number.isFinite(atMs)) throw new Error(`an event at ${atMs}`)
      entries.push({ atMs, order: pushed++, value })
      siftUp(entries.length - 1)
    },
    nextAtMs: () => entries[0]?.atMs,
    peek: () => entries[0]?.value,
    pop() {
      const first = entries[0]
      const last = entries.pop()
      if (first === undefined || last === undefined) return undefined
      if (entries.length > 0) {
        entries[0] = last
        siftDown()
      }
      return { atMs: first.atMs, value: first.value }
    },
  }
}
