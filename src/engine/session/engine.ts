import { base64url } from '../bytes'
import { createDeadlines } from '../deadlines'
import type { Engine, EngineCommand, EngineInput, EngineOptions } from '../face/io'
import { limits } from '../face/limits'
import type { DropReason } from '../face/snapshot'
import { createAgent, createBucket, createGatherer, type IceSink } from '../ice'
import { createEchoReader, createMessageReceiver, createMessageSender } from '../messages'
import { createReliable } from '../reliable'
import { createPacketStore, createResendBudget, createSentRing } from '../resend'
import { createRelays } from '../turn'
import { boundSettings } from './bounds'
import { addLateSocket, forgetSocket, tellCandidates } from './candidates'
import { refreshCarrying } from './carriers'
import { beginControl } from './begin-control'
import { flushControl, sendText } from './control'
import { reportIntervalMs, sendReport } from './report-counts'
import { dropStrays, takeDatagram, takeEarly } from './datagram'
import { takeNames } from './names'
import { beginGathering, completeGathering, considerGathered, takeRemote } from './describe'
import { beginFinish, considerEnd, end, finishLate } from './finish'
import { considerSecureStart, flushShim, passHandshake, sendHandshake } from './handshake'
import { createFeedbackState } from './feedback'
import { holdJudgement } from './judgement'
import { createOutbox } from './outbox'
import { relaySink } from './relaying'
import { deliverInOrder, makeResequencer, sendRecord, takeOpened } from './records'
import { resendDoubted } from './resend'
import { resendOverdue } from './stream-resend'
import { forgetPairs, noneForgotten } from './forget-pairs'
import { takeSnapshot } from './snapshot'
import { createSpreading, noteDoubt, settleSpreading } from './spreading'
import { obeyWish, passOnWishes } from './wishes'
import { beginWaiting, considerPeerGone, endWaiting, giveUpWaiting } from './waiting'
import { endAllRests } from './rests'
import { packetsDeadline, sendDuePackets } from './stream-packets'
import { createStrays } from './strays'
import { createStreamsState, obeyStream, setDeadline, startWanted } from './streams'
import { drop, type SessionState, tell, type TimerName } from './state'
import { countUnread } from './dropped-unread'
import { sampleCapacity } from './sample-capacity'
import { feedbackDeadline, settleFeedback } from './tell-feedback'
import {
  isRefused,
  keepRefused,
  openChannel,
  retryRefused,
  sendDueMessages,
  setMessages,
  takeMessage,
} from './talk'
import { transmit } from './transmit'
import { createWeighing, updateWeights } from './weighing'

/** Makes a session's engine. It does nothing before its first input. */
export function createEngine(options: EngineOptions): Engine {
  const state = createState(options)
  state.timers.set('snapshot', 0)
  return {
    handle(input, nowMs) {
      if (state.ended) return
      const lastInputMs = state.nowMs
      state.nowMs = Math.max(state.nowMs, nowMs)
      if (input.kind === 'tick' && departFirst(state)) return
      if (input.kind === 'datagram') {
        const taken = takeDatagram(state, input)
        if (taken === 'dropped' || (taken === 'packet' && !isSettlingDue(state))) return
      } else take(state, input, lastInputMs)
      settle(state)
      state.dueMs = earliest(state)
    },
    poll: () => state.outbox.take(),
    nextDeadline() {
      if (state.ended || state.dueMs === Infinity) return undefined
      // What became due while other things ran is due now, never in the past.
      return Math.max(state.dueMs, state.nowMs)
    },
    snapshot(nowMs) {
      state.nowMs = Math.max(state.nowMs, nowMs)
      return takeSnapshot(state, false)
    },
  }
}

