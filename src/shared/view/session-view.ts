/** What the window knows of a session: the updates folded into plain data. */
import type { EndReason, EngineEvent, EngineSnapshot, Mode } from '../../engine'
import type { DescriptionText, InterfaceInfo, PasteProblem, SessionUpdate, SessionWarning } from '../session'
import { type EventLine, foldEvent } from './event-lines'

export type SessionRole = 'offerer' | 'answerer' | 'loopback'

/** Event lines kept; older ones stay in the recording. */
export const eventLinesLimit = 400

/** Warnings shown while there is no live view; all of them are event lines, too. */
const warningsLimit = 8

export interface SessionView {
  readonly id: string
  readonly role: SessionRole
  readonly title: string
  /** Wall clock at engine time 0; null until the worker has started. */
  readonly wallMs: number | null
  readonly interfaces: readonly InterfaceInfo[]
  readonly local: DescriptionText | null
  /** What was pasted and taken. */
  readonly accepted: 'offer' | 'answer' | null
  /** Wall clock of the last accepted text, as the window saw it. */
  readonly acceptedAtMs: number | null
  /** Why the last pasted text was refused; null after one was accepted. */
  readonly refused: PasteProblem | null
  readonly snapshot: EngineSnapshot | null
  /** Whether the channel was ever open: from then on it is a live session, whatever happens. */
  readonly wasOpen: boolean
  /** Engine time at which the channel opened. */
  readonly openedAtMs: number | null
  /** How the peer spreads what it sends; null until it has said so. Each direction has its own mode. */
  readonly peerMode: Mode | null
  /** What was warned of, newest last: a STUN server that is not used, an interface without an address. */
  readonly warnings: readonly string[]
  /** Why the recording has stopped growing; null while it is written. */
  readonly recordingProblem: string | null
  /** Newest last, at most `eventLinesLimit`. */
  readonly events: readonly EventLine[]
  readonly ended: { readonly atMs: number; readonly reason: EndReason; readonly detail: string | null } | null
}

/**
 * `starting`: sockets open, candidates are gathered. `offering`: our offer is there, the answer is not.
 * `awaiting-offer`: an answerer without an offer. `answering`: our answer is there and nothing is connected yet.
 * `connecting`: both descriptions are there and no answer has to be handed over.
 */
export type Phase = 'starting' | 'offering' | 'awaiting-offer' | 'answering' | 'connecting' | 'live' | 'ended'

export function newSessionView(id: string, role: SessionRole, title: string): SessionView {
  return {
    id,
    role,
    title,
    wallMs: null,
    interfaces: [],
    local: null,
    accepted: null,
    acceptedAtMs: null,
    refused: null,
    snapshot: null,
    wasOpen: false,
    openedAtMs: null,
    peerMode: null,
    warnings: [],
    recordingProblem: null,
    events: [],
    ended: null,
  }
}

/** `nowMs` is the wall clock of the window, for waiting times only. */
export function foldUpdate(view: SessionView, update: SessionUpdate, nowMs: number): SessionView {
  switch (update.kind) {
    case 'started':
      return { ...view, wallMs: update.wallMs, interfaces: update.interfaces }
    case 'local-description':
      return { ...view, local: update.text }
    case 'paste-accepted':
      return { ...view, accepted: update.type, acceptedAtMs: nowMs, refused: null }
    case 'paste-refused':
      return { ...view, refused: update.problem }
    case 'event':
      return {
        ...view,
        peerMode: peerModeAfter(view.peerMode, update.event),
        // A window that is loaded anew gets all events, but of the snapshots only the last.
        openedAtMs: openedAfter(view.openedAtMs, update.event),
        events: foldEvent(view.events, update.event, eventLinesLimit),
      }
    case 'warning':
      return withWarning(view, update.atMs, update.warning)
    case 'snapshot':
      return withSnapshot(view, update.snapshot)
    case 'ended':
      return { ...view, ended: { atMs: update.atMs, reason: update.reason, detail: update.detail } }
  }
}

function openedAfter(openedAtMs: number | null, event: EngineEvent): number | null {
  if (openedAtMs !== null || event.kind !== 'channel-state' || event.state !== 'open') return openedAtMs
  return event.atMs
}

function withWarning(view: SessionView, atMs: number, { kind, message }: SessionWarning): SessionView {
  const line = { atMs, text: message, group: null, count: 1, pairIds: [], marked: false, onStreams: false }
  return {
    ...view,
    warnings: [...view.warnings.slice(1 - warningsLimit), message],
    recordingProblem: recordingProblemAfter(view.recordingProblem, kind, message),
    events: [...view.events.slice(1 - eventLinesLimit), { ...line, health: 'warn' }],
  }
}

function recordingProblemAfter(problem: string | null, kind: string, message: string): string | null {
  if (kind === 'recording-failed') return message
  return kind === 'recording-resumed' ? null : problem
}

function peerModeAfter(mode: Mode | null, event: EngineEvent): Mode | null {
  return event.kind === 'mode' && event.direction === 'received' ? event.mode : mode
}

function withSnapshot(view: SessionView, snapshot: EngineSnapshot): SessionView {
  const opens = !view.wasOpen && snapshot.channel === 'open'
  return {
    ...view,
    snapshot,
    wasOpen: view.wasOpen || opens,
    openedAtMs: opens ? (view.openedAtMs ?? snapshot.atMs) : view.openedAtMs,
  }
}

export function phaseOf(view: SessionView): Phase {
  if (view.ended !== null) return 'ended'
  if (view.wasOpen) return 'live'
  if (view.role === 'loopback') return 'starting'
  if (view.role === 'answerer') {
    if (view.accepted === null) return 'awaiting-offer'
    return view.local === null ? 'starting' : 'answering'
  }
  if (view.accepted !== null) return 'connecting'
  return view.local === null ? 'starting' : 'offering'
}
