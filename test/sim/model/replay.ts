import {
  closeReplaced,
  closeSocket,
  learnFromCheck,
  openSocket,
  pairAt,
  tellCandidate,
  withdrawCandidate,
} from './candidates'
import { type Constants, type Entry, keyOf, peerNumberOf } from './history'
import { mayBecome, replacedAt } from './liveness'
import { emptyView, type ModelCheck, type ModelPair, pairPriority, stateOf, type View } from './view'

type Kind<K extends Entry['kind']> = Extract<Entry, { kind: K }>

/** An answer that comes later than this after its check is no sample, ms; nor is a check remembered for longer. */
const staleMs = 10_000
const mostOpenChecks = 64
/** New checks are this far apart at least, ms. */
const paceMs = 20
const mostEarly = 64

/** The whole of what should be known after a history, from its beginning, by RFC 8445 and docs/. */
export function replay(constants: Constants, history: readonly Entry[]): View {
  const view = emptyView(constants)
  for (const entry of history) apply(constants, view, entry)
  return view
}

function apply(constants: Constants, view: View, entry: Entry): void {
  switch (entry.kind) {
    case 'open':
      return openSocket(view, entry.socketId, entry.local, entry.atMs)
    case 'close':
      return closeSocket(view, entry.socketId)
    case 'describe':
      return describe(constants, view, entry)
    case 'told':
      return tellCandidate(view, entry.candidate, entry.atMs)
    case 'withdrawn':
      return withdrawCandidate(view, entry.address)
    case 'include': {
      const pair = view.pairs[entry.pairId - 1]
      if (pair !== undefined) pair.included = entry.included
      return
    }
    case 'nominate':
      return nominate(view, entry.pairId)
    case 'request':
      return takeRequest(constants, view, entry)
    case 'answer':
      return takeAnswer(view, entry)
    case 'sent':
      return noteCheck(view, entry)
    case 'became':
      return noteState(view, entry)
  }
}

function describe(constants: Constants, view: View, entry: Kind<'describe'>): void {
  view.peer = entry.peer
  view.describedAtMs = entry.atMs
  for (const candidate of entry.candidates) tellCandidate(view, candidate, entry.atMs)
  for (const { socketId, from, priority, ufrag } of view.early) {
    if (ufrag !== constants.theirUfrag) continue
    const pair = pairAt(view, socketId, from) ?? learnFromCheck(view, socketId, from, priority, entry.atMs)
    if (pair === undefined) continue
    pair.validated = true
    pair.called = true
  }
  view.early = []
}

/** One real attempt, which a stock peer would obey. */
function nominate(view: View, pairId: number | null): void {
  if (view.peer === 'stock') return
  for (const pair of view.pairs) {
    if (stateOf(pair) !== 'up' || pair.closed || (pairId !== null && pair.id !== pairId)) continue
    pair.wished = true
    pair.called = true
  }
}

/** RFC 8445 section 7.3, and docs/security.md on replays. */
function takeRequest(constants: Constants, view: View, request: Kind<'request'>): void {
  if (!view.sockets.some((each) => each.id === request.socketId)) return drop(view, 'unexpected')
  const [ours, theirs] = request.username.split(':')
  const named = view.peer === null ? theirs !== '' : theirs === constants.theirUfrag
  if (ours !== constants.ourUfrag || !named || request.key === 'none' || isTooWeak(view, request.key))
    return drop(view, 'bad-integrity')
  const place = `${request.socketId} ${keyOf(request.from)}`
  const before = view.origins.filter((each) => each.transaction === request.transaction)
  const mostTimes = view.peer === 'pathscope' ? 2 : 7
  if (before.some((each) => each.place !== place) || before.length >= mostTimes) return drop(view, 'replayed')
  if (request.key === 'wrong') return drop(view, 'bad-integrity')
  view.origins.push({ transaction: request.transaction, place })

  let pair: ModelPair | undefined
  if (view.peer === null) rememberEarly(view, request, theirs ?? '')
  else {
    pair =
      pairAt(view, request.socketId, request.from) ??
      learnFromCheck(view, request.socketId, request.from, request.priority, request.atMs)
  }
  if (pair !== undefined) {
    pair.validated = true
    pair.requestsReceived += 1
    pair.responsesSent += 1
    if (request.hearsNothing) noteNumber(pair, request.from, request.atMs)
    if (request.hearsNothing && stateOf(pair) === 'up') pair.doubtedAtMs ??= request.atMs
    if (stateOf(pair) !== 'up') pair.called = true
  }
  view.replies.push({ transaction: request.transaction, code: codeOf(constants, view, pair, request) })
}

