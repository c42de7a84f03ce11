import { limits } from '../face/limits'
import { createFeedbackWriter, maxFeedbackBytes } from './format'

/** Between two reports, ms: this part of the round trip within these. */
const intervalPart = 1 / 4
/** Over one link alone twice as often, instead of two copies each: a burst of loss takes what goes one after the other. */
const oneLinkPart = 1 / 8
const leastIntervalMs = 10
const mostIntervalMs = 50
/** Each arrival is told in this many reports, all but the first two of these only where one datagram holds all; for as long over one link. */
const tellings = 4
const oneLinkTellings = 8
const leastTellings = 2
/** What an arrival usually takes in a datagram, bytes. */
const usualBytes = 3
/**
 * After the last arrival reports go on for so long, ms, and tell it again: by them the sender sees that nothing more came,
 * and not that reports are lost or late.
 */
const goOnMs = 1000
/** So many arrivals are told before their time, so that one datagram or two hold them and their repetition. */
const earlyArrivals = 200

/**
 * The receiver's memory of which packet came when over which pair. Each arrival is told in two to four reports, so that lost
 * datagrams cost the sender nothing but time. Nothing is told when nothing has come for a second.
 */
export interface Recorder {
  /** A packet came over the pair of this number (its sender's own): new or a copy, after it authenticated. */
  arrived(pair: number, stream: number, sequence: number, arrivedMs: number, nowMs: number): void
  /** The round trip of the path that reports take, null before one is known; and whether all of them take one link. */
  setWay(rttMs: number | null, isOneLink: boolean): void
  /** When a report is due; Infinity while there is nothing to tell. */
  nextDeadline(): number
  /** The plain texts of the report that is due; none before that. What came after `completeAtMs` may wait unread. */
  poll(nowMs: number, completeAtMs: number): readonly Uint8Array[]
  /** Arrivals that were never told, since they came faster than they could be. */
  readonly untold: number
}

const none: readonly Uint8Array[] = []

export function createRecorder(): Recorder {
  const size = limits.feedbackArrivals
  const pairs = new Uint16Array(size)
  const streams = new Uint16Array(size)
  const sequences = new Float64Array(size)
  const times = new Float64Array(size)
  /** For the entries of one report: the next of the same pair and stream, -1 = none. */
  const nextOfGroup = new Int32Array(size)
  const groups = new Map<number, { first: number; last: number }>()
  const writer = createFeedbackWriter()
  let added = 0
  /** Everything below the first has been told once, below the second twice, and so on. */
  const marks = new Array<number>(oneLinkTellings).fill(0)
  let wantedTellings = tellings
  let told = 0
  let intervalMs = leastIntervalMs
  let dueMs = Infinity
  let reportedMs = -Infinity
  let arrivedMs = -Infinity
  let untold = 0

  /** The oldest arrival that is told now. */
  const beginning = (): number => {
    const most = Math.floor(maxFeedbackBytes / usualBytes)
    let times = wantedTellings
    while (times > leastTellings && added - (marks[times - 1] as number) > most) times -= 1
    return Math.max(marks[times - 1] as number, added - size)
  }

  const groupEntries = (): void => {
    groups.clear()
    for (let at = Math.min(beginning(), added - 1); at < added; at += 1) {
      const slot = at % size
      const key = (pairs[slot] as number) * 65_536 + (streams[slot] as number)
      nextOfGroup[slot] = -1
      const group = groups.get(key)
      if (group === undefined) groups.set(key, { first: slot, last: slot })
      else {
        nextOfGroup[group.last] = slot
        group.last = slot
      }
    }
  }

  const write = (nowMs: number, completeAtMs: number): Uint8Array[] => {
    const texts: Uint8Array[] = []
    writer.begin(nowMs, completeAtMs)
    for (const { first } of groups.values()) {
      for (let slot = first; slot >= 0; slot = nextOfGroup[slot] as number) {
        const pair = pairs[slot] as number
        const stream = streams[slot] as number
        const sequence = sequences[slot] as number
        const time = times[slot] as number
        if (writer.add(pair, stream, sequence, time)) continue
        texts.push(writer.take())
        writer.begin(nowMs, completeAtMs)
        writer.add(pair, stream, sequence, time)
      }
    }
    texts.push(writer.take())
    return texts
  }

  return {
    arrived(pair, stream, sequence, atMs, nowMs) {
      const slot = added % size
      if (added - told >= size) untold += 1
      pairs[slot] = pair
      streams[slot] = stream
      sequences[slot] = sequence
      times[slot] = atMs
      added += 1
      arrivedMs = nowMs
      if (dueMs === Infinity) dueMs = Math.max(nowMs, reportedMs + intervalMs)
      if (added - told === earlyArrivals) dueMs = nowMs
    },
    setWay(rttMs, isOneLink) {
      if (rttMs === null) return
      wantedTellings = isOneLink ? oneLinkTellings : tellings
      const wantedMs = rttMs * (isOneLink ? oneLinkPart : intervalPart)
      intervalMs = Math.min(mostIntervalMs, Math.max(leastIntervalMs, wantedMs))
    },
    nextDeadline: () => dueMs,
    poll(nowMs, completeAtMs) {
      if (nowMs < dueMs) return none
      groupEntries()
      const texts = write(nowMs, completeAtMs)
      marks.pop()
      marks.unshift(added)
      told = added
      reportedMs = nowMs
      dueMs = nowMs < arrivedMs + goOnMs ? nowMs + intervalMs : Infinity
      return texts
    },
    get untold() {
      return untold
    },
  }
}
