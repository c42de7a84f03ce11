import { expect, test } from 'vitest'
import type { SocketInfo, TransportAddress } from '../face/address'
import { defaultSettings } from '../face/settings'
import { parseStun } from '../stun'
import { seededRandom, testPrimitives } from '../testing'
import {
  type Agent,
  createAgent,
  doubtDelivery,
  noteDelivered,
  noteFullQueue,
  noteRecord,
  type UntimedEvent,
} from './index'
import { hold } from './listening'
import { liveness } from './liveness'
import { countArrival, countDeparture } from './pair'

interface Path {
  delayMs: number
  jitterMs: number
  loss: number
  up: boolean
  /** Only what the first end sends is lost. */
  upward: boolean
  /** Whether checks and answers come through, and not only records: of the first end, and of the other. */
  checks: boolean
  peerChecks: boolean
}

const path = (delayMs: number, jitterMs = 0, loss = 0): Path => ({
  delayMs,
  jitterMs,
  loss,
  up: true,
  upward: true,
  checks: true,
  peerChecks: true,
})
const address = (end: number, link: number): TransportAddress => ({
  family: 4,
  address: `10.${link}.0.${end + 1}`,
  port: 5000,
})
const credentials = [0, 1].map((end) => ({ ufrag: `end${end}`, pwd: `password-of-22-chars-${end}` }))
const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))

/**
 * Two agents on links of their own, and on each pair that is up a record every `everyMs` in each direction (0 = none), as
 * in redundant mode. Records are nothing but their arrival, so an hour of them is cheap.
 */
