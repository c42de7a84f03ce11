import type { ModeReason, PathSwitch } from '../face/explain'
import { limits } from '../face/limits'
import type { Mode } from '../face/settings'
import { explainPath, latelyMs } from './explain'
import { createFastest } from './fastest'
import {
  type Choice,
  type ChoiceReason,
  isTooNarrow,
  noRests,
  type PacketFacts,
  type PathFacts,
  type PathRests,
} from './facts'
import { createOrdered } from './ordered'
import {
  acquit,
  charge,
  note,
  createPath,
  expectedDelayMs,
  grownPart,
  hasRoom,
  isOverfull,
  judge,
  type Path,
  trouble,
} from './path'
import type { Preference } from './preference'
import type { Told } from './pulse'
import { createRiskBudget } from './risk'
import { createRoundRobin, type RoundRobin } from './round-robin'
import { createSingle } from './single'

/**
 * Chooses the paths of each packet of a direction, by the direction's mode. `choose` is called for every packet and does
 * work for the few paths that carry; what needs more is done by `update`, on each change and about every 100 ms.
 */
export interface Spreader {
  readonly mode: Mode
  setMode(mode: Mode, nowMs: number): void
  /** Part of a stream's bytes that `adaptive` may add in copies, 0..1. */
  setBudget(part: number): void
  /** The paths that carry now and what is known of them. `byUser`: the user changed what may carry. */
  update(paths: readonly PathFacts[], nowMs: number, byUser: boolean): void
  choose(packet: PacketFacts, nowMs: number): Choice
  /** A packet was put on a path that something else chose for it. It is part of shares, and of no demand. */
  gave(id: number, bytes: number, nowMs: number): void
  /** The peer tells for the first time that packets came over the path. */
  heard(id: number, told: Told, nowMs: number): void
  /** The peer has told what came until `toldUntilMs` by its clock, of whatever paths: what should have come by then is overdue. */
  reported(toldUntilMs: number, nowMs: number): void
  /** Bytes of a stream that were sent again. */
  resent(id: number, streamId: number, bytes: number, nowMs: number): void
  /** Notices paths whose acknowledgements are overdue; each is returned once by `takeDoubted`. */
  tick(nowMs: number): void
  /** While true nothing is overdue: acknowledgements may have come and wait to be read. */
  hold(isHeld: boolean): void
  takeDoubted(): number | undefined
  /** Packets put on a path until then are overdue, and may be sent again elsewhere; told before a path is doubted. */
  takeOverdue(): Overdue | undefined
  nextDeadline(): number | undefined
  /**
   * The path for a packet that may be lost on another one: where it comes soonest, and that one only if it is well; none
   * that is too narrow for its stream, or has far more to send than it carries.
   */
  rescue(fromId: number, bytes: number, rests: PathRests, nowMs: number): number | null
  /** When the oldest packet was put on the path that the peer should have acknowledged; null while that is not known. */
  unacknowledgedSinceMs(id: number): number | null
  /** Whether the path is free of trouble. */
  isFit(id: number): boolean
  /** The mode's preferred path; null where it has none. */
  readonly activeId: number | null
  /** Each path's part of the bytes lately given to all, copies included, 0..1; 0 when it was given none. */
  share(id: number): number
  /** The same of what `choose` gave and was sent again, without what `gave` tells of. */
  chosenShare(id: number): number
  /** What `gave` told of a path lately, bit/s; 0 when it told of none for a second. */
  gaveBps(id: number, nowMs: number): number
  /** Bits a second of the packets that `choose` was asked for lately, without copies. */
  readonly demandBps: number
  explain(id: number, nowMs: number): ModeReason | null
  readonly lastSwitch: PathSwitch | null
  /** Times the preferred path changed, the first one not counted. */
  readonly switches: number
}

export interface Overdue {
  readonly id: number
  readonly untilMs: number
}

