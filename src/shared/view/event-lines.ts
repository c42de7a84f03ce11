/** Events as the lines of a list. Events of one kind that come together become one line. */
import type { EngineEvent } from '../../engine'
import { eventSentence, type Health } from '../words'

export interface EventLine {
  readonly atMs: number
  readonly health: Health
  readonly text: string
  /** Lines of the same group within `togetherMs` are told as one. */
  readonly group: string | null
  readonly count: number
  readonly pairIds: readonly number[]
  /** Whether it is worth a mark in the graphs: it changes what the lines show. */
  readonly marked: boolean
  /** A warning about a test stream, which stands beside the streams as well: refused, stopped by the breaker, or a path rests. */
  readonly onStreams: boolean
}

const togetherMs = 1500

/** What a group of events says when there are several. */
const many: Readonly<Record<string, (count: number) => string>> = {
  'pair-added': (n) => `${n} pairs found.`,
  'pair-up': (n) => `${n} pairs up.`,
  'pair-down': (n) => `${n} pairs down, no reply.`,
  'pair-no-reply': (n) => `${n} pairs: no reply so far; still tried slowly.`,
  'pair-closed': (n) => `${n} pairs closed.`,
  'egress-verified': (n) => `${n} pairs: packets leave by the interface that is named, seen by its counters.`,
  'nomination-attempted': (n) => `Tried to nominate ${n} pairs, which a Pathscope refuses.`,
  'nomination-refused': (n) => `${n} nominations refused by the peer: the pairs stay some of many.`,
  'nomination-refused-by-us': (n) => `Refused ${n} nominations, so that all pairs stay active.`,
}

/** Adds what `event` says to the lines, newest last, keeping at most `limit`. */
export function foldEvent(
  lines: readonly EventLine[],
  event: EngineEvent,
  limit: number,
): readonly EventLine[] {
  const group = groupOf(event)
  if (group === 'untold') return lines
  const at = lastJoining(lines, group, event.atMs)
  const old = lines[at]
  const sentence = eventSentence(event)
  const pairIds = 'pairId' in event && event.pairId !== null ? [event.pairId] : []
  if (old === undefined) {
    const line = {
      atMs: event.atMs,
      health: sentence.health,
      text: sentence.text,
      group,
      count: 1,
      pairIds,
      marked: isMarked(event),
      onStreams: event.kind.startsWith('stream-') && sentence.health !== 'none',
    }
    return [...lines.slice(-(limit - 1)), line]
  }
  const count = old.count + 1
  const text = many[group ?? '']?.(count) ?? sentence.text
  const joined: EventLine = { ...old, text, count, pairIds: [...old.pairIds, ...pairIds] }
  return lines.map((line, index) => (index === at ? joined : line))
}

function isMarked(event: EngineEvent): boolean {
  if (event.kind === 'pair-state')
    return event.to === 'down' || event.to === 'closed' || event.from === 'down'
  return (
    event.kind === 'pair-included' ||
    event.kind === 'switch' ||
    event.kind === 'stream-broken' ||
    event.kind === 'stream-path-rests' ||
    event.kind === 'stream-path-returns' ||
    ((event.kind === 'mode' || event.kind === 'use') && event.atMs > 3000)
  )
}

/** Index of the newest line that takes an event of `group` in, else -1. */
function lastJoining(lines: readonly EventLine[], group: string | null, atMs: number): number {
  for (let at = lines.length - 1; at >= 0 && group !== null; at -= 1) {
    const old = lines[at]
    if (old === undefined || atMs - old.atMs > togetherMs) return -1
    if (old.group === group) return at
  }
  return -1
}

/** The group an event is told in; null = a line of its own, `untold` = of no interest to a person in a list. */
function groupOf(event: EngineEvent): string | null {
  switch (event.kind) {
    case 'pair-added':
    case 'nomination-attempted':
    case 'nomination-refused-by-us':
      return event.kind
    case 'nomination-outcome':
      return event.outcome === 'refused' ? 'nomination-refused' : null
    case 'pair-state':
      if (event.to === 'waiting' || event.to === 'checking') return 'untold'
      return event.to === 'up' && event.from === 'down' ? null : `pair-${event.to}`
    case 'gathering-state':
      return event.state === 'complete' ? null : 'untold'
    case 'ice-state':
      return event.state === 'new' || event.state === 'closed' ? 'untold' : null
    case 'dtls-state':
      return event.state === 'connected' || event.state === 'failed' ? null : 'untold'
    case 'channel-state':
      return event.state === 'open' ? null : 'untold'
    case 'egress':
      // A wrong link is also a warning, which is a line of its own.
      return event.verified ? 'egress-verified' : 'untold'
    case 'peer':
      return event.peer.kind === 'unknown' ? 'untold' : null
    default:
      return null
  }
}