function pairOfAgents(paths: Path[], everyMs: number, seed = 1) {
  const random = seededRandom(seed)
  const flights: { atMs: number; run: () => void }[] = []
  const lastArrivalMs = new Map<string, number>()
  const events: (UntimedEvent & { atMs: number })[][] = [[], []]
  const counts = { stun: 0, records: 0 }
  let nowMs = 0

  const send = (end: number, link: number, arrive: () => void): void => {
    const how = paths[link]
    if (how === undefined || !how.up || (!how.upward && end === 0) || random() < how.loss) return
    // Order is kept, as by a queue.
    const key = `${end} ${link}`
    const delayMs = Math.max(0, how.delayMs + how.jitterMs * (2 * random() - 1))
    const atMs = Math.max(nowMs + delayMs, lastArrivalMs.get(key) ?? 0)
    lastArrivalMs.set(key, atMs)
    const run = (): void => {
      if (!how.up || (!how.upward && end === 0)) return
      if (busyEnd === 1 - end) waiting.push(arrive)
      else arrive()
    }
    const flight = { atMs, run }
    let place = flights.length
    while (place > 0 && (flights[place - 1]?.atMs ?? 0) > atMs) place -= 1
    flights.splice(place, 0, flight)
  }

  const agents: Agent[] = [0, 1].map((end) => {
    const options = {
      role: end === 0 ? 'offerer' : 'answerer',
      fingerprint: '',
      primitives: testPrimitives(seed + end),
      settings: defaultSettings,
      self: { appVersion: '0', os: 'test', interfaces: [] },
      stunServers: [],
      turnServers: [],
    } as const
    const own = credentials[end] as { ufrag: string; pwd: string }
    return createAgent(options, own, ascii(own.pwd), {
      transmit: (socketId, to, data) => {
        // Each link is a network of its own.
        if (to.address !== address(1 - end, socketId - 1).address) return
        counts.stun += 1
        if (paths[socketId - 1]?.[end === 0 ? 'checks' : 'peerChecks'] === false) return
        const parsed = parseStun(data)
        if (parsed.kind !== 'stun') throw new Error('not STUN')
        send(end, socketId - 1, () =>
          agents[1 - end]?.stun(socketId, address(end, socketId - 1), parsed, nowMs, nowMs),
        )
      },
      event: (event) => events[end]?.push({ ...event, atMs: nowMs }),
      drop: () => {},
      doubted: () => {},
      closed: () => {},
    })
  })
  const pairOf = (end: number, link: number) => agents[end]?.pairAt(link + 1, address(1 - end, link))

  const sendRecords = (end: number): void => {
    for (let link = 0; link < paths.length; link += 1) {
      const pair = pairOf(end, link)
      if (pair?.state !== 'up') continue
      counts.records += 1
      pair.usedMs = nowMs
      countDeparture(pair, 200, nowMs)
      send(end, link, () => {
        const other = pairOf(1 - end, link)
        const state = agents[1 - end]?.state
        if (other === undefined || state === undefined) return
        noteRecord(state, other, nowMs)
        countArrival(other, 200, nowMs)
      })
    }
  }

  for (const [end, agent] of agents.entries()) {
    paths.forEach((_, link) => {
      const socket: SocketInfo = {
        id: link + 1,
        local: address(end, link),
        interfaceName: `link${link}`,
        interfaceKind: 'ethernet',
        binding: 'emulated',
      }
      agent.addSocket(socket, 0)
    })
    const other = credentials[1 - end] as { ufrag: string; pwd: string }
    const candidates = paths.map(
      (_, link) => ({ address: address(1 - end, link), type: 'host', priority: 1000 - link }) as const,
    )
    agent.setRemote({ ...other, kind: 'pathscope', integrity: 'sha1', candidates }, 0)
  }

  const stream = { everyMs }
  const nextRecordMs = [100, 103.7]
  /** The end whose machine is busy, and what came for it meanwhile. */
  let busyEnd: number | null = null
  const waiting: (() => void)[] = []
  const runUntil = (untilMs: number): void => {
    for (;;) {
      const records = stream.everyMs > 0 ? Math.min(...nextRecordMs) : Infinity
      const deadlines = agents.map((agent, end) =>
        end === busyEnd ? Infinity : (agent.nextDeadline() ?? Infinity),
      )
      const next = Math.max(nowMs, Math.min(flights[0]?.atMs ?? Infinity, records, ...deadlines))
      if (next > untilMs) break
      nowMs = next
      while (flights[0] !== undefined && flights[0].atMs <= nowMs) flights.shift()?.run()
      for (const end of [0, 1]) {
        while (stream.everyMs > 0 && (nextRecordMs[end] ?? 0) <= nowMs) {
          sendRecords(end)
          nextRecordMs[end] = (nextRecordMs[end] ?? 0) + stream.everyMs
        }
      }
      for (const [end, agent] of agents.entries())
        if (end !== busyEnd && (agent.nextDeadline() ?? Infinity) <= nowMs) agent.tick(nowMs)
    }
    nowMs = untilMs
  }

  /** The machine of one end is busy: it sends records all the same, and what comes is read late, or `lost` unread. */
  const stall = (end: number, forMs: number, lost: boolean): void => {
    const state = agents[end]?.state
    if (state === undefined) throw new Error('no such end')
    const sinceMs = nowMs
    busyEnd = end
    runUntil(nowMs + forMs)
    busyEnd = null
    hold(state, true, sinceMs, nowMs)
    agents[end]?.tick(nowMs)
    for (const arrive of waiting.splice(0)) if (!lost) arrive()
    hold(state, false, nowMs, nowMs)
  }

  /** When, after now, the pair is first suspected and first down. */
  const watch = (end: number, link: number, forMs: number) => {
    const fromMs = nowMs
    const pair = pairOf(end, link)
    if (pair === undefined) throw new Error('no such pair')
    let suspectMs = Infinity
    for (let at = fromMs; at < fromMs + forMs; at += 0.5) {
      runUntil(at)
      if (pair.suspicion !== null && suspectMs === Infinity) suspectMs = pair.suspicion.sinceMs - fromMs
      if (pair.state === 'down') return { suspectMs, downMs: pair.stateSinceMs - fromMs }
    }
    return { suspectMs, downMs: Infinity }
  }
  return { agents, paths, events, counts, stream, runUntil, stall, watch, pairOf, now: () => nowMs }
}

const downs = (events: readonly (readonly UntimedEvent[])[]) =>
  events.flat().filter((event) => event.kind === 'pair-state' && event.to === 'down').length

test('a path that stops carrying is suspect within a round trip and 20 ms, down within three and 50 ms', () => {
  for (const rttMs of [2, 20, 40, 100]) {
    for (let seed = 1; seed <= 10; seed += 1) {
      const world = pairOfAgents([path(rttMs / 2), path(10), path(30)], 10, seed)
      world.runUntil(15_000 + 7.3 * seed)
      const dead = world.paths[0] as Path
      dead.up = false
      const { suspectMs, downMs } = world.watch(0, 0, 1000)
      // 1 ms of jitter allowance, once in the silence and once in the answers' time.
      expect(suspectMs).toBeLessThanOrEqual(rttMs + 20 + 1)
      expect(downMs).toBeLessThanOrEqual(3 * rttMs + 50 + 2)
    }
  }
}, 60_000)