function take(
  state: SessionState,
  input: Exclude<EngineInput, { kind: 'datagram' }>,
  lastInputMs: number,
): void {
  switch (input.kind) {
    case 'tick':
      return
    case 'unread':
      return holdJudgement(state, input.sinceMs, lastInputMs)
    case 'socket-opened':
      beginGathering(state)
      if (!state.agent.addSocket(input.socket, state.nowMs)) return
      state.sockets = [...state.sockets, input.socket]
      if (state.gathering === 'complete') addLateSocket(state, input.socket)
      state.gatherer.addSocket(input.socket, state.nowMs)
      return state.relays.addSocket(input.socket, state.nowMs)
    case 'socket-closed':
      forgetSocket(state, input.socketId)
      state.gatherer.closeSocket(input.socketId)
      state.relays.closeSocket(input.socketId, state.nowMs)
      return state.agent.closeSocket(input.socketId, input.detail, state.nowMs)
    case 'link':
      return state.agent.setLink(input.interfaceName, input.up, state.nowMs)
    case 'dropped-unread':
      return countUnread(state, input.interfaceName, input.datagrams)
    case 'sockets-ready':
      return considerGathered(state, true)
    case 'stream-opened':
    case 'stream-data':
    case 'stream-closed':
      return takeStream(state, input)
    case 'remote-description':
      return takeRemote(state, input.description)
    case 'names-resolved':
      return takeNames(state, input.found)
    case 'command':
      return obey(state, input.command)
    case 'egress-burst':
      return state.agent.sendBurst(input.pairId, input.packets)
    case 'egress-verdict':
      return state.agent.takeVerdict(input.pairId, input.verdict)
    default:
      return takeSecure(state, input)
  }
}

function takeStream(state: SessionState, input: Extract<EngineInput, { kind: `stream-${string}` }>): void {
  state.receivedAtMs = state.nowMs
  switch (input.kind) {
    case 'stream-opened':
      return state.relays.streamOpened(input.streamId, state.nowMs)
    case 'stream-data':
      return state.relays.streamData(input.streamId, input.data, state.nowMs)
    case 'stream-closed':
      return state.relays.streamClosed(input.streamId, input.detail, state.nowMs)
  }
}

type SecureInput = Extract<EngineInput, { kind: `secure-${string}` }>

function takeSecure(state: SessionState, input: SecureInput): void {
  switch (input.kind) {
    case 'secure-handshake':
      return sendHandshake(state, input.data)
    case 'secure-record':
      return sendRecord(state, input.data)
    case 'secure-opened':
      return takeOpened(state, input.token, input.plain)
    case 'secure-connected':
      state.resequencer = makeResequencer(state.peer.kind)
      beginControl(state, input)
      return takeEarly(state)
    case 'secure-channel-open':
      return openChannel(state)
    case 'secure-message':
      return takeMessage(state, input.data)
    case 'secure-message-refused':
      return keepRefused(state, input.data)
    case 'secure-retransmissions':
      state.sctpRetransmissions = input.total
      return
    case 'secure-failed':
      return failSecure(state, input)
  }
}

function failSecure(state: SessionState, failed: Extract<EngineInput, { kind: 'secure-failed' }>): void {
  const closed = failed.reason === 'closed'
  state.dtls = closed ? 'closed' : 'failed'
  tell(state, { kind: 'dtls-state', state: state.dtls, detail: failed.detail })
  if (closed && state.finish !== null) return end(state, 'done', null)
  end(state, failed.reason === 'proof' ? 'proof-failed' : 'failed', failed.detail)
}

function obey(state: SessionState, command: EngineCommand): void {
  switch (command.kind) {
    case 'set-mode':
    case 'pin-pair':
    case 'cap-pair':
    case 'order-pairs':
      return obeyWish(state, command)
    case 'set-use':
      if (state.use === command.use) return
      state.use = command.use
      refreshCarrying(state, true)
      tell(state, { kind: 'use', use: command.use, by: 'us' })
      return sendText(state, { t: 'mode', mode: state.mode, use: state.use })
    case 'include-pair':
      state.spreading.byUser = true
      endAllRests(state, command.pairId)
      return state.agent.include(command.pairId, command.included)
    case 'attempt-nomination':
      return state.agent.attemptNomination(command.pairId, state.nowMs)
    case 'set-messages':
      return setMessages(state, command.messages)
    case 'start-stream':
    case 'change-stream':
    case 'stop-stream':
      return obeyStream(state, command)
    case 'set-deadline':
      return setDeadline(state, command.id, command.deadlineMs)
    case 'finish':
      return beginFinish(state, 'us')
  }
}

/**
 * A packet of a stream changes nothing but figures, mostly: what is told of it has its time, and a silence that it ends, or
 * begins to be watched for, shows here.
 */
function isSettlingDue(state: SessionState): boolean {
  const { agent, feedback, spreading, nowMs } = state
  state.dueMs = Math.min(
    state.dueMs,
    feedback.recorder.nextDeadline(),
    agent.state.watches.earliestMs() ?? Infinity,
  )
  return (
    nowMs >= state.dueMs ||
    state.finish !== null ||
    agent.state.revision !== state.seenRevision ||
    agent.state.suspects !== spreading.seenSuspects
  )
}

