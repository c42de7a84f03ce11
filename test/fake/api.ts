/** The window's API without a main process: the same types, made-up answers. */
import type { EngineCommand, EngineEvent, EngineSnapshot, GatheringServer } from '../../src/engine'
import {
  defaultAppSettings,
  ok,
  type PathscopeApi,
  type PushPayload,
  type SessionInfo,
  type Settings,
} from '../../src/shared/ipc'
import type { SessionUpdate } from '../../src/shared/session'
import {
  createFakeWorld,
  fakeEvents,
  fakeInterfaces,
  type FakeLink,
  fakeLinks,
  type FakeWorld,
  type FakeWorldOptions,
} from './world'

export type Scenario =
  | 'start'
  | 'offering'
  | 'answering'
  | 'connecting'
  | 'live'
  | 'many'
  | 'loopback'
  | 'failed'
  | 'ended'
  | 'gone'
  /** Three test streams; one that was stopped by the breaker. */
  | 'streams'
  | 'broken'
  /** Every path is silent. */
  | 'waiting'
  /** 18 paths carry, with streams. */
  | 'paths'
  /** Long names and addresses, datagrams lost unread, a stream that the peer stopped, a NAT that mapped anew. */
  | 'long'
  /** STUN and TURN servers are asked. */
  | 'gathering'

const stepMs = 200
const startedMs = Date.UTC(2026, 10, 22, 13, 59, 39)

const started: SessionUpdate = {
  kind: 'started',
  wallMs: startedMs,
  appVersion: '0.1.0',
  os: 'Linux 6.1',
  interfaces: fakeInterfaces,
}

const text = 'q1ZKrUjMLchJVbJSMlTSUSrOTFGyMjQw0FFKzs8tSi0uVrKK'.repeat(18)

const description = (type: 'offer' | 'answer'): SessionUpdate => ({
  kind: 'local-description',
  text: {
    type,
    compact: `pathscope-${type}:${text}:x7Gh2Kp9`,
    json: JSON.stringify({
      type,
      sdp: `v=0\r\no=- 46117 2 IN IP4 127.0.0.1\r\ns=-\r\n${'a=candidate:1 1 udp 2122260223 203.0.113.7 50121 typ host\r\n'.repeat(12)}`,
    }),
  },
})

const spareLinks: readonly FakeLink[] = ['usb0', 'eth2'].map((name, at) => ({
  name,
  kind: 'ethernet',
  address: `192.0.2.${70 + at}`,
  rttMs: 30 + 12 * at,
  jitterMs: 1,
  lossPercent: 0.1,
}))

const longLinks: readonly FakeLink[] = [
  {
    name: 'Ethernet 3 (Realtek USB GbE Family Controller)',
    kind: 'ethernet',
    address: 'fe80::a00:27ff:fe4e:66a1',
    rttMs: 20,
    jitterMs: 0.6,
    lossPercent: 0,
    peerName: 'enx00e04c680a2f fe80::2e0:4cff:fe68:a2f',
  },
  {
    name: 'vEthernet (Default Switch)',
    kind: 'virtual',
    address: '2001:db8:85a3:1234:5678:8a2e:370:7334',
    rttMs: 41,
    jitterMs: 4,
    lossPercent: 0.5,
    peerName: '2001:db8:1:2:3:4:5:6789',
  },
  {
    name: 'wwan0',
    kind: 'cellular',
    address: '192.0.2.44',
    rttMs: 1398,
    jitterMs: 90,
    lossPercent: 11,
    peerName: '203.0.113.200',
  },
]

function gatheringSnapshot(world: FakeWorld): EngineSnapshot {
  const asked = { url: 'turn:relay.example.net:3478?transport=udp', address: null, code: null, detail: null }
  const servers: readonly GatheringServer[] = [
    {
      ...asked,
      interfaceName: 'eth0',
      from: '203.0.113.7',
      state: 'answered',
      address: '198.51.100.9:61022',
      elapsedMs: 84,
    },
    { ...asked, interfaceName: 'wlan0', from: '198.51.100.20', state: 'waiting', elapsedMs: 2000 },
    {
      ...asked,
      interfaceName: 'wwan0',
      from: '192.0.2.44',
      state: 'failed',
      elapsedMs: 130,
      code: 401,
      detail: 'The user or the password is not taken.',
    },
  ]
  return { ...world.snapshot(200), pairs: [], gathering: 'gathering', ice: 'new', servers }
}

