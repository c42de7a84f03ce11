import { expect, it } from 'vitest'
import { createFakeWorld, fakeEvents, fakeInterfaces, fakeLinks } from '../../../test/fake/world'
import type { EngineEvent } from '../../engine'
import type { SessionUpdate } from '../session'
import {
  countPaths,
  failureOf,
  foldUpdate,
  meaningOf,
  newSessionView,
  phaseOf,
  type SessionRole,
  type SessionView,
} from '.'

const started: SessionUpdate = {
  kind: 'started',
  wallMs: 1,
  appVersion: '1',
  os: 'x',
  interfaces: fakeInterfaces,
}
const described = (type: 'offer' | 'answer'): SessionUpdate => ({
  kind: 'local-description',
  text: { type, json: '{}', compact: 'c' },
})
const live = { links: fakeLinks, crossed: true }
const snapshotAt = (atMs: number, world = live): SessionUpdate => ({
  kind: 'snapshot',
  snapshot: createFakeWorld(world).snapshot(atMs),
})

function view(role: SessionRole, ...updates: SessionUpdate[]): SessionView {
  return updates.reduce((old, update) => foldUpdate(old, update, 5000), newSessionView('id', role, 'Title'))
}

it('walks an offerer from its start to its end', () => {
  const steps: [SessionUpdate, string][] = [
    [started, 'starting'],
    [described('offer'), 'offering'],
    [{ kind: 'paste-refused', problem: { kind: 'own', message: 'Your own.' } }, 'offering'],
    [{ kind: 'paste-accepted', type: 'answer' }, 'connecting'],
    [snapshotAt(5000), 'live'],
    [{ kind: 'ended', atMs: 6000, reason: 'done', detail: null }, 'ended'],
  ]
  let now = newSessionView('id', 'offerer', 'Title')
  for (const [update, phase] of steps) {
    now = foldUpdate(now, update, 5000)
    expect(phaseOf(now), update.kind).toBe(phase)
  }
  expect(now.refused).toBeNull()
  expect(now.acceptedAtMs).toBe(5000)
})

it('keeps an answerer on its answer until the channel opens, whatever the pairs do', () => {
  expect(phaseOf(view('answerer', started))).toBe('awaiting-offer')
  expect(phaseOf(view('answerer', started, { kind: 'paste-accepted', type: 'offer' }))).toBe('starting')
  const answered = [started, { kind: 'paste-accepted', type: 'offer' } as const, described('answer')]
  expect(phaseOf(view('answerer', ...answered, snapshotAt(200)))).toBe('answering')
  expect(phaseOf(view('answerer', ...answered, snapshotAt(5000)))).toBe('live')
})

it('stays a live session when the channel closes again', () => {
  const opened = view('loopback', started, snapshotAt(5000))
  const snapshot = { ...createFakeWorld(live).snapshot(6000), channel: 'closed' as const }
  expect(phaseOf(foldUpdate(opened, { kind: 'snapshot', snapshot }, 0))).toBe('live')
})

const pairState = (
  atMs: number,
  pairId: number,
  to: 'up' | 'down',
  from: 'checking' | 'up' | 'down',
): SessionUpdate => ({
  kind: 'event',
  event: { atMs, kind: 'pair-state', pairId, label: `pair ${pairId}`, from, to, afterMs: 170 },
})

it('tells pairs that come up together as one line, and later ones as another', () => {
  const { events } = view(
    'offerer',
    pairState(100, 1, 'up', 'checking'),
    pairState(300, 2, 'up', 'checking'),
    { kind: 'event', event: { atMs: 310, kind: 'ice-state', state: 'connected' } },
    pairState(400, 3, 'up', 'checking'),
    pairState(9000, 4, 'up', 'checking'),
  )
  expect(events.map((line) => line.text)).toEqual(['3 pairs up.', 'ICE: connected.', 'pair 4: up.'])
  expect(events[0]?.pairIds).toEqual([1, 2, 3])
})

it('gives each return of a pair its own line and its mark, since each one is news', () => {
  const { events } = view(
    'offerer',
    pairState(5000, 1, 'down', 'up'),
    pairState(5500, 1, 'up', 'down'),
    pairState(5600, 2, 'up', 'down'),
  )
  expect(events.map((line) => [line.health, line.marked])).toEqual([
    ['bad', true],
    ['good', true],
    ['good', true],
  ])
})