/**
 * Packets of streams that are due leave before anything else is done, so that no snapshot, report or weight makes them
 * late; true when there were any. What else is due, mostly nothing, has a turn of its own, and is never put off twice.
 */
function departFirst(state: SessionState): boolean {
  if (state.restIsDue || packetsDeadline(state) > state.nowMs) return false
  sendDuePackets(state)
  state.dueMs = earliest(state)
  state.restIsDue = state.dueMs <= state.nowMs
  return true
}

/** After every input but most packets of streams: runs what is due, and whatever the input made possible. */
function settle(state: SessionState): void {
  const { nowMs } = state
  state.restIsDue = false
  state.gatherer.tick(nowMs)
  state.relays.tick(nowMs)
  state.agent.tick(nowMs)
  for (let name = state.timers.takeDue(nowMs); name !== undefined; name = state.timers.takeDue(nowMs)) {
    runTimer(state, name)
  }
  if (state.timers.has('gathering')) considerGathered(state, true)
  followIce(state)
  refreshCarrying(state, false)
  settleSpreading(state)
  resendOverdue(state)
  resendDoubted(state)
  considerSecureStart(state)
  passHandshake(state)
  flushShim(state)
  tellCandidates(state)
  flushControl(state)
  deliverInOrder(state)
  sendDueMessages(state)
  startWanted(state)
  settleFeedback(state)
  sendDuePackets(state)
  considerEnd(state)
  considerPeerGone(state)
  dropStrays(state)
  if (!state.ended) return
  state.relays.close(nowMs)
  state.outbox.push({ kind: 'snapshot', snapshot: takeSnapshot(state, true) })
  state.outbox.push({ kind: 'ended' })
}

function runTimer(state: SessionState, name: TimerName): void {
  const { nowMs, settings, timers } = state
  switch (name) {
    case 'gathering':
      return completeGathering(state)
    case 'weights':
      timers.set('weights', nowMs + settings.weightUpdateInterval)
      sampleCapacity(state)
      updateWeights(state)
      return refreshCarrying(state, true)
    case 'snapshot':
      // With very many pairs snapshots come less often, so that they stay a small part of the work.
      timers.set(
        'snapshot',
        nowMs + Math.max(settings.snapshotIntervalMs, 2 * state.agent.state.pairs.length),
      )
      state.outbox.push({ kind: 'snapshot', snapshot: takeSnapshot(state, true) })
      state.packets.forgetIdle(nowMs)
      return forgetPairs(state)
    case 'report':
      timers.set('report', nowMs + reportIntervalMs)
      return sendReport(state)
    case 'finish':
      return finishLate(state)
    case 'stream-grace':
      return
    case 'retry-message':
      return retryRefused(state)
    case 'silence':
      return giveUpWaiting(state)
    case 'unread':
      return holdJudgement(state, null, nowMs)
  }
}

/** The ICE connection state from the pairs: connected while one works, disconnected while none does any more. */
function followIce(state: SessionState): void {
  const alive = state.agent.state.alive > 0
  const ice = state.ended
    ? 'closed'
    : alive
      ? 'connected'
      : state.ice === 'connected'
        ? 'disconnected'
        : state.ice
  if (ice === state.ice) return
  state.ice = ice
  tell(state, { kind: 'ice-state', state: ice })
  if (ice === 'disconnected') beginWaiting(state)
  if (ice !== 'connected') return
  endWaiting(state)
  if (!state.timers.has('weights')) state.timers.set('weights', state.nowMs)
}

/** When something is due; Infinity while nothing is. */
function earliest(state: SessionState): number {
  const sending = state.channel === 'open' && !isRefused(state)
  const candidates = [
    state.timers.earliestMs(),
    state.agent.nextDeadline(),
    state.gatherer.nextDeadline(),
    state.relays.nextDeadline(),
    state.agent.state.alive > 0 && state.shimKeys !== null ? state.shim.nextDeadline() : undefined,
    state.controlPairs.length > 0 ? state.control?.reliable.nextDeadline() : undefined,
    state.resequencer.nextDeadline(),
    state.strays.nextDeadline(),
    state.spreading.records.nextDeadline(),
    state.spreading.streams.nextDeadline(),
    sending ? state.sender.nextDeadline() : undefined,
    packetsDeadline(state),
    feedbackDeadline(state),
  ]
  let soonest = Infinity
  for (const atMs of candidates) if (atMs !== undefined && atMs < soonest) soonest = atMs
  return soonest
}

