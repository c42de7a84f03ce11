/** What is told while a session runs: its events, and a digest in the asked interval. */
import type { SessionRequest, SessionUpdate } from '../shared/session'
import { eventSentence } from '../shared/words'
import { digestText, type Snapshot } from './digest'
import type { SessionOptions } from './options'
import { createServerLines } from './server-lines'
import type { OutputText } from './surroundings'
import { plainWidth } from './table'
import type { Voice } from './voice'

type Event = Extract<SessionUpdate, { readonly kind: 'event' }>['event']

export interface LiveLines {
  event(event: Event): void
  snapshot(snapshot: Snapshot): void
  /** A digest of the last snapshot, unless one was just printed. */
  lastDigest(): void
}

/** After so long the last digest no longer stands for the end, ms. */
const freshDigestMs = 1000

export function createLiveLines(
  { statsSeconds, explain }: SessionOptions,
  { settings }: SessionRequest,
  stderr: OutputText,
  voice: Voice,
): LiveLines {
  const serverLines = createServerLines()
  const intervalMs = statsSeconds * 1000
  let nextMs = 0
  let last: Snapshot | undefined
  let printedMs = -1

  const print = (snapshot: Snapshot): void => {
    printedMs = snapshot.atMs
    voice.tell('digest', { snapshot })
    stderr.write(digestText(snapshot, stderr.columns() ?? plainWidth, explain))
  }
  return {
    event(event) {
      const { text } = eventSentence(event)
      voice.tell('event', { event, text })
      if (isSpoken(event)) voice.say(text)
    },
    snapshot(snapshot) {
      for (const line of serverLines(snapshot.servers)) voice.say(line)
      last = snapshot
      const isLive = snapshot.channel === 'open' || snapshot.pairs.some(({ state }) => state === 'up')
      if (!isLive) return
      if (nextMs === 0) nextMs = snapshot.atMs + intervalMs
      // Snapshots come a little early or late: half of one's interval is near enough.
      if (snapshot.atMs + settings.snapshotIntervalMs / 2 < nextMs) return
      while (nextMs <= snapshot.atMs + settings.snapshotIntervalMs) nextMs += intervalMs
      print(snapshot)
    },
    lastDigest() {
      if (last !== undefined && last.channel !== 'new' && last.atMs > printedMs + freshDigestMs) print(last)
    },
  }
}

function isSpoken(event: Event): boolean {
  // A wrong link is warned of as well.
  if (event.kind === 'egress') return event.verified
  if (event.kind === 'pair-state') return event.to === 'up' || event.to === 'down' || event.to === 'closed'
  return spoken.has(event.kind)
}

/** Events worth a line while the session runs; all of them are in the report. */
const spoken: ReadonlySet<string> = new Set([
  'ice-state',
  'channel-state',
  'pair-included',
  'pair-pinned',
  'pair-capped',
  'pairs-ordered',
  'role-conflict',
  'mode',
  'use',
  'stream-started',
  'stream-changed',
  'stream-stopped',
  'stream-broken',
  'stream-path-rests',
  'stream-path-tried',
  'stream-path-returns',
  'stream-refused',
  'peer',
  'stun-failed',
  'relay-opened',
  'relay-failed',
  'relay-refused',
  'socket-opened',
  'socket-closed',
  'link',
  'name',
  'limit',
  'finishing',
  'ended',
])