test('at 5 % loss and 30 ms jitter no path goes down in an hour, and doubt costs under 2 % of packets', () => {
  const world = pairOfAgents([path(50, 30, 0.05), path(35, 30, 0.05)], 10)
  world.runUntil(3_600_000)
  expect(downs(world.events)).toBe(0)
  // Requests and answers beyond those of four undoubted ends of pairs, whatever caused them.
  const undoubted = 4 * 2 * (3_600_000 / liveness.keepaliveMs)
  const all = world.counts.stun + world.counts.records
  expect(world.counts.stun - undoubted).toBeGreaterThan(0)
  expect((world.counts.stun - undoubted) / all).toBeLessThan(0.02)
  const dead = world.paths[0] as Path
  dead.up = false
  const { suspectMs, downMs } = world.watch(0, 0, 2000)
  const pair = world.pairOf(0, 0)
  const rttMs = pair?.rtt.smoothedMs ?? 0
  const allowanceMs = 4 * (pair?.rtt.varianceMs ?? 0)
  expect(suspectMs).toBeLessThanOrEqual(rttMs + allowanceMs + 20)
  expect(downMs).toBeLessThanOrEqual(3 * rttMs + 2 * allowanceMs + 50)
}, 60_000)

test('a stream that loses packets is suspected a few times at most, and thin or fast links are not taken down', () => {
  for (const [delayMs, everyMs] of [
    [10, 10],
    [10, 50],
    [1, 10],
  ] as const) {
    const world = pairOfAgents([path(delayMs, 0, 0.05), path(35, 30, 0.05)], everyMs)
    world.runUntil(120_000)
    expect(downs(world.events)).toBe(0)
    expect(world.pairOf(0, 0)?.timesSuspected).toBeLessThan(10)
  }
}, 60_000)

test('eighteen paths that fail at once share the checks there are, and are down a few ms later', () => {
  const rttMs = 20
  const paths = Array.from({ length: 20 }, () => path(rttMs / 2))
  const world = pairOfAgents(paths, 10)
  world.runUntil(10_000)
  for (const each of paths.slice(0, 18)) each.up = false
  world.runUntil(11_000)
  const times = paths.slice(0, 18).map((_, link) => {
    const pair = world.pairOf(0, link)
    return pair?.state === 'down' ? pair.stateSinceMs - 10_000 : Infinity
  })
  expect(Math.max(...times)).toBeLessThanOrEqual(3 * rttMs + 50 + 2 + 5)
}, 60_000)

test('where one direction fails the end that hears nothing tells the other', () => {
  const rttMs = 40
  const world = pairOfAgents([path(rttMs / 2), path(15)], 10)
  world.runUntil(15_000)
  const half = world.paths[0] as Path
  half.upward = false
  const { suspectMs, downMs } = world.watch(0, 0, 1000)
  expect(world.pairOf(1, 0)?.suspicion?.cause ?? world.pairOf(1, 0)?.state).toMatch(/^(silence|down)$/)
  expect(suspectMs).toBeLessThanOrEqual(1.5 * rttMs + 20 + 1)
  expect(downMs).toBeLessThanOrEqual(3.5 * rttMs + 50 + 2)
})

test('a peer that pauses on all paths at once is suspected, and not taken for dead paths', () => {
  for (const pauseMs of [100, 400, 700]) {
    const world = pairOfAgents([path(1), path(10), path(50)], 10)
    world.runUntil(10_000)
    for (const each of world.paths) each.up = false
    world.runUntil(10_000 + pauseMs)
    expect(world.pairOf(0, 0)?.suspicion).not.toBe(null)
    for (const each of world.paths) each.up = true
    world.runUntil(12_000)
    expect(downs(world.events)).toBe(0)
    expect(world.agents.map((agent) => agent.state.suspects)).toEqual([0, 0])
  }
})