function worldOf(scenario: Scenario): FakeWorldOptions {
  if (scenario === 'many') return { links: fakeLinks, crossed: true, copies: 20 }
  if (scenario === 'failed' || scenario === 'connecting')
    return { links: fakeLinks, crossed: true, neverUp: true }
  if (scenario === 'waiting') return { links: fakeLinks, crossed: true, silentFromMs: 240_000 }
  if (scenario === 'paths') return { links: [...fakeLinks, ...spareLinks], crossed: true, carried: 18 }
  if (scenario === 'streams' || scenario === 'broken') return { links: fakeLinks, crossed: true }
  if (scenario === 'long')
    return {
      links: longLinks,
      crossed: true,
      unread: 41_234,
      outage: { pairId: 5, fromMs: 220_000, toMs: 246_000 },
    }
  if (scenario === 'loopback') return { links: fakeLinks.slice(0, 3), crossed: true }
  return {
    links: fakeLinks,
    crossed: true,
    outage: { pairId: 1, fromMs: 230_000, toMs: scenario === 'ended' ? 238_000 : 400_000 },
  }
}

/** The updates of a session up to where the scenario begins, and how long it has run by then. */
function past(
  scenario: Scenario,
  world: ReturnType<typeof createFakeWorld>,
): { updates: SessionUpdate[]; atMs: number } {
  const snapshots = (ms: number): SessionUpdate[] =>
    Array.from({ length: ms / stepMs }, (_, at) => ({
      kind: 'snapshot',
      snapshot: world.snapshot((at + 1) * stepMs),
    }))
  const live = (ms: number): SessionUpdate[] => [
    started,
    description('offer'),
    { kind: 'paste-accepted', type: 'answer' },
    ...streamEvents(scenario, world),
    ...snapshots(ms),
    ...fakeEvents(worldOf(scenario), ms),
  ]
  switch (scenario) {
    case 'start':
      return { updates: [], atMs: 0 }
    case 'offering':
      return { updates: [started, description('offer')], atMs: 0 }
    case 'gathering':
      return { updates: [started, { kind: 'snapshot', snapshot: gatheringSnapshot(world) }], atMs: 2000 }
    case 'answering':
      return { updates: [started, { kind: 'paste-accepted', type: 'offer' }, description('answer')], atMs: 0 }
    case 'connecting':
      return { updates: live(8000), atMs: 8000 }
    case 'many':
      return { updates: live(20_000), atMs: 20_000 }
    case 'failed':
      return {
        updates: [...live(62_000), { kind: 'ended', atMs: 62_000, reason: 'not-connected', detail: null }],
        atMs: 62_000,
      }
    case 'gone':
      return {
        updates: [
          ...live(251_000),
          { kind: 'ended', atMs: 251_000, reason: 'peer-gone', detail: 'silent for 30 s' },
        ],
        atMs: 251_000,
      }
    case 'ended':
      return {
        updates: [...live(252_000), { kind: 'ended', atMs: 252_000, reason: 'done', detail: null }],
        atMs: 252_000,
      }
    default:
      return { updates: live(252_000), atMs: 252_000 }
  }
}

/** Streams that the scenario has, with the events that tell of them. */
function streamEvents(scenario: Scenario, { streams }: ReturnType<typeof createFakeWorld>): SessionUpdate[] {
  if (!['streams', 'broken', 'paths', 'long'].includes(scenario)) return []
  const events: EngineEvent[] = [
    streams.start('sent', { kind: 'video', rateBps: 4_000_000 }, 'us', 130_000),
    streams.start('received', { kind: 'voice' }, 'peer', 170_000),
    streams.start('received', { kind: 'bulk' }, 'us', 200_000),
  ]
  if (scenario === 'long') {
    const name = `${longLinks[2]?.name} → ${longLinks[2]?.peerName}`
    events.push(...streams.stop('sent', 1, 240_000, 'peer'))
    events.push({ kind: 'pair-added', atMs: 241_000, pairId: 10, label: name })
    const renewed = { kind: 'pair-state', pairId: 10, label: name } as const
    events.push({ ...renewed, atMs: 241_200, from: 'checking', to: 'up', afterMs: 200 })
    events.push({
      kind: 'switch',
      atMs: 242_000,
      fromId: 1,
      toId: 9,
      fromLabel: `${longLinks[0]?.name} → ${longLinks[0]?.peerName}`,
      toLabel: name,
      reason: 'suspect',
    })
  }
  if (scenario === 'broken') {
    const spec = { kind: 'cbr', rateBps: 200_000_000, sizeBytes: 1200 } as const
    events.push(
      streams.start('sent', spec, 'us', 230_000),
      ...streams.breakOff(
        2,
        { pairId: 11, label: 'wwan0 → wwp0s1', sentBps: 198_400_000, lostPercent: 94.8 },
        232_400,
      ),
      ...streams.rest(
        1,
        { pairId: 11, label: 'wwan0 → wwp0s1', sentBps: 4_320_000, lostPercent: 61.2 },
        240_000,
      ),
      {
        kind: 'stream-refused',
        atMs: 244_000,
        direction: 'received',
        spec,
        reason: 'too-many',
      },
    )
  }
  return events.map((event) => ({ kind: 'event', event }))
}

