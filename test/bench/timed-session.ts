import {
  createEngine,
  defaultSettings,
  type Engine,
  type EngineInput,
  type EngineOutput,
} from '../../src/engine'
import { type Driver, startDriver } from '../../src/runtime/driver'
import {
  createHub,
  createRandom,
  createSeededEntropy,
  createVirtualClock,
  createWorld,
  type Hub,
  modelSecure,
  type VirtualClock,
} from '../../src/sim'

/** How long steps of the left engine took, µs each. */
export interface Timings {
  readonly tick: number[]
  readonly request: number[]
  readonly response: number[]
  readonly record: number[]
  readonly snapshot: number[]
}

/** Long enough for every pair of 32 x 32 to be checked at its pace, and for the secure session. */
const settleMs = 40_000
const snapshots = 20

/** Two engines on one quiet network with so many interfaces each; the left one's steps are timed once all is up. */
export async function timedSession(interfaces: number, measuredMs: number): Promise<Timings> {
  const clock = createVirtualClock()
  const world = createWorld({ seed: 1 })
  world.addNetwork('net')
  for (const [side, host] of ['left', 'right'].entries()) {
    for (let at = 0; at < interfaces; at++) {
      const addresses = [{ family: 4 as const, address: `198.18.${side}.${at + 1}` }]
      const link = { delayMs: 5 }
      world.addInterface({
        host,
        name: `if${at}`,
        kind: 'ethernet',
        addresses,
        network: 'net',
        up: link,
        down: link,
      })
    }
  }
  const hub = createHub({ clock, world })
  const timings: Timings = { tick: [], request: [], response: [], record: [], snapshot: [] }
  const measuring = { now: false }
  let timed: Engine | undefined
  const ends: Partial<Record<'left' | 'right', Driver>> = {}
  ends.right = await start(
    hub,
    clock,
    'right',
    (engine) => engine,
    (text) => ends.left?.describe(text),
  )
  ends.left = await start(
    hub,
    clock,
    'left',
    (engine) => (timed = timeEngine(engine, timings, measuring)),
    (text) => ends.right?.describe(text),
  )
  await run(clock, settleMs)
  const up = ends.left.snapshot().pairs.filter((pair) => pair.state === 'up').length
  if (up !== interfaces ** 2) throw new Error(`${up} of ${interfaces ** 2} pairs are up`)
  measuring.now = true
  await run(clock, settleMs + measuredMs)
  measuring.now = false
  for (let count = 0; count < snapshots; count++) {
    const before = performance.now()
    timed?.snapshot(clock.nowMs())
    timings.snapshot.push((performance.now() - before) * 1000)
  }
  for (const driver of [ends.left, ends.right]) driver.close()
  hub.close()
  return timings
}

/** What waits on promises goes on in between. */
async function run(clock: VirtualClock, untilMs: number): Promise<void> {
  while (clock.nowMs() < untilMs) {
    clock.runUntil(Math.min(untilMs, clock.nowMs() + 250))
    for (let turn = 0; turn < 50; turn++) await Promise.resolve()
  }
}

function start(
  hub: Hub,
  clock: VirtualClock,
  side: 'left' | 'right',
  wrap: (engine: Engine) => Engine,
  onDescription: (description: Parameters<Driver['describe']>[0]) => void,
): Promise<Driver> {
  const entropy = createSeededEntropy(createRandom(side))
  const host = hub.host(side)
  return startDriver({
    role: side === 'left' ? 'offerer' : 'answerer',
    settings: { ...defaultSettings, snapshotIntervalMs: 5000 },
    interfaces: null,
    stun: [],
    turn: [],
    appVersion: '0',
    os: 'simulated',
    createEngine: (options) => wrap(createEngine(options)),
    ports: {
      clock,
      entropy,
      interfaces: host.interfaces,
      datagrams: host.datagrams,
      streams: host.streams,
      counters: host.counters,
      secure: modelSecure(clock, entropy),
      log: { write: () => undefined },
    },
    callbacks: {
      onEvent: () => undefined,
      onSnapshot: () => undefined,
      onLocalDescription: (description) => clock.at(clock.nowMs() + 1, () => onDescription(description)),
      onWarning: () => undefined,
      onEnded: () => undefined,
    },
    onStarted: () => undefined,
  })
}

/** Times each input until its outputs are drained; a step that makes a message or a snapshot is no step of the agent. */
function timeEngine(engine: Engine, timings: Timings, measuring: { readonly now: boolean }): Engine {
  let kind: keyof Timings | undefined
  let spentMs = 0
  let counts = false
  return {
    handle(input, nowMs) {
      kind = kindOf(input)
      counts = measuring.now
      const before = performance.now()
      engine.handle(input, nowMs)
      spentMs = performance.now() - before
    },
    poll() {
      const before = performance.now()
      const output = engine.poll()
      spentMs += performance.now() - before
      if (output !== undefined && isAside(output)) counts = false
      if (output === undefined && kind !== undefined) {
        if (counts) timings[kind].push(spentMs * 1000)
        kind = undefined
      }
      return output
    },
    nextDeadline: () => engine.nextDeadline(),
    snapshot: (nowMs) => engine.snapshot(nowMs),
  }
}

function isAside(output: EngineOutput): boolean {
  return output.kind === 'snapshot' || output.kind === 'secure-message'
}

function kindOf(input: EngineInput): keyof Timings | undefined {
  if (input.kind === 'tick') return 'tick'
  if (input.kind !== 'datagram') return undefined
  const [first = 255, second = 0] = input.data
  if (first <= 3) return first === 0 && second === 1 ? 'request' : 'response'
  return first >= 20 && first <= 63 ? 'record' : undefined
}