test('a stream that stops is asked after and then left alone', () => {
  const world = pairOfAgents([path(10), path(20)], 10)
  world.runUntil(10_000)
  const before = world.pairOf(0, 0)?.stun.requestsSent ?? 0
  world.stream.everyMs = 0
  world.runUntil(20_000)
  const pair = world.pairOf(0, 0)
  // Of itself, and because the peer asks.
  expect(pair?.timesSuspected).toBeLessThanOrEqual(2)
  expect((pair?.stun.requestsSent ?? 0) - before).toBeLessThan(45)
  expect(downs(world.events)).toBe(0)
})

test('a link that flaps carries again only when it has answered for a second', () => {
  const world = pairOfAgents([path(10), path(20)], 10)
  world.runUntil(10_000)
  const flapping = world.paths[0] as Path
  for (let at = 10_000; at < 40_000; at += 600) {
    flapping.up = false
    world.runUntil(at + 300)
    flapping.up = true
    world.runUntil(at + 600)
  }
  expect(world.pairOf(0, 0)?.timesDown).toBeGreaterThan(0)
  // Fifty outages of 300 ms.
  expect(world.pairOf(0, 0)?.timesDown).toBeLessThan(10)
  world.runUntil(43_000)
  expect([0, 1].map((end) => world.pairOf(end, 0)?.state)).toEqual(['up', 'up'])
})

test('a pair that was down is up again after two answers, not after one', () => {
  const world = pairOfAgents([path(10), path(20)], 10)
  world.runUntil(10_000)
  const dead = world.paths[0] as Path
  dead.up = false
  world.runUntil(12_000)
  const answered = world.pairOf(0, 0)?.stun.responsesReceived ?? 0
  dead.up = true
  let answers = 0
  while (world.pairOf(0, 0)?.state === 'down' && world.now() < 15_000) {
    world.runUntil(world.now() + 1)
    answers = (world.pairOf(0, 0)?.stun.responsesReceived ?? 0) - answered
  }
  expect(answers).toBe(2)
  expect(world.now()).toBeLessThan(12_500)
})

test('without a valid answer for 30 s consent is over, however slow the path seems', () => {
  const world = pairOfAgents([path(10)], 0)
  world.runUntil(5000)
  const pair = world.pairOf(0, 0)
  for (let i = 0; i < 30; i += 1) pair?.rtt.add(20_000 * (i % 2), 5000)
  const dead = world.paths[0] as Path
  dead.up = false
  world.runUntil(34_000)
  expect(pair?.state).toBe('up')
  world.runUntil(35_001)
  expect(pair?.state).toBe('down')
})

test('a pair that nothing goes over is kept alive less often', () => {
  const world = pairOfAgents([path(10)], 0)
  world.runUntil(35_000)
  const before = world.pairOf(0, 0)?.stun.requestsSent ?? 0
  world.runUntil(95_000)
  const asked = (world.pairOf(0, 0)?.stun.requestsSent ?? 0) - before
  expect(asked).toBeGreaterThan(50)
  expect(asked).toBeLessThan(75)
})

test('a machine that was busy reads what came meanwhile before it suspects anything', () => {
  const world = pairOfAgents([path(10), path(20)], 10)
  world.runUntil(10_000)
  const [agent] = world.agents
  const pair = world.pairOf(0, 0)
  if (agent === undefined || pair === undefined) throw new Error('no agent')
  agent.tick(10_100)
  expect(agent.state.suspects).toBe(0)
  noteRecord(agent.state, pair, 10_100)
  countArrival(pair, 200, 10_100)
  agent.tick(10_104)
  expect(pair.suspicion).toBe(null)
})

test.each([
  { fate: 'read late', isLost: false },
  { fate: 'lost unread', isLost: true },
])(
  'a path that dies after its machine was busy is found as soon, what came meanwhile $fate',
  ({ isLost }) => {
    const rttMs = 20
    const world = pairOfAgents([path(rttMs / 2), path(20)], 10)
    world.runUntil(10_000)
    for (let time = 0; time < 4; time += 1) {
      world.stall(0, 200, isLost)
      world.runUntil(world.now() + 300)
    }
    const dead = world.paths[0] as Path
    dead.up = false
    const { suspectMs } = world.watch(0, 0, 1000)
    expect(suspectMs).toBeLessThanOrEqual(rttMs + 20 + 1)
  },
)