/** Noticed this late, ms, this machine was busy: what came meanwhile is to be read first. */
const lateMs = 3
/** A report is complete when the next one begins, or so long after its first datagram, ms. */
const completeMs = 2
/** Demand is remembered with this time constant, ms. */
const memoryMs = 1000
/** And what was given to paths with this one: its mean age is that of a plain window of a second. */
const givenMemoryMs = 500
/** Bytes given to all paths together below which nothing was given lately. */
const leastBytes = 1e-3

export function createSpreader(initialMode: Mode): Spreader {
  let mode = initialMode
  let paths: readonly Path[] = []
  const byId = new Map<number, Path>()
  /** Free of trouble, or all that work while none is. Made anew when something has changed. */
  let usable: readonly Path[] = []
  let usableIds: readonly number[] = []
  let hasCaps = false
  /** Not later than any path's acknowledgement is overdue without a report. */
  let nextDueMs = Infinity
  let isSecondLook = false
  let isHeld = false
  /** Of the peer's newest report that is complete, by its clock; of one that may not be; and when that will be. */
  let madeAtMs = -Infinity
  let newMadeAtMs = -Infinity
  let completeAtMs = Infinity
  let reportedMs = -Infinity
  let activeId: number | null = null
  let updatedAtMs = 0
  let newDemandBytes = 0
  let recentDemandBytes = 0
  let rememberedMs = 0
  let rememberedGivenMs = 0
  let lastSwitch: PathSwitch | null = null
  let switches = 0
  const doubted: number[] = []
  const overdue: Overdue[] = []
  const robins = new Map<number, RoundRobin>()
  const risk = createRiskBudget()
  const fastest = createFastest()
  const ordered = createOrdered()
  const preferences: Readonly<Record<Mode, Preference | null>> = {
    redundant: null,
    weighted: null,
    'lowest-latency': fastest,
    adaptive: fastest,
    backup: ordered,
    single: createSingle(),
  }
  const ids: number[] = []
  const choice: { ids: readonly number[]; reason: ChoiceReason } = { ids, reason: 'only' }

  let weighedAtMs = 0
  const weightOf = (id: number): number => {
    const path = byId.get(id)
    return path === undefined ? 0 : path.facts.weight * grownPart(path, weighedAtMs)
  }

  const sortOut = (): void => {
    const free = paths.filter((path) => path.trouble === null && path.facts.up)
    usable = free.length > 0 ? free : paths.filter((path) => path.facts.up)
    usableIds = usable.map(({ id }) => id)
    findDue()
  }

  const findDue = (): void => {
    isSecondLook = false
    nextDueMs = Infinity
    for (const path of paths) {
      if (path.trouble === null) nextDueMs = Math.min(nextDueMs, path.pulse.dueMs(reportedMs))
    }
  }

  const review = (nowMs: number, cause: 'user' | 'mode' | null): void => {
    const preference = preferences[mode]
    if (preference === null) {
      activeId = null
      return
    }
    const before = activeId === null ? undefined : byId.get(activeId)
    const gone = before?.facts.tooNarrow ? 'narrow' : 'down'
    const lost = cause ?? (activeId === null ? 'started' : (before?.trouble ?? gone))
    const reason = preference.review({ all: paths, among: usable, nowMs, cause, lost })
    const toId = preference.current?.id ?? null
    if (toId === null || toId === activeId) return
    if (activeId !== null) switches += 1
    lastSwitch = { atMs: nowMs, fromId: activeId, toId, reason: cause ?? reason ?? 'mode' }
    activeId = toId
  }

  const notice = (nowMs: number): void => {
    if (isHeld) return
    const isComplete = nowMs >= completeAtMs
    if (!isComplete && nowMs < nextDueMs) return
    if (isComplete) {
      madeAtMs = newMadeAtMs
      completeAtMs = Infinity
    } else if (nowMs - nextDueMs > lateMs && !isSecondLook) {
      isSecondLook = true
      nextDueMs = nowMs + lateMs
      return
    }
    let found = false
    for (const path of paths) {
      if (path.trouble !== null) continue
      const untilMs = path.pulse.takeOverdue(madeAtMs, reportedMs, nowMs)
      if (untilMs === -Infinity) continue
      overdue.push({ id: path.id, untilMs })
      if (!path.pulse.isSilent) continue
      trouble(path, 'overdue', nowMs)
      doubted.push(path.id)
      found = true
    }
    if (!found) return findDue()
    sortOut()
    review(nowMs, null)
  }

  const forgive = (path: Path, nowMs: number): void => {
    acquit(path, nowMs)
    sortOut()
    review(nowMs, null)
  }

  const robinOf = (streamId: number): RoundRobin => {
    const known = robins.get(streamId)
    if (known !== undefined) return known
    const oldest = robins.keys().next()
    if (robins.size >= limits.spreadStreams && !oldest.done) robins.delete(oldest.value)
    const robin = createRoundRobin()
    robins.set(streamId, robin)
    return robin
  }

  const remember = (nowMs: number): void => {
    const elapsedMs = nowMs - updatedAtMs
    const fading = Math.exp(-elapsedMs / memoryMs)
    rememberedMs = rememberedMs * fading + elapsedMs
    recentDemandBytes = recentDemandBytes * fading + newDemandBytes
    newDemandBytes = 0
    const givenFading = Math.exp(-elapsedMs / givenMemoryMs)
    rememberedGivenMs = rememberedGivenMs * givenFading + elapsedMs
    for (const path of paths) {
      path.recentBytes = path.recentBytes * givenFading + path.newBytes
      path.newBytes = 0
      path.recentGaveBytes = path.recentGaveBytes * givenFading + path.newGaveBytes
      path.newGaveBytes = 0
    }
    updatedAtMs = nowMs
  }

  const give = (path: Path, { bytes }: { readonly bytes: number }, nowMs: number): void => {
    charge(path, bytes, nowMs)
    if (path.trouble === null) {
      const dueMs = path.pulse.dueMs(reportedMs)
      if (dueMs > nowMs && dueMs < nextDueMs) nextDueMs = dueMs
    }
    ids.push(path.id)
  }

  /** In place of a path with more than enough to do one that is in doubt, and may well work: what is lost else is risked. */
  const doubtedFor = (path: Path, nowMs: number): Path => {
    if (!isOverfull(path, nowMs)) return path
    return paths.find((one) => one.facts.up && one.trouble !== null && !isOverfull(one, nowMs)) ?? path
  }

  /** Another path that has room and is wide enough, the one on which the packet comes soonest. */
  const soonest = (except: Path | null, bytes: number, rests: PathRests, nowMs: number): Path | null => {
    let best: Path | null = null
    let bestMs = Infinity
    for (const path of usable) {
      if (path === except || isTooNarrow(path.id, rests) || !hasRoom(path, bytes, nowMs)) continue
      const costMs = path.delayMs + Math.max(0, path.freeAtMs - nowMs)
      if (costMs >= bestMs) continue
      best = path
      bestMs = costMs
    }
    return best
  }

  const preferred = (packet: PacketFacts, nowMs: number): Path | null => {
    if (mode === 'weighted') {
      const only = usable[0] ?? null
      if (usable.length < 2) return only === null ? null : doubtedFor(only, nowMs)
      weighedAtMs = nowMs
      // Records count as packets: what shares are promised for `messages` are of packets.
      const units = packet.kind === 'records' ? 1 : packet.bytes
      return byId.get(robinOf(packet.streamId).next(usableIds, weightOf, units)) ?? null
    }
    if (mode === 'lowest-latency' || mode === 'adaptive') return fastest.pick(usable, nowMs)
    if (mode === 'backup') return standIn(packet, nowMs)
    return preferences[mode]?.current ?? null
  }

  const standIn = ({ rests }: PacketFacts, nowMs: number): Path | null => {
    const path = ordered.pick(usable, rests)
    if (path !== null && path !== ordered.current) path.stoodInMs = nowMs
    return path
  }

  const chooseOne = (packet: PacketFacts, nowMs: number): void => {
    let path = preferred(packet, nowMs)
    choice.reason = usable.length < 2 ? 'only' : 'mode'
    if (path !== null && preferences[mode] === fastest && path !== fastest.current) choice.reason = 'spill'
    if (path !== null && hasCaps && !hasRoom(path, packet.bytes, nowMs)) {
      const other = soonest(path, packet.bytes, packet.rests, nowMs)
      if (other !== null) choice.reason = 'spill'
      else if (packet.kind !== 'records') {
        choice.reason = 'capped'
        return
      }
      path = other ?? path
    }
    if (path === null) {
      choice.reason = 'no-path'
      return
    }
    if (choice.reason === 'spill') path.spilledMs = nowMs
    if (mode !== 'adaptive') return give(path, packet, nowMs)
    const other = usable.length > 1 ? soonest(path, packet.bytes, noRests, nowMs) : null
    const why = risk.assess(packet, path, other, madeAtMs, nowMs)
    give(path, packet, nowMs)
    if (why === null || other === null) return
    choice.reason = why
    other.copiedMs = nowMs
    give(other, packet, nowMs)
  }

  /** `backup`: a path that may have room again gets copies, so that nothing is lost if it has none. */
  const tryAlso = ({ bytes, rests }: PacketFacts, nowMs: number): void => {
    for (const id of rests.tried) {
      const path = byId.get(id)
      if (path === undefined || !path.facts.up || ids.includes(id)) continue
      if (!hasCaps || hasRoom(path, bytes, nowMs)) give(path, { bytes }, nowMs)
    }
  }

  const chooseAll = (packet: PacketFacts, nowMs: number): void => {
    const { resting } = packet.rests
    const isLeftOut = ({ id }: Path): boolean => resting.includes(id)
    const isAnyFit = paths.some((path) => path.facts.up && !isLeftOut(path))
    let works = false
    for (const path of paths) {
      if (!path.facts.up || (isAnyFit && isLeftOut(path))) continue
      works = true
      if (!hasCaps || hasRoom(path, packet.bytes, nowMs)) give(path, packet, nowMs)
    }
    choice.reason = !works ? 'no-path' : ids.length > 0 ? 'mode' : 'capped'
    const least = works && ids.length === 0 && packet.kind === 'records' ? (usable[0] ?? null) : null
    if (least === null) return
    choice.reason = 'mode'
    give(least, packet, nowMs)
  }

  const shareOf = (id: number, bytes: (path: Path) => number): number => {
    let all = 0
    for (const path of paths) all += bytes(path)
    const path = byId.get(id)
    return path === undefined || all < leastBytes ? 0 : bytes(path) / all
  }

  return {
    get mode() {
      return mode
    },
    setMode(next, nowMs) {
      if (next === mode) return
      mode = next
      review(nowMs, 'mode')
    },
    setBudget: (part) => risk.set(part),
    update(facts, nowMs, byUser) {
      remember(nowMs)
      const isFirst = paths.length === 0
      const before = new Map(byId)
      byId.clear()
      hasCaps = false
      paths = facts.map((each) => {
        const path = before.get(each.id) ?? createPath(each, isFirst ? -Infinity : nowMs)
        judge(path, each, nowMs)
        path.delayMs = expectedDelayMs(each)
        hasCaps ||= each.capBps !== null
        byId.set(each.id, path)
        return path
      })
      sortOut()
      notice(nowMs)
      review(nowMs, byUser ? 'user' : null)
    },
    choose(packet, nowMs) {
      notice(nowMs)
      newDemandBytes += packet.bytes
      ids.length = 0
      if (mode === 'redundant') chooseAll(packet, nowMs)
      else chooseOne(packet, nowMs)
      if (mode === 'backup') tryAlso(packet, nowMs)
      return choice
    },
    gave(id, bytes, nowMs) {
      const path = byId.get(id)
      if (path === undefined) return
      // What goes by a window keeps its queue short itself: by the rate that it fills it would seem to pile up for ever.
      note(path, bytes, nowMs)
      path.newGaveBytes += bytes
      path.gaveMs = nowMs
      if (preferences[mode] === fastest && path !== fastest.current) path.spilledMs = nowMs
      const dueMs = path.trouble === null ? path.pulse.dueMs(reportedMs) : Infinity
      if (dueMs > nowMs && dueMs < nextDueMs) nextDueMs = dueMs
    },
    heard(id, told, nowMs) {
      const path = byId.get(id)
      if (path === undefined) return
      path.pulse.heard(told, nowMs)
      if (path.trouble === 'overdue' && told.sentAtMs >= path.troubleSinceMs) forgive(path, nowMs)
    },
    reported(atPeerMs, nowMs) {
      reportedMs = nowMs
      if (atPeerMs <= newMadeAtMs) return
      // That one was complete when this one was made.
      if (completeAtMs < Infinity) madeAtMs = newMadeAtMs
      newMadeAtMs = atPeerMs
      completeAtMs = nowMs + completeMs
      findDue()
    },
    resent(id, streamId, bytes, nowMs) {
      const path = byId.get(id)
      if (path !== undefined) charge(path, bytes, nowMs)
      risk.spend(streamId, bytes)
    },
    tick: notice,
    hold(held) {
      isHeld = held
    },
    takeDoubted: () => doubted.shift(),
    takeOverdue: () => overdue.shift(),
    nextDeadline() {
      const soonest = Math.min(nextDueMs, completeAtMs)
      return isHeld || soonest === Infinity ? undefined : soonest
    },
    rescue(fromId, bytes, rests, nowMs) {
      const from = byId.get(fromId) ?? null
      const other = soonest(from, bytes, rests, nowMs)
      if (other !== null) return isOverfull(other, nowMs) ? null : other.id
      if (isTooNarrow(fromId, rests)) return null
      return from?.trouble === null && from.facts.up && hasRoom(from, bytes, nowMs) ? fromId : null
    },
    unacknowledgedSinceMs: (id) => byId.get(id)?.pulse.sinceMs() ?? null,
    isFit: (id) => byId.get(id)?.trouble === null,
    share: (id) => shareOf(id, bytesOf),
    chosenShare: (id) => shareOf(id, chosenBytesOf),
    gaveBps(id, nowMs) {
      const path = byId.get(id)
      if (path === undefined || nowMs - path.gaveMs >= latelyMs) return 0
      const overMs = rememberedGivenMs + nowMs - updatedAtMs
      return overMs < 1 ? 0 : (gaveBytesOf(path) * 8000) / overMs
    },
    get activeId() {
      return activeId
    },
    get demandBps() {
      return rememberedMs < 1 ? 0 : (recentDemandBytes * 8000) / rememberedMs
    },
    explain(id, nowMs) {
      const path = byId.get(id)
      if (path === undefined) return null
      const current = preferences[mode]?.current ?? null
      return explainPath({ path, mode, current, paths, usable, nowMs })
    },
    get lastSwitch() {
      return lastSwitch
    },
    get switches() {
      return switches
    },
  }
}

/** Bytes given to a path in about the last second, of these those that `choose` gave, and those that `gave` told of. */
function bytesOf({ recentBytes, newBytes }: Path): number {
  return recentBytes + newBytes
}

function chosenBytesOf(path: Path): number {
  // Rounding makes no part of nothing.
  return Math.max(0, bytesOf(path) - gaveBytesOf(path))
}

function gaveBytesOf({ recentGaveBytes, newGaveBytes }: Path): number {
  return recentGaveBytes + newGaveBytes
}
