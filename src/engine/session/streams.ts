import type { EngineCommand } from '../face/io'
import { limits } from '../face/limits'
import type { StreamBreak, StreamDirection, StreamRefusal, StreamSnapshot, StreamSpec } from '../face/streams'
import type { ControlText, ToldBreak } from '../frames'
import {
  createSrtpReceiver,
  createSrtpSealer,
  type SrtpReceiver,
  type SrtpSealer,
  splitSrtpExporter,
} from '../srtp'
import {
  boundSpec,
  createReceivedStream,
  createSentStream,
  plainRateBps,
  type PayloadFacts,
  type ReceivedStream,
  type SentStream,
  ssrcOf,
} from '../streams'
import { createBulkGate } from './bulk'
import { sendText } from './control'
import { endRests } from './rests'
import { pairById, type SessionState, tell } from './state'

/** The streams of both directions. */
export interface StreamsState {
  /** Those of the settings, until they are started. */
  wanted: readonly StreamSpec[]
  /** Since the secure session stands; null before, and towards a stock peer. */
  srtp: { readonly sealer: SrtpSealer; readonly receiver: SrtpReceiver } | null
  /** What the peer's hello says: null before it came. */
  peerKnows: boolean | null
  /** Likewise: it reads which paths rest for our streams. */
  peerReadsRests: boolean
  readonly sent: SentStream[]
  /** Of `sent` those that run. */
  running: readonly SentStream[]
  /** Which of `running` is asked first. */
  turn: number
  /** By number. */
  readonly received: Map<number, ReceivedStream>
  /** What the peer was last told of each, as text. */
  readonly toldCounts: Map<number, string>
  /** One packet is made at a time. */
  readonly packet: Uint8Array
  readonly facts: PayloadFacts
}

export function createStreamsState(wanted: readonly StreamSpec[]): StreamsState {
  return {
    wanted,
    srtp: null,
    peerKnows: null,
    peerReadsRests: false,
    sent: [],
    running: [],
    turn: 0,
    received: new Map(),
    toldCounts: new Map(),
    packet: new Uint8Array(limits.datagramBytes),
    facts: { streamId: 0, kind: 'voice', sequence: 0, sentAtMs: 0 },
  }
}

/** The secure session with a Pathscope stands: packets can be sealed and opened. */
export function beginStreams(state: SessionState, srtpExporter: Uint8Array): void {
  const { primitives, role } = state.options
  const { offerer, answerer } = splitSrtpExporter(srtpExporter, primitives)
  const [ours, theirs] = role === 'offerer' ? [offerer, answerer] : [answerer, offerer]
  state.streams.srtp = {
    sealer: createSrtpSealer(ours, primitives),
    receiver: createSrtpReceiver(theirs, primitives, state.nowMs),
  }
}

/** Starts what the settings want once both sides are connected. */
export function startWanted(state: SessionState): void {
  const { streams } = state
  if (streams.wanted.length === 0 || state.channel !== 'open') return
  if (state.peer.kind === 'pathscope' && streams.peerKnows === null) return
  const { wanted } = streams
  streams.wanted = []
  for (const spec of wanted) startOwn(state, spec, 'us')
}

type StreamCommand = Extract<EngineCommand, { readonly kind: `${string}-stream` }>

/** What the user wishes. Towards the peer's streams the wish is passed on. */
export function obeyStream(state: SessionState, command: StreamCommand): void {
  if (command.direction === 'received') return askPeer(state, command)
  switch (command.kind) {
    case 'start-stream':
      return startOwn(state, command.spec, 'us')
    case 'change-stream':
      return changeOwn(state, command.id, command.spec, 'us')
    case 'stop-stream':
      return stopOwn(state, command.id, 'us')
  }
}

function askPeer(state: SessionState, command: StreamCommand): void {
  const spec = command.kind === 'stop-stream' ? null : boundSpec(command.spec)
  const reason = whyNot(state)
  if (reason !== null) return refuse(state, 'received', spec, reason, 'us')
  const id = command.kind === 'start-stream' ? 0 : command.id
  const wish = ({ 'start-stream': 'start', 'change-stream': 'change', 'stop-stream': 'stop' } as const)[
    command.kind
  ]
  sendText(state, { t: 'ask-stream', wish, id, spec })
}

/** Why no stream can be spoken of now; null when one can. */
function whyNot(state: SessionState): StreamRefusal | null {
  if (state.peer.kind === 'stock') return 'stock-peer'
  if (state.control === null || state.streams.srtp === null || state.streams.peerKnows === null)
    return 'no-peer'
  if (!state.streams.peerKnows) return 'old-peer'
  return state.finish === null ? null : 'ending'
}

