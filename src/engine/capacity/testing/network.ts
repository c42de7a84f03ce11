import { seededRandom } from '../../testing'

/** What happens later, in order of time. */
export interface Clock {
  readonly nowMs: number
  at(timeMs: number, act: () => void): void
  run(untilMs: number): void
}

export function createClock(): Clock {
  const heap: { timeMs: number; order: number; act: () => void }[] = []
  let nowMs = 0
  let order = 0
  const before = (a: number, b: number): boolean => {
    const [x, y] = [heap[a]!, heap[b]!]
    return x.timeMs < y.timeMs || (x.timeMs === y.timeMs && x.order < y.order)
  }
  const swap = (a: number, b: number): void => {
    const x = heap[a]!
    heap[a] = heap[b]!
    heap[b] = x
  }
  const pop = (): { timeMs: number; act: () => void } => {
    const top = heap[0]!
    const last = heap.pop()!
    if (heap.length === 0) return top
    heap[0] = last
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      let least = at
      if (left < heap.length && before(left, least)) least = left
      if (left + 1 < heap.length && before(left + 1, least)) least = left + 1
      if (least === at) return top
      swap(at, least)
      at = least
    }
  }
  return {
    get nowMs() {
      return nowMs
    },
    at(timeMs, act) {
      heap.push({ timeMs: Math.max(timeMs, nowMs), order: order++, act })
      for (let at = heap.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1
        if (!before(at, parent)) break
        swap(at, parent)
        at = parent
      }
    },
    run(untilMs) {
      while (heap.length > 0 && heap[0]!.timeMs <= untilMs) {
        const next = pop()
        nowMs = next.timeMs
        next.act()
      }
      nowMs = untilMs
    },
  }
}

/** A link as the lab has it: a drop-tail queue and a rate of IP packets, losses that use up rate, and then the delay. */
export interface LinkSettings {
  rateBps: number
  queueMs: number
  delayMs: number
  jitterMs?: number
  loss?: number
  /** Gilbert-Elliott: good to bad, bad to good; all are lost in bad. */
  burst?: readonly [number, number]
  reorder?: number
  reorderByMs?: number
  down?: boolean
}

export interface Bottleneck {
  settings: LinkSettings
  /** Offers a packet of so many IP bytes; when it left the queue, or why it is gone. */
  offer(bytes: number): number | 'queue' | 'loss' | 'down'
  readonly dropped: { queue: number; loss: number; down: number }
}

const jitterHoldMs = 10

export function createBottleneck(clock: Clock, settings: LinkSettings, seed: number): Bottleneck {
  const random = seededRandom(seed)
  let busyMs = 0
  let isBad = false
  const link: Bottleneck = {
    settings,
    dropped: { queue: 0, loss: 0, down: 0 },
    offer(bytes) {
      const { rateBps, queueMs, loss, burst, down } = link.settings
      if (down) {
        link.dropped.down += 1
        return 'down'
      }
      const startMs = Math.max(clock.nowMs, busyMs)
      if (startMs - clock.nowMs > queueMs) {
        link.dropped.queue += 1
        return 'queue'
      }
      busyMs = startMs + (bytes * 8000) / rateBps
      if (burst) isBad = isBad ? random() >= burst[1] : random() < burst[0]
      if ((burst && isBad) || (loss !== undefined && random() < loss)) {
        link.dropped.loss += 1
        return 'loss'
      }
      return busyMs
    },
  }
  return link
}

/** One direction behind a bottleneck: its own delay and jitter; order is kept unless `reorder` is set. */
export interface Direction {
  /** Sends; `arrive` is called at the far end, if at all. */
  send(bytes: number, arrive: (waitedMs: number) => void): void
  readonly bottleneck: Bottleneck
}

export function createDirection(
  clock: Clock,
  bottleneck: Bottleneck,
  seed: number,
  delayMs?: number,
): Direction {
  const random = seededRandom(seed)
  let drawnMs = -Infinity
  let jitter = 0
  let lastMs = 0
  return {
    bottleneck,
    send(bytes, arrive) {
      const sentMs = clock.nowMs
      const leftMs = bottleneck.offer(bytes)
      if (typeof leftMs === 'string') return
      const { settings } = bottleneck
      if (leftMs - drawnMs >= jitterHoldMs) {
        drawnMs = leftMs
        jitter = (settings.jitterMs ?? 0) * (2 * random() - 1)
      }
      const held = settings.reorder !== undefined && random() < settings.reorder
      const plainMs = leftMs + (delayMs ?? settings.delayMs) + jitter
      const arriveMs = held ? plainMs + (settings.reorderByMs ?? 10) : Math.max(lastMs, plainMs)
      if (!held) lastMs = arriveMs
      clock.at(arriveMs, () => {
        if (!bottleneck.settings.down) arrive(leftMs - sentMs)
      })
    },
  }
}
