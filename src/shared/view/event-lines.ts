/** Engine events as lines a person reads. Events of one kind that come together become one line. */
import type { EngineEvent } from '../../engine'

/** Health of what happened; `plain` says nothing about health. */
export type Tone = 'ok' | 'warn' | 'bad' | 'plain'

export interface EventLine {
  readonly atMs: number
  readonly tone: Tone
  readonly text: string
  /** Lines of the same group within `togetherMs` are told as one. */
  readonly group: string | null
  readonly count: number
  readonly pairIds: readonly number[]
}

const togetherMs = 1500

/** Adds what `event` says to the lines, newest last, keeping at most `limit`. */
export function foldEvent(
  lines: readonly EventLine[],
  event: EngineEvent,
  limit: number,
): readonly EventLine[] {
  const line = lineOf(event)
  if (line === null) return lines
  const at = lastJoining(lines, line)
  const old = lines[at]
  if (old === undefined) return [...lines.slice(-(limit - 1)), finished(line, line.text, 1, line.pairIds)]
  const joined = finished(line, line.many?.(old.count + 1) ?? line.text, old.count + 1, [
    ...old.pairIds,
    ...line.pairIds,
  ])
  return lines.map((each, index) => (index === at ? { ...joined, atMs: old.atMs } : each))
}

/** Index of the newest line that takes `line` in, else -1. */
function lastJoining(lines: readonly EventLine[], line: EventLine): number {
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const old = lines[at]
    if (old === undefined || line.atMs - old.atMs > togetherMs) return -1
    if (mayJoin(old, line)) return at
  }
  return -1
}

function finished(line: Draft, text: string, count: number, pairIds: readonly number[]): EventLine {
  return { atMs: line.atMs, tone: line.tone, text, group: line.group, count, pairIds }
}

interface Draft extends EventLine {
  readonly many?: (count: number) => string
}

function mayJoin(old: EventLine, line: EventLine): boolean {
  return old.group !== null && old.group === line.group && line.atMs - old.atMs <= togetherMs
}

function plain(event: EngineEvent, text: string, tone: Tone = 'plain'): Draft {
  return { atMs: event.atMs, tone, text, group: null, count: 1, pairIds: [] }
}

function grouped(
  event: EngineEvent & { pairId: number },
  group: string,
  tone: Tone,
  text: string,
  many: (n: number) => string,
): Draft {
  return { atMs: event.atMs, tone, text, group, count: 1, pairIds: [event.pairId], many }
}

function lineOf(event: EngineEvent): Draft | null {
  switch (event.kind) {
    case 'pair-state':
      return pairStateLine(event)
    case 'pair-added':
      return grouped(
        event,
        'added',
        'plain',
        `${event.label} found, being checked`,
        (n) => `${n} pairs found, being checked`,
      )
    case 'pair-included':
      return plain(
        event,
        event.included ? `${event.label} included again` : `${event.label} taken out by you`,
      )
    case 'nomination-attempted':
      return grouped(
        event,
        'nominate',
        'plain',
        `Nomination tried on ${event.label}, to see it refused`,
        (n) => `Nomination tried on ${n} pairs, to see it refused`,
      )
    case 'nomination-outcome':
      return event.outcome === 'refused'
        ? grouped(
            event,
            'refused',
            'ok',
            `Peer refused to nominate ${event.label}, as meant`,
            (n) => `Peer refused ${n} nominations, as meant`,
          )
        : plain(event, `${event.label} was nominated by the peer`, 'warn')
    case 'nomination-refused-by-us':
      return grouped(
        event,
        'refused-by-us',
        'ok',
        `Refused to nominate ${event.label}, as meant`,
        (n) => `Refused ${n} nominations, as meant`,
      )
    case 'mode':
      return plain(event, `Mode changed to ${event.mode} by ${who(event.by)}`)
    case 'use':
      return plain(event, `Pairs in use changed to ${event.use} by ${who(event.by)}`)
    default:
      return sessionLine(event)
  }
}

function sessionLine(event: EngineEvent): Draft | null {
  switch (event.kind) {
    case 'ice-state':
      return iceLine(event)
    case 'dtls-state':
      if (event.state === 'connected') return plain(event, 'Peer proved who it is', 'ok')
      return event.state === 'failed'
        ? plain(event, `Encryption failed${because(event.detail)}`, 'bad')
        : null
    case 'channel-state':
      return event.state === 'open' ? plain(event, 'Data channel open, messages flow', 'ok') : null
    case 'peer':
      return event.peer.kind === 'unknown'
        ? null
        : plain(event, peerText(event.peer.kind, event.peer.appVersion))
    case 'stun-failed':
      return plain(
        event,
        `STUN server ${event.server} did not answer on ${event.interfaceName}: ${event.detail}`,
        'warn',
      )
    case 'socket-closed':
      return plain(event, `${event.interfaceName} is gone: ${event.detail}`, 'bad')
    case 'limit':
      return plain(event, `Limit reached (${event.limit}): ${event.detail}`, 'warn')
    case 'dropping':
      return plain(
        event,
        `Dropping arrivals, ${event.reason.replace('-', ' ')} (${event.total} so far)`,
        'warn',
      )
    case 'role-conflict':
      return plain(event, `Both sides claimed one role; now ${event.nowRole}`)
    case 'finishing':
      return plain(event, `Finishing, asked by ${who(event.by)}`)
    case 'ended':
      return plain(
        event,
        event.reason === 'done'
          ? 'Ended in good order'
          : `Ended: ${event.reason.replace('-', ' ')}${because(event.detail)}`,
        event.reason === 'done' ? 'plain' : 'bad',
      )
    default:
      return null
  }
}

function pairStateLine(event: EngineEvent & { kind: 'pair-state' }): Draft | null {
  const { label, afterMs } = event
  if (event.to === 'up') {
    if (event.from === 'down') return plain(event, `${label} back after ${span(afterMs)}`, 'ok')
    return grouped(event, 'up', 'ok', `${label} up`, (n) => `${n} pairs up`)
  }
  if (event.to === 'down')
    return grouped(
      event,
      'down',
      'bad',
      `${label} down, no reply for ${span(afterMs)}`,
      (n) => `${n} pairs down, no reply`,
    )
  if (event.to === 'no-reply')
    return grouped(
      event,
      'no-reply',
      'plain',
      `${label}: no reply so far, still tried`,
      (n) => `${n} pairs: no reply so far, still tried`,
    )
  if (event.to === 'closed')
    return grouped(
      event,
      'closed',
      'bad',
      `${label} closed with its socket`,
      (n) => `${n} pairs closed with their socket`,
    )
  return null
}

function iceLine(event: EngineEvent & { kind: 'ice-state' }): Draft | null {
  if (event.state === 'disconnected') return plain(event, 'No pair answers', 'bad')
  if (event.state === 'connected') return plain(event, 'Pairs answer', 'ok')
  return event.state === 'failed' ? plain(event, 'No pair worked', 'bad') : null
}

function peerText(kind: 'pathscope' | 'stock', version: string | null): string {
  return kind === 'pathscope'
    ? `Peer is a Pathscope${version === null ? '' : ` ${version}`}`
    : 'Peer is another WebRTC program: loss per direction cannot be measured'
}

const who = (by: 'us' | 'peer'): string => (by === 'us' ? 'you' : 'the peer')

const because = (detail: string | null): string => (detail === null ? '' : `: ${detail}`)

function span(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  return ms < 100_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`
}