function startOwn(state: SessionState, spec: StreamSpec, by: 'us' | 'peer'): void {
  const { streams, nowMs } = state
  const bounded = boundSpec(spec)
  const reason =
    whyNot(state) ??
    (streams.running.length >= limits.streams
      ? 'too-many'
      : streams.sent.length >= limits.streamsPerSession
        ? 'used-up'
        : null)
  if (reason !== null) return refuse(state, 'sent', bounded, reason, by)
  const id = streams.sent.length + 1
  const stream = createSentStream(id, bounded, by, nowMs, createBulkGate(state))
  streams.sent.push(stream)
  streams.running = [...streams.running, stream]
  announce(state, 'stream-started', stream)
}

function changeOwn(state: SessionState, id: number, spec: StreamSpec, by: 'us' | 'peer'): void {
  const bounded = boundSpec(spec)
  const stream = runningOwn(state, id)
  const reason = whyNot(state) ?? (stream === undefined ? 'unknown' : null)
  if (reason !== null || stream === undefined) return refuse(state, 'sent', bounded, reason ?? 'unknown', by)
  const before = plainRateBps(stream.spec) ?? 0
  stream.change(bounded, by, state.nowMs)
  announce(state, 'stream-changed', stream)
  if ((plainRateBps(bounded) ?? 0) < before) endRests(state, stream, null)
}

/** Also for what stops a stream of itself. */
export function stopOwn(state: SessionState, id: number, by: 'us' | 'peer'): void {
  const stream = runningOwn(state, id)
  if (stream === undefined) return refuse(state, 'sent', null, 'unknown', by)
  stream.stop(by, state.nowMs)
  dropStopped(state)
  announce(state, 'stream-stopped', stream)
}

/** The circuit breaker stops one of ours; the peer is told why. */
export function breakOwn(state: SessionState, id: number, broken: StreamBreak): void {
  const stream = runningOwn(state, id)
  if (stream === undefined) return
  stream.stop('us', state.nowMs, broken)
  dropStopped(state)
  const { spec, sent } = stream
  tell(state, { kind: 'stream-broken', direction: 'sent', id, spec, ...broken })
  const { pairId, sentBps, lostPercent } = broken
  const pair = pairId === null ? null : (pairById(state, pairId)?.peerNumber ?? null)
  sendText(state, {
    t: 'stream',
    id,
    spec,
    running: false,
    asked: false,
    sent,
    broken: { pair, sentBps, lostPercent },
  })
}

function runningOwn(state: SessionState, id: number): SentStream | undefined {
  return state.streams.running.find((stream) => stream.id === id)
}

function dropStopped(state: SessionState): void {
  state.streams.running = state.streams.running.filter((stream) => stream.running)
}

function announce(
  state: SessionState,
  kind: 'stream-started' | 'stream-changed' | 'stream-stopped',
  { id, spec, by, running, sent }: SentStream,
): void {
  tell(state, { kind, direction: 'sent', id, spec, by })
  sendText(state, { t: 'stream', id, spec, running, asked: by === 'peer', sent })
}

/** Told to whoever wished it. */
function refuse(
  state: SessionState,
  direction: StreamDirection,
  spec: StreamSpec | null,
  reason: StreamRefusal,
  by: 'us' | 'peer',
): void {
  if (by === 'peer') sendText(state, { t: 'stream-refused', spec, reason })
  else tell(state, { kind: 'stream-refused', direction, spec, reason })
}

/** The peer tells of a stream of its own. `isTold`: unless it does so over and over, the user is told. */
export function takeStreamText(
  state: SessionState,
  text: Extract<ControlText, { t: 'stream' }>,
  isTold: boolean,
): void {
  const known = state.streams.received.get(text.id)
  // Packets may have come before: then it is known, but its start has not been told.
  const isNew = known === undefined || !known.announced
  const stream = known ?? receivedStream(state, text.id)
  if (stream === undefined) return
  const wasRunning = stream.running
  const by = text.asked ? 'us' : 'peer'
  stream.told(text.spec, text.running, by, text.sent, state.nowMs)
  const broken = text.running ? null : brokenFrom(state, text.broken)
  if (wasRunning && broken !== null) stream.wasBroken(broken)
  if (!isTold) return
  const told = { direction: 'received', id: text.id, spec: stream.spec, by } as const
  if (isNew) tell(state, { kind: 'stream-started', ...told })
  else if (text.running) tell(state, { kind: 'stream-changed', ...told })
  if (!wasRunning || text.running) return
  if (broken === null) return tell(state, { kind: 'stream-stopped', ...told })
  tell(state, { kind: 'stream-broken', direction: 'received', id: text.id, spec: stream.spec, ...broken })
}