function createState(options: EngineOptions): SessionState {
  const credentials = {
    ufrag: base64url(options.primitives.random(6)).replace(/[-_]/g, '+'),
    pwd: base64url(options.primitives.random(24)).replace(/[-_]/g, '/'),
  }
  const settings = boundSettings(options.settings)
  const outbox = createOutbox()
  // The sink is given out before the state it writes to exists; nothing calls it until then.
  const holder: { state: SessionState | null } = { state: null }
  const sink: IceSink = {
    transmit: (socketId, to, data) => holder.state && transmit(holder.state, socketId, to, data),
    event: (event) => holder.state && tell(holder.state, event),
    drop: (reason) => holder.state && drop(holder.state, reason),
    doubted: (pair) => holder.state && noteDoubt(holder.state, pair),
    closed: (pair, heir) => holder.state && passOnWishes(holder.state, pair, heir),
  }
  const key = Uint8Array.from(credentials.pwd, (character) => character.charCodeAt(0))
  const state: SessionState = {
    options,
    settings,
    nowMs: 0,
    dueMs: 0,
    outbox,
    timers: createDeadlines(),
    credentials,
    sessionId: sessionIdFrom(options.primitives.random(8)),
    agent: createAgent(options, credentials, key, sink),
    gatherer: createGatherer(options, sink),
    relays: createRelays(options, relaySink(outbox, holder)),
    receivedAtMs: 0,
    sockets: [],
    interfaces: options.self.interfaces,
    told: new Map(),
    candidatesChanged: false,
    toldCandidates: createBucket(1000 / limits.toldCandidateEveryMs, limits.toldCandidatesAtOnce),
    peerNames: new Map(),
    gathering: 'new',
    ice: 'new',
    waitingUntilMs: null,
    dtls: 'new',
    channel: 'new',
    peer: { kind: 'unknown', appVersion: null, os: null, interfaces: [] },
    local: null,
    remote: null,
    secureStarted: false,
    ended: false,
    restIsDue: false,
    shim: createReliable({ maxFrames: limits.reliableFrames, maxPayloadBytes: 1200, maxMessageBytes: 4096 }),
    shimKeys: null,
    control: null,
    mode: settings.mode,
    use: settings.use,
    peerSpread: { mode: null, use: 'auto', asked: false },
    peerTold: { mode: null, use: 'auto', peer: null },
    peerEvents: createBucket(1000 / limits.peerEventEveryMs, limits.peerEventsAtOnce),
    carrying: [],
    carryingStreams: [],
    streamPairs: [],
    controlPairs: [],
    seenRevision: -1,
    weighing: createWeighing(settings),
    spreading: createSpreading(settings.mode, settings.adaptiveBudget),
    recordBytes: { needed: 0, sent: 0 },
    recordsWithoutPair: 0,
    forgotten: noneForgotten,
    forgottenByPeer: new Map(),
    sole: createSentRing(limits.resendRecords),
    packets: createPacketStore(limits.resendPackets),
    resendBudget: createResendBudget(),
    lostOfBulk: [],
    doubted: [],
    early: [],
    strays: createStrays(),
    dedup: new Map(),
    resequencer: makeResequencer('unknown'),
    opening: new Map(),
    nextToken: 1,
    duplicatesDropped: 0,
    sctpRetransmissions: 0,
    feedback: createFeedbackState(),
    streams: createStreamsState(settings.streams),
    sender: createMessageSender(settings.messages),
    receiver: createMessageReceiver(),
    echoes: createEchoReader(),
    refusedMessages: [],
    finish: null,
    dropped: Object.fromEntries(dropReasons.map((reason) => [reason, 0])) as Record<DropReason, number>,
    droppedUnread: new Map(),
  }
  holder.state = state
  return state
}

const dropReasons: readonly DropReason[] = [
  'unknown-source',
  'bad-stun',
  'bad-integrity',
  'rate-limited',
  'bad-frame',
  'plaintext-record',
  'bad-record',
  'replayed',
  'oversize',
  'unexpected',
]

/** RFC 9429 section 5.2.1: a 64-bit number whose highest bit is 0. */
function sessionIdFrom(bytes: Uint8Array): string {
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  return (value & 0x7fff_ffff_ffff_ffffn).toString()
}