export function createFakeApi(scenario: Scenario, theme: Settings['theme']): PathscopeApi {
  const world = createFakeWorld(worldOf(scenario))
  const listeners = new Set<(payload: PushPayload<'session-updates'>) => void>()
  let settings: Settings = { ...defaultAppSettings('/home/mira/Documents/Pathscope/Reports'), theme }
  let history = past(scenario, world)
  let session: SessionInfo | null = scenario === 'start' ? null : sessionOf(scenario)

  const push = (...updates: SessionUpdate[]): void => {
    if (session === null) return
    for (const listener of listeners) listener({ sessionId: session.id, updates })
  }
  const streamCommand = (command: EngineCommand): readonly EngineEvent[] => {
    const { atMs } = history
    if (command.kind === 'start-stream')
      return [world.streams.start(command.direction, command.spec, 'us', atMs)]
    if (command.kind === 'set-deadline')
      return world.streams.setDeadline(command.id, command.deadlineMs, atMs)
    if (command.kind === 'change-stream')
      return world.streams.change(command.direction, command.id, command.spec, atMs)
    return command.kind === 'stop-stream' ? world.streams.stop(command.direction, command.id, atMs) : []
  }
  const running = [
    'live',
    'many',
    'loopback',
    'connecting',
    'streams',
    'broken',
    'waiting',
    'paths',
    'long',
  ].includes(scenario)
  setInterval(() => {
    if (!running) return
    history = { ...history, atMs: history.atMs + stepMs }
    push({ kind: 'snapshot', snapshot: world.snapshot(history.atMs) })
  }, stepMs)

  return {
    appInfo: async () =>
      ok({
        name: 'Pathscope',
        version: '0.1.0',
        os: 'Linux 6.1',
        electron: '25.1.1',
        chromium: '114',
        node: '18.15',
        settingsProblem: null,
        sessionFolder: '/home/mira/Documents/Pathscope/Sessions',
      }),
    interfacesList: async () => ok([...fakeInterfaces]),
    sessionStart: async ({ role }) => {
      session = { ...sessionOf(scenario), role }
      setTimeout(() => push(started, description('offer')), 150)
      return ok(session)
    },
    sessionAttach: async () => ok(session === null ? null : { session, updates: history.updates }),
    textInspect: async ({ text: pasted }) =>
      pasted.includes('offer')
        ? ok({ kind: 'description', type: 'offer', problem: null })
        : ok({
            kind: 'problem',
            problem: {
              kind: 'nothing',
              message:
                'There is no offer or answer in this text. Copy the whole text that the other side’s window shows, and paste it here.',
            },
          }),
    sessionPaste: async () => {
      push({
        kind: 'paste-refused',
        problem: {
          kind: 'wrong-type',
          message:
            'This is an offer, but an answer belongs here. Ask the other side to paste your offer and to send back the answer it shows.',
        },
      })
      return ok(null)
    },
    sessionCommand: async (command) => {
      if (command.kind === 'set-mode' && command.direction === 'sent') world.mode = command.mode
      if (command.kind === 'pin-pair' || command.kind === 'cap-pair') {
        const { pairId } = command
        const wish = command.kind === 'pin-pair' ? { pinned: command.pinned } : { capBps: command.capBps }
        world.wishes.set(pairId, { ...world.wishes.get(pairId), ...wish })
      }
      if (command.kind === 'order-pairs') world.order = command.pairIds
      for (const event of streamCommand(command)) push({ kind: 'event', event })
      if (command.kind === 'set-use') world.use = command.use
      if (command.kind === 'include-pair') {
        if (command.included) world.excluded.delete(command.pairId)
        else world.excluded.add(command.pairId)
      }
      return ok(null)
    },
    sessionStop: async () => {
      push({ kind: 'ended', atMs: history.atMs, reason: 'done', detail: null })
      return ok(null)
    },
    reportExport: async ({ formats }) =>
      ok({ folder: settings.reportFolder, files: formats.map((format) => `Session.${format}`) }),
    reportFolderOpen: async () => ok(null),
    reportFolderChoose: async () => ok(null),
    settingsGet: async () => ok(settings),
    settingsSet: async (patch) => {
      settings = { ...settings, ...(patch as Partial<Settings>) }
      return ok(settings)
    },
    textCopy: async () => ok(null),
    onSessionUpdates: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function sessionOf(scenario: Scenario): SessionInfo {
  return {
    id: 'fake',
    role: scenario === 'loopback' ? 'loopback' : scenario === 'answering' ? 'answerer' : 'offerer',
    title: scenario === 'loopback' ? 'Session' : 'Studio to venue',
    requestedAtMs: Date.now() - 74_000,
    recording: 'Sessions / Studio to venue 2026-11-22 13.59.39.jsonl',
  }
}
