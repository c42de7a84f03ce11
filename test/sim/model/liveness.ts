import type { PairState } from '../../../src/engine'
import { type ModelPair, stateOf, stateSince, type View } from './view'

/** All in ms, as docs/measurements.md states them. */
const noReplyAfterMs = 10_000
const longestRetryMs = 2000
const consentMs = 30_000
const leastDownMs = 1000
const leastRequests = 5
const leastProbes = 4
const budgetPerSecond = 250
/** Longest wait between two keepalives of a pair that works: one and a half of the mean. */
const usedKeepaliveMs = 1.5 * 300
const unusedKeepaliveMs = 1.5 * 1000
const unusedAfterMs = 30_000
const doubtMs = 1.5 * 60
/** For a check that the limit on their rate has put off. */
const slackMs = 300
/** A replaced pair is closed at the next tick after a change of states; a pair that works makes one by then. */
const replacedMs = 2000

/** Why the pair may not be in this state now; null where it may. */
export function mayBecome(pair: ModelPair, to: PairState, atMs: number): string | null {
  const from = stateOf(pair)
  switch (to) {
    case 'waiting':
      return 'a pair waits only at first'
    case 'checking':
      return from === 'waiting' && pair.checks.length === 1 ? null : 'only its first check makes it that'
    case 'no-reply': {
      const lasted = atMs - (pair.checks[0]?.atMs ?? atMs)
      if (from !== 'checking' || pair.samples.length > 0) return 'it was answered'
      return lasted >= noReplyAfterMs ? null : `it has been checked for ${lasted} ms`
    }
    case 'up':
      return mayComeUp(pair, atMs)
    case 'down':
      return from === 'up' ? mayGoDown(pair, atMs) : 'it was not up'
    case 'closed':
      return pair.closed ? null : 'neither its socket nor its candidate is gone'
  }
}

function mayComeUp(pair: ModelPair, atMs: number): string | null {
  const last = pair.samples[pair.samples.length - 1]
  if (last?.atMs !== atMs) return 'no answer has just come'
  if (stateOf(pair) !== 'down') return null
  const since = samplesSinceDown(pair)
  return since.length >= 2 ? null : `${since.length} answers to checks since it went down`
}

function mayGoDown(pair: ModelPair, atMs: number): string | null {
  const answeredAtMs = pair.samples[pair.samples.length - 1]?.atMs ?? 0
  if (atMs - answeredAtMs >= consentMs - 1e-6) return null
  const { doubtedAtMs } = pair
  // A doubt ends with the first answer to a check sent since, so these have none.
  const probed = doubtedAtMs === null ? 0 : pair.checks.filter((each) => each.atMs >= doubtedAtMs).length
  if (probed >= leastProbes) return null
  const silent = unansweredSince(pair)
  if (silent === null) return 'all its checks were answered'
  const lasted = atMs - silent
  const boundMs = Math.max(leastDownMs, 3 * timeoutMs(pair))
  if (lasted < boundMs - 1e-6) return `unanswered for ${lasted} of ${boundMs} ms`
  const asked = pair.checks.filter((each) => !each.answered && each.atMs >= silent).length
  return asked >= leastRequests ? null : `only ${asked} checks are unanswered`
}

/** What is overdue: a state that the pair must have left by now; null where nothing is. */
export function overdue(view: View, pair: ModelPair, nowMs: number): string | null {
  const state = stateOf(pair)
  if (pair.closed) return state === 'closed' ? null : 'it must be closed'
  const knownPeer = view.peer !== null
  const fairMs = (1.5 * 1000 * view.pairs.length) / budgetPerSecond
  const last = pair.checks[pair.checks.length - 1]
  switch (state) {
    case 'waiting': {
      const turnMs = 40 * (view.pairs.length + 1) + slackMs
      const late = knownPeer && nowMs - Math.max(stateSince(pair), view.describedAtMs ?? 0) > turnMs
      return late ? `it has waited for a check longer than ${turnMs} ms` : null
    }
    case 'checking': {
      if (pair.samples.length > 0) return 'it was answered and must be up'
      const lasted = nowMs - (pair.checks[0]?.atMs ?? nowMs)
      return lasted > noReplyAfterMs + longestRetryMs + slackMs ? `it is checking for ${lasted} ms` : null
    }
    case 'no-reply':
      if (pair.samples.length > 0) return 'it was answered and must be up'
      return overdueReplaced(view, pair, nowMs)
    case 'up':
      return overdueUp(pair, nowMs, fairMs, last?.atMs ?? nowMs)
    case 'down':
      return overdueReplaced(view, pair, nowMs) ?? overdueDown(pair, fairMs)
    case 'closed':
      return 'neither its socket nor its candidate is gone'
  }
}