test('a machine that is late again and again still knows how long a stream is silent of itself', () => {
  const world = pairOfAgents([path(10), path(20)], 100)
  world.runUntil(10_000)
  const before = world.pairOf(0, 0)?.timesSuspected ?? 0
  for (let time = 0; time < 200; time += 1) {
    world.stall(0, 5, false)
    world.runUntil(world.now() + 45)
  }
  expect(world.pairOf(0, 0)?.timesSuspected).toBe(before)
})

test('checks that a full queue swallows take no path down while what is sent is acknowledged and the peer is heard', () => {
  const goesDown = (isHeard: boolean): boolean => {
    // Too thin a stream to be judged by its silence.
    const world = pairOfAgents([path(20)], 600)
    world.runUntil(3000)
    const pair = world.pairOf(0, 0)
    const state = world.agents[0]?.state
    if (pair === undefined || state === undefined) throw new Error('no pair')
    const full = world.paths[0] as Path
    full.checks = false
    full.up = isHeard
    for (let atMs = 3000; atMs < 8000; atMs += 50) {
      world.runUntil(atMs)
      noteDelivered(state, pair, atMs - 40, atMs)
    }
    return pair.timesDown > 0
  }
  expect(goesDown(true)).toBe(false)
  expect(goesDown(false)).toBe(true)
})

test('a pair that carries nothing stays up while a queue that its kin fill swallows its checks, if the peer is heard', () => {
  const goesDown = (isFull: boolean, isHeard: boolean): boolean => {
    const world = pairOfAgents([path(20), path(20)], 0)
    world.runUntil(3000)
    const pair = world.pairOf(0, 0)
    const state = world.agents[0]?.state
    if (pair === undefined || state === undefined) throw new Error('no pair')
    const full = { ...pair, id: -1 }
    const link = world.paths[0] as Path
    link.checks = false
    link.peerChecks = isHeard
    for (let atMs = 3000; atMs < 8000; atMs += 50) {
      world.runUntil(atMs)
      if (isFull) noteFullQueue(state, full, atMs - 40)
    }
    return pair.timesDown > 0
  }
  expect(goesDown(true, true)).toBe(false)
  expect(goesDown(false, true)).toBe(true)
  expect(goesDown(true, false)).toBe(true)
})

test('a pair that loses most of what comes is down only when not all answers can be lost by that', () => {
  const downAfterMs = (loss: number): number => {
    const world = pairOfAgents([path(20), path(20)], 0)
    world.runUntil(3000)
    const pair = world.pairOf(0, 0)
    if (pair === undefined) throw new Error('no pair')
    for (let sent = 1000; sent <= 10_000; sent += 1000)
      pair.lossReceived.compare(sent, sent * (1 - loss), world.now())
    const link = world.paths[0] as Path
    link.checks = false
    link.peerChecks = false
    return world.watch(0, 0, 20_000).downMs
  }
  const usualMs = downAfterMs(0)
  expect(usualMs).toBeLessThan(2000)
  expect(downAfterMs(0.1)).toBe(usualMs)
  expect(downAfterMs(0.8)).toBeGreaterThan(usualMs + 500)
  expect(downAfterMs(0.8)).toBeLessThan(5000)
})

test('a pair that goes down for want of answers raises no doubt of one that has answered since it left them out', () => {
  const world = pairOfAgents([path(20), path(20)], 0)
  for (const agent of world.agents) agent.nameRemotes(() => 'link')
  world.runUntil(3000)
  const [dying, well] = [world.pairOf(0, 0), world.pairOf(0, 1)]
  const link = world.paths[0] as Path
  link.checks = false
  world.runUntil(6000)
  expect(dying?.timesDown).toBe(1)
  expect(well?.timesSuspected).toBe(0)
})

test('what the peer acknowledges counts as an answer when its kin fall silent', () => {
  const suspected = (isDelivered: boolean): number => {
    const world = pairOfAgents([path(20), path(20)], 0)
    for (const agent of world.agents) agent.nameRemotes(() => 'link')
    world.runUntil(3000)
    const [silent, well] = [world.pairOf(0, 0), world.pairOf(0, 1)]
    const state = world.agents[0]?.state
    if (silent === undefined || well === undefined || state === undefined) throw new Error('no pair')
    if (isDelivered) noteDelivered(state, well, 2990, 3000)
    doubtDelivery(state, silent, 2980, 3000)
    return well.timesSuspected
  }
  expect(suspected(true)).toBe(0)
  expect(suspected(false)).toBe(1)
})