/** The peer names the path by our number of it. */
function brokenFrom(state: SessionState, broken: ToldBreak | undefined): StreamBreak | null {
  if (broken === undefined) return null
  const { pair, sentBps, lostPercent } = broken
  const known = pair === null ? undefined : pairById(state, pair)
  return { pairId: known?.id ?? null, label: known?.label ?? null, sentBps, lostPercent }
}

/** The peer's user wishes something of our streams. */
export function takeAsk(state: SessionState, ask: Extract<ControlText, { t: 'ask-stream' }>): void {
  if (ask.wish === 'stop') return stopOwn(state, ask.id, 'peer')
  if (ask.spec === null) return
  if (ask.wish === 'start') startOwn(state, ask.spec, 'peer')
  else changeOwn(state, ask.id, ask.spec, 'peer')
}

export function takeRefused(
  state: SessionState,
  { spec, reason }: Extract<ControlText, { t: 'stream-refused' }>,
): void {
  tell(state, { kind: 'stream-refused', direction: 'received', spec, reason })
}

/** The user wishes how long packets of a stream of the peer wait for those before them. */
export function setDeadline(state: SessionState, id: number, deadlineMs: number): void {
  const stream = state.streams.received.get(id)
  if (stream === undefined) return
  const wasMs = stream.deadlineMs
  stream.setDeadline(deadlineMs, state.nowMs)
  if (stream.deadlineMs === wasMs) return
  const { spec } = stream
  tell(state, {
    kind: 'stream-deadline',
    direction: 'received',
    id,
    spec,
    deadlineMs: stream.deadlineMs,
    wasMs,
  })
}

/** The record of a stream of the peer, made when first heard of; undefined when there are too many. */
export function receivedStream(state: SessionState, id: number): ReceivedStream | undefined {
  const { received, srtp } = state.streams
  const known = received.get(id)
  if (known !== undefined || srtp === null || received.size >= limits.streamsPerSession) return known
  const window = srtp.receiver.windowOf(ssrcOf(id))
  const stream = createReceivedStream(id, window, state.nowMs, state.settings.deadlinesMs)
  received.set(id, stream)
  return stream
}

/** Nothing of ours is sent any more; what each stream has sent, for the goodbye. */
export function endSending(state: SessionState): { readonly id: number; readonly sent: number }[] {
  for (const stream of state.streams.running) stream.stop('us', state.nowMs)
  state.streams.running = []
  state.streams.wanted = []
  return state.streams.sent.map(({ id, sent }) => ({ id, sent }))
}

/** The peer's streams have ended at these counts. */
export function takeFinalSent(
  state: SessionState,
  finals: readonly { readonly id: number; readonly sent: number }[],
): void {
  for (const { id, sent } of finals) {
    const stream = receivedStream(state, id)
    stream?.told(stream.spec, false, stream.by, sent, state.nowMs)
  }
}

/** Every packet that the peer said it sent is here. */
export function allStreamsHere(state: SessionState): boolean {
  for (const stream of state.streams.received.values()) if (!stream.complete) return false
  return true
}

export function settleStreams(state: SessionState): void {
  for (const stream of state.streams.received.values()) stream.settle(state.nowMs)
}

/** Tells the peer what came of its streams and how, of those of which something new is known. */
export function sendStreamCounts(state: SessionState): void {
  const { received, toldCounts } = state.streams
  const news = [...received.values()].flatMap((stream) => {
    const { nowMs } = state
    const told = { id: stream.id, ...stream.counts(nowMs), figures: stream.figures(nowMs) }
    // That no gap has ended since is no news.
    const said = JSON.stringify({ ...told, figures: { ...told.figures, deliveryGapIntervalMs: null } })
    if (toldCounts.get(stream.id) === said && told.figures.deliveryGapIntervalMs === null) return []
    toldCounts.set(stream.id, said)
    return [told]
  })
  if (news.length > 0) sendText(state, { t: 'stream-counts', streams: news })
}

export function takeStreamCounts(
  state: SessionState,
  text: Extract<ControlText, { t: 'stream-counts' }>,
): void {
  for (const { figures, ...counts } of text.streams)
    state.streams.sent[counts.id - 1]?.peerReport(counts, figures)
}

export function snapshotStreams(state: SessionState, takeIntervals: boolean): StreamSnapshot[] {
  const received = [...state.streams.received.values()].sort((a, b) => a.id - b.id)
  return [
    ...state.streams.sent.map((stream) => stream.snapshot(state.nowMs, takeIntervals)),
    ...received.map((stream) => stream.snapshot(state.nowMs, takeIntervals)),
  ]
}