function overdueUp(pair: ModelPair, nowMs: number, fairMs: number, lastMs: number): string | null {
  const unused = nowMs - stateSince(pair) > unusedAfterMs
  const keepaliveMs = Math.max(unused ? unusedKeepaliveMs : usedKeepaliveMs, fairMs) + slackMs
  const unaskedMs = nowMs - Math.max(lastMs, stateSince(pair))
  if (unaskedMs > keepaliveMs) return `it was not asked for ${unaskedMs} ms`
  const silent = unansweredSince(pair)
  if (silent === null) return null
  const askingMs = leastRequests * Math.max(doubtMs, fairMs)
  const boundMs = Math.max(leastDownMs, 3 * timeoutMs(pair)) + unusedKeepaliveMs + askingMs + slackMs
  return nowMs - silent > boundMs ? `it was silent for ${nowMs - silent} ms and is still up` : null
}

/**
 * Since when another pair of the same socket, whose number at the peer is the same, works in place of one that only checks
 * had shown and that does not: a NAT has mapped anew, or gone back (docs/architecture.md). Null where none does.
 */
export function replacedAt(view: View, old: ModelPair): number | null {
  const isSilent = stateOf(old) === 'down' || stateOf(old) === 'no-reply'
  if (!isSilent || old.remote.type !== 'prflx' || old.peerNumber === null) return null
  const other = view.pairs.find(
    (pair) =>
      pair.id !== old.id &&
      stateOf(pair) === 'up' &&
      pair.socketId === old.socketId &&
      pair.peerNumber === old.peerNumber,
  )
  if (other === undefined) return null
  return Math.max(stateSince(old), stateSince(other), old.numberedAtMs, other.numberedAtMs)
}

function overdueReplaced(view: View, pair: ModelPair, nowMs: number): string | null {
  const replaced = replacedAt(view, pair)
  return replaced !== null && nowMs - replaced > replacedMs ? 'it was replaced and must be closed' : null
}

/** Two answers in a row; after a short time up, answers for a second without a pause. */
function overdueDown(pair: ModelPair, fairMs: number): string | null {
  const pauseMs = 100 + (4 / 1.5) * Math.max(doubtMs, fairMs)
  const since = samplesSinceDown(pair)
  let run = since.slice(0, 1)
  for (const [at, each] of since.slice(1).entries()) {
    const before = since[at]?.atMs ?? 0
    run = each.atMs - before <= pauseMs ? [...run, each] : [each]
    const lastedMs = each.atMs - (run[0]?.atMs ?? 0)
    if (run.length >= 2 && (lastedMs >= 1000 || !wentDownSoon(pair)))
      return `${run.length} answers in a row came and it is still down`
  }
  return null
}

function wentDownSoon(pair: ModelPair): boolean {
  const down = pair.states[pair.states.length - 1]
  const up = pair.states[pair.states.length - 2]
  return (down?.atMs ?? 0) - (up?.atMs ?? 0) < 5000
}

function samplesSinceDown(pair: ModelPair): readonly { readonly atMs: number }[] {
  const downAtMs = stateSince(pair)
  return pair.samples.filter((each) => each.sentAtMs >= downAtMs && each.atMs >= downAtMs)
}

/** The oldest check without an answer that was sent after the latest one that has one. */
function unansweredSince(pair: ModelPair): number | null {
  const answered = pair.checks.filter((each) => each.answered).map((each) => each.atMs)
  const lastAnswered = Math.max(-1, ...answered)
  return pair.checks.find((each) => !each.answered && each.atMs > lastAnswered)?.atMs ?? null
}

/** RFC 6298 over all samples, within 100 ms and 60 s; 500 ms before the first. */
function timeoutMs(pair: ModelPair): number {
  const [first, ...rest] = pair.samples.map((each) => each.atMs - each.sentAtMs)
  if (first === undefined) return 500
  let smoothed = first
  let variance = first / 2
  for (const sample of rest) {
    variance = 0.75 * variance + 0.25 * Math.abs(smoothed - sample)
    smoothed = 0.875 * smoothed + 0.125 * sample
  }
  return Math.min(60_000, Math.max(100, smoothed + Math.max(1, 4 * variance)))
}