function noteNumber(pair: ModelPair, from: ModelPair['remote']['address'], atMs: number): void {
  const told = peerNumberOf(from)
  if (pair.peerNumber !== told) pair.numberedAtMs = atMs
  pair.peerNumber = told
}

/** Nothing weaker is taken from a peer whose description offers SHA-256. */
function isTooWeak(view: View, key: string): boolean {
  return key === 'weak' && view.peer === 'pathscope'
}

function rememberEarly(view: View, { socketId, from, priority }: Kind<'request'>, ufrag: string): void {
  const others = view.early.filter((each) => each.socketId !== socketId || keyOf(each.from) !== keyOf(from))
  view.early = [...others.slice(-(mostEarly - 1)), { socketId, from, priority, ufrag }]
}

/** RFC 8445 section 7.3.1.1, then the nomination that is counted and refused. Null is success. */
function codeOf(
  constants: Constants,
  view: View,
  pair: ModelPair | undefined,
  request: Kind<'request'>,
): number | null {
  const bothControl = view.controlling && request.says === 'controlling'
  const noneControls = !view.controlling && request.says === 'controlled'
  const ourIsLarger = constants.tieBreaker >= request.tieBreaker
  if ((bothControl && ourIsLarger) || (noneControls && !ourIsLarger)) return 487
  if (bothControl || noneControls) switchRole(view)
  if (!request.useCandidate || view.controlling) return null
  if (pair !== undefined) pair.refusedByUs += 1
  return constants.policy === 'reject' && view.peer !== 'stock' ? 403 : null
}

/** RFC 8445 section 7.2.5. */
function takeAnswer(view: View, answer: Kind<'answer'>): void {
  const pair = pairAt(view, answer.socketId, answer.from)
  const check = pair && openChecks(pair).find((each) => each.transaction === answer.transaction)
  if (pair === undefined || check === undefined) return drop(view, 'unexpected')
  const authentic = answer.key === 'theirs' || answer.key === 'weak'
  if (!authentic || isTooWeak(view, answer.key)) return drop(view, 'bad-integrity')
  check.answered = true
  pair.settledAtMs = answer.atMs
  pair.validated = true
  pair.responsesReceived += 1
  if (answer.withoutEffect) noteNumber(pair, answer.from, answer.atMs)
  if (answer.atMs - check.atMs > staleMs) return
  if (answer.code === 487) {
    return takeRoleConflict(view, pair, check, answer.atMs)
  }
  if (answer.code !== null && !check.useCandidate) return
  if (answer.code === null) {
    const local = view.sockets.find((each) => each.id === pair.socketId)?.local
    pair.mapped = local && keyOf(local) === keyOf(answer.mapped) ? null : answer.mapped
  }
  if (check.useCandidate) {
    if (answer.code !== null || answer.withoutEffect) pair.refused += 1
    else pair.succeeded += 1
  }
  pair.doubtedAtMs = pair.doubtedAtMs !== null && check.atMs >= pair.doubtedAtMs ? null : pair.doubtedAtMs
  pair.samples.push({ sentAtMs: check.atMs, atMs: answer.atMs })
  // The first time that it works, the controlling side tries to nominate it, so that prevention is seen.
  if (pair.samples.length === 1 && view.controlling && view.peer === 'pathscope') {
    pair.wished = true
    pair.called = true
  }
}

/** RFC 8445 section 7.2.5.1; but a peer that refuses both roles has us change once a second at most. */
function takeRoleConflict(view: View, pair: ModelPair, check: ModelCheck, atMs: number): void {
  if ((check.says === 'controlling') === view.controlling) {
    if (view.roleRefusedMs !== null && atMs - view.roleRefusedMs < 1000) return
    view.roleRefusedMs = atMs
    switchRole(view)
  }
  pair.called = true
}