it('keeps a bounded number of lines, the newest', () => {
  const many = Array.from({ length: 1000 }, (_, at): SessionUpdate => {
    const event: EngineEvent = { atMs: at, kind: 'limit', limit: `limit ${at}`, detail: 'x' }
    return { kind: 'event', event }
  })
  const { events } = view('offerer', ...many)
  expect(events.length).toBe(400)
  expect(events[events.length - 1]?.text).toContain('limit 999')
})

it('counts paths apart from pairs that are only kept alive, checking or without reply', () => {
  const snapshot = createFakeWorld({ ...live, outage: { pairId: 1, fromMs: 20_000, toMs: 60_000 } })
  snapshot.snapshot(10_000)
  expect(countPaths(snapshot.snapshot(25_000))).toMatchObject({
    paths: 4,
    up: 3,
    down: 1,
    noReply: 1,
    all: 16,
  })
})

it('says what is down, what losing a path costs, and who is first, each with its number', () => {
  const world = createFakeWorld({ ...live, outage: { pairId: 1, fromMs: 20_000, toMs: 60_000 } })
  for (let atMs = 200; atMs < 25_000; atMs += 200) world.snapshot(atMs)
  const sentences = meaningOf(world.snapshot(25_000), true)
  const said = sentences.map((sentence) =>
    sentence.parts.map((part) => (part.kind === 'pair' ? part.label : part.text)).join(''),
  )
  expect(said[0]).toBe('eth0 → enp3s0 has been down for 5.0 s.')
  expect(said.join(' ')).toMatch(/Every packet goes over 3 live paths/)
  expect(said.join(' ')).toMatch(/is first \d+ % of the time \(n = /)
  expect(said[said.length - 1]).toMatch(/emulated/)
})

it('counts the paths of streams, which may be fewer, while any is sent', () => {
  const world = createFakeWorld(live)
  world.streams.start('sent', { kind: 'voice' }, 'us', 5000)
  const snapshot = world.snapshot(10_000)
  const said = (running: boolean): string => {
    const pairs = snapshot.pairs.map((pair, at) => ({ ...pair, carryingStreams: at < 2 }))
    const streams = snapshot.streams.map((stream) => ({ ...stream, running }))
    expect(streams).toHaveLength(1)
    const sentences = meaningOf({ ...snapshot, pairs, streams }, false)
    return sentences.flatMap(({ parts }) => parts.map((part) => ('text' in part ? part.text : ''))).join(' ')
  }
  expect(said(false)).toMatch(/Every packet goes over 4 live paths/)
  expect(said(true)).toMatch(/Every packet goes over 2 live paths/)
})

it('warns when all carrying paths share an interface, instead of promising that any may fail', () => {
  const snapshot = createFakeWorld(live).snapshot(5000)
  const oneLink = {
    ...snapshot,
    pairs: snapshot.pairs.map((pair) => ({ ...pair, local: { ...pair.local, interfaceName: 'eth0' } })),
  }
  const [first] = meaningOf(oneLink, false)
  expect(first?.id).toBe('shared')
  expect(first?.tone).toBe('warn')
})

it('tells a firewall from a wrong address by what arrived', () => {
  const world = { ...live, neverUp: true }
  const ended: SessionUpdate = { kind: 'ended', atMs: 62_000, reason: 'not-connected', detail: null }
  const silent = failureOf(view('offerer', started, snapshotAt(61_000, world), ended))
  expect(silent?.tried).toMatch(/16 pairs, \d+\D?\d+ checks sent, 0 answered, in 1 min 2 s/)
  const snapshot = createFakeWorld(world).snapshot(61_000)
  const heard = {
    ...snapshot,
    pairs: snapshot.pairs.map((pair) => ({ ...pair, stun: { ...pair.stun, requestsReceived: 3 } })),
  }
  const oneWay = failureOf(view('offerer', started, { kind: 'snapshot', snapshot: heard }, ended))
  expect(oneWay?.cause).toMatch(/one direction/)
  expect(oneWay?.cause).not.toBe(silent?.cause)
})

it('has a story for every end but a good one', () => {
  for (const reason of ['not-connected', 'proof-failed', 'peer-gone', 'failed'] as const) {
    const story = failureOf(view('offerer', started, { kind: 'ended', atMs: 1000, reason, detail: null }))
    expect(story?.advice.length, reason).toBeGreaterThan(0)
  }
  expect(failureOf(view('offerer', { kind: 'ended', atMs: 1, reason: 'done', detail: null }))).toBeNull()
  expect(fakeEvents(live, 0)).toEqual([])
})

it('keeps what was warned of, and knows whether the recording grows', () => {
  const warned = (kind: string, message: string): SessionUpdate => ({
    kind: 'warning',
    atMs: 1,
    warning: { kind, message },
  })
  const full = view(
    'offerer',
    started,
    warned('stun-url', 'No such server.'),
    warned('recording-failed', 'Full.'),
  )
  expect(full.warnings).toEqual(['No such server.', 'Full.'])
  expect(full.recordingProblem).toBe('Full.')
  expect(foldUpdate(full, warned('recording-resumed', 'Again.'), 0).recordingProblem).toBeNull()
  const many = view('offerer', ...Array.from({ length: 50 }, (_, at) => warned('stall', `${at}`)))
  expect(many.warnings.length).toBeLessThan(20)
  expect(many.warnings.at(-1)).toBe('49')
})

it('says for how long nothing came when all is down, and counts no message of which nobody knows', () => {
  const snapshot = createFakeWorld(live).snapshot(60_000)
  const pairs = snapshot.pairs.map((pair) => ({
    ...pair,
    state: 'down' as const,
    carrying: false,
    stateSinceMs: 20_000,
  }))
  const messages = snapshot.messages.map((stream) => ({ ...stream, sent: 200, received: 120, missing: 0 }))
  const said = (of: typeof snapshot): string =>
    meaningOf(of, false)
      .flatMap((sentence) => sentence.parts)
      .map((part) => (part.kind === 'pair' ? part.label : part.text))
      .join(' ')
  expect(said({ ...snapshot, pairs, messages })).toMatch(/Nothing has come from the other side for 40 s/)
  expect(said({ ...snapshot, pairs, messages })).toMatch(/No message is missing, .*n = 240/)
  const excluded = snapshot.pairs.map((pair) => ({ ...pair, carrying: false, included: false }))
  expect(said({ ...snapshot, pairs: excluded })).toMatch(/taken out/)
})

it('knows when the channel opened from its event, for a window that was loaded anew long after', () => {
  const opened: EngineEvent = { kind: 'channel-state', state: 'open', atMs: 1200 }
  const anew = view('offerer', started, { kind: 'event', event: opened }, snapshotAt(90_000))
  expect(anew.openedAtMs).toBe(1200)
})

it('tells beside the streams what went wrong with them, and marks in the graphs what changes their lines', () => {
  const spec = { kind: 'voice' } as const
  const events: EngineEvent[] = [
    { atMs: 1, kind: 'stream-started', direction: 'sent', id: 1, spec, by: 'us' },
    { atMs: 2, kind: 'stream-refused', direction: 'sent', spec, reason: 'too-many' },
    {
      atMs: 3,
      kind: 'stream-broken',
      direction: 'sent',
      id: 1,
      spec,
      pairId: 1,
      label: 'eth0 → enp3s0',
      sentBps: 9e6,
      lostPercent: 50,
    },
    {
      atMs: 5,
      kind: 'stream-path-rests',
      direction: 'sent',
      id: 2,
      spec,
      pairId: 1,
      label: 'eth0 → enp3s0',
      sentBps: 9e6,
      lostPercent: 50,
      restMs: 10_000,
    },
    {
      atMs: 6,
      kind: 'stream-path-tried',
      direction: 'sent',
      id: 2,
      spec,
      pairId: 1,
      label: 'eth0 → enp3s0',
    },
    { atMs: 7, kind: 'limit', limit: 'pairs', detail: 'x' },
    { atMs: 8, kind: 'switch', fromId: 1, fromLabel: 'a', toId: 2, toLabel: 'b', reason: 'suspect' },
  ]
  const updates = events.map((event): SessionUpdate => ({ kind: 'event', event }))
  const { events: lines } = view('offerer', ...updates)
  expect(lines.filter((line) => line.onStreams).map((line) => line.atMs)).toEqual([2, 3, 5])
  expect(lines.filter((line) => line.marked).map((line) => line.atMs)).toEqual([3, 5, 8])
})