/** Checks whose answer would be known: a later check of the pair forgets what is older than 10 s, and all but 64. */
function openChecks(pair: ModelPair): ModelCheck[] {
  if (pair.closed) return []
  const last = pair.checks[pair.checks.length - 1]
  return pair.checks
    .filter((each) => !each.answered && (last?.atMs ?? 0) - each.atMs <= staleMs)
    .slice(-mostOpenChecks)
}

function noteCheck(view: View, sent: Kind<'sent'>): void {
  const pair = pairAt(view, sent.socketId, sent.to)
  const wrong = (what: string) => view.wrongs.push(`at ${sent.atMs.toFixed(1)}: ${what}`)
  if (pair === undefined || pair.closed) {
    wrong(`a check to ${keyOf(sent.to)} from socket ${sent.socketId}, where no pair is open`)
    return
  }
  if (sent.says !== (view.controlling ? 'controlling' : 'controlled'))
    wrong(`pair ${pair.id} speaks as ${sent.says}`)
  if (view.peer === 'pathscope' && sent.useCandidate !== (pair.wished && view.controlling))
    wrong(`pair ${pair.id} ${sent.useCandidate ? 'attempts' : 'does not attempt'} a nomination`)
  if (sent.useCandidate && !view.controlling) wrong(`pair ${pair.id} nominates though controlled`)
  if (pair.checks.length === 0) checkTurn(view, pair, sent.atMs, wrong)
  if (sent.useCandidate) pair.attempted += 1
  pair.wished &&= !sent.useCandidate
  pair.called = false
  pair.checks.push({ ...sent, answered: false })
}

/** A first check keeps its distance, and is that of the best pair unless another was called for. */
function checkTurn(view: View, pair: ModelPair, atMs: number, wrong: (what: string) => void): void {
  const firsts = view.pairs.flatMap((each) => each.checks.slice(0, 1))
  const close = firsts.find((each) => Math.abs(each.atMs - atMs) < paceMs - 1e-6)
  if (close !== undefined) wrong(`pair ${pair.id} is first checked ${atMs - close.atMs} ms after another`)
  if (pair.called) return
  const own = pairPriority(view, pair) ?? 0n
  const better = view.pairs.find(
    (each) => !each.closed && each.checks.length === 0 && (pairPriority(view, each) ?? 0n) > own,
  )
  if (better !== undefined) wrong(`pair ${pair.id} is first checked before pair ${better.id}`)
}

function noteState(view: View, became: Kind<'became'>): void {
  const pair = view.pairs[became.pairId - 1]
  const wrong = (what: string) => view.wrongs.push(`at ${became.atMs.toFixed(1)}: ${what}`)
  if (pair === undefined) {
    wrong(`pair ${became.pairId} is unknown`)
    return
  }
  if (stateOf(pair) !== became.from) wrong(`pair ${pair.id} was ${stateOf(pair)}, not ${became.from}`)
  if (became.to === 'closed' && replacedAt(view, pair) !== null) closeReplaced(view, pair)
  const why = mayBecome(pair, became.to, became.atMs)
  if (why !== null) wrong(`pair ${pair.id} must not become ${became.to}: ${why}`)
  pair.doubtedAtMs = null
  pair.states.push({ state: became.to, atMs: became.atMs })
  if (became.to === 'down') doubtKin(view, pair, became.atMs)
}

/** What fails is mostly an interface, at either end: its other pairs are in doubt as well until they answer. */
function doubtKin(view: View, silent: ModelPair, atMs: number): void {
  for (const pair of view.pairs) {
    const related = pair.socketId === silent.socketId || pair.remote === silent.remote
    if (related && stateOf(pair) === 'up') pair.doubtedAtMs ??= atMs
  }
}

function switchRole(view: View): void {
  view.controlling = !view.controlling
  view.roleChanges += 1
}

function drop(view: View, reason: string): void {
  view.drops.push(reason)
}
