import { expect, test } from 'vitest'
import type { Engine, EngineInput, EngineOutput, EngineSnapshot } from '../../engine'
import { createVirtualClock } from '../../sim'
import type { Datagrams, OpenSocketRequest, SecureSession, Streams } from '../ports'
import { createDriver } from './driver'

/** An engine that writes down what it is given and says what the test tells it to. */
function makeWorld(startAtMs = 0) {
  const clock = createVirtualClock()
  clock.runUntil(startAtMs)
  const handled: { input: EngineInput; nowMs: number }[] = []
  const outputs: EngineOutput[] = []
  const log: string[] = []
  const engine: Engine & { deadlineMs: number | undefined; answer: (input: EngineInput) => EngineOutput[] } =
    {
      deadlineMs: undefined,
      answer: () => [],
      handle(input, nowMs) {
        if (outputs.length > 0) log.push('not drained')
        handled.push({ input, nowMs })
        outputs.push(...engine.answer(input))
      },
      poll: () => outputs.shift(),
      nextDeadline: () => engine.deadlineMs,
      snapshot: (atMs) => ({ atMs }) as EngineSnapshot,
    }
  const datagrams: Datagrams = {
    open: ({ id, interfaceName, interfaceKind, address }) =>
      Promise.resolve(
        address.address === '192.0.2.66'
          ? { kind: 'failed', code: 'EADDRINUSE', message: 'the address is taken' }
          : {
              kind: 'opened',
              socket: {
                id,
                local: { ...address, port: 5000 },
                interfaceName,
                interfaceKind,
                binding: 'device',
              },
              bindingReason: null,
            },
      ),
    send: (id, to, data) => log.push(`send ${id} ${to.address} ${data.length}`),
    close: (id) => log.push(`close ${id}`),
    closeAll: () => log.push('close all'),
    onDatagram: () => undefined,
    onError: () => undefined,
    resolve: () => Promise.resolve([]),
  }
  const streams: Streams = {
    open: ({ id, interfaceName, to, tlsName }) =>
      log.push(`stream ${id} ${interfaceName} ${to.address} ${tlsName}`),
    send: (id, data) => log.push(`stream send ${id} ${data.length}`),
    close: (id) => log.push(`stream close ${id}`),
    closeAll: () => log.push('close all streams'),
    onOpened: () => undefined,
    onData: () => undefined,
    onClosed: () => undefined,
  }
  const secure: SecureSession = {
    fingerprint: '',
    start: () => log.push('start'),
    receiveHandshake: (data) => secure.onEvent({ kind: 'handshake', data }),
    open: (record) => (record.length > 1 ? record.slice(1) : undefined),
    deliver: (plain) => secure.onEvent({ kind: 'message', data: plain }),
    sendMessage: (data) => data.length < 10,
    resume: () => log.push('resume'),
    close: () => log.push('secure close'),
    onEvent: () => undefined,
  }
  const driver = createDriver({
    engine,
    clock,
    datagrams,
    streams,
    secure,
    counters: { read: () => null },
    entropy: { random: (length) => new Uint8Array(length) },
    callbacks: {
      onEvent: (event) => log.push(`event ${event.kind}`),
      onSnapshot: () => log.push('snapshot'),
      onLocalDescription: () => log.push('description'),
      onWarning: (warning) => log.push(`warning ${warning.kind}`),
      onEnded: () => log.push('ended'),
    },
  })
  return { clock, engine, datagrams, streams, secure, driver, handled, log }
}

const to = { family: 4, address: '192.0.2.9', port: 9 } as const
const bytes = (...values: number[]) => new Uint8Array(values)
const request = (id: number, address: string): OpenSocketRequest => ({
  id,
  interfaceName: `eth${id}`,
  interfaceKind: 'ethernet',
  address: { family: 4, address, prefixLength: 24, linkLocal: false, scopeId: null },
})

test('engine time begins at 0 when the driver is made', async () => {
  const { clock, driver, handled } = makeWorld(5000)
  clock.runUntil(5250)
  await driver.open([])
  expect(driver.nowMs()).toBe(250)
  expect(handled).toEqual([{ input: { kind: 'sockets-ready' }, nowMs: 250 }])
})

test('sockets are told in order, a failed one is a warning, and then all are there', async () => {
  const { driver, handled, log } = makeWorld()
  await driver.open([request(1, '192.0.2.1'), request(2, '192.0.2.66'), request(3, '192.0.2.3')])
  expect(handled.map(({ input }) => (input.kind === 'socket-opened' ? input.socket.id : input.kind))).toEqual(
    [1, 3, 'sockets-ready'],
  )
  expect(log).toEqual(['warning socket-failed'])
})

test('a connection to a TURN server leaves from where its socket does, and what it says reaches the engine', async () => {
  const { driver, engine, streams, handled, log } = makeWorld()
  await driver.open([request(1, '192.0.2.1'), request(2, '192.0.2.2')])
  engine.answer = ({ kind }) =>
    kind === 'command'
      ? [
          { kind: 'stream-open', streamId: 7, socketId: 2, to, tlsName: 'relay.example' },
          { kind: 'stream-send', streamId: 7, data: bytes(1, 2, 3) },
          { kind: 'stream-close', streamId: 7 },
        ]
      : []
  driver.command({ kind: 'finish' })
  expect(log).toEqual(['stream 7 eth2 192.0.2.9 relay.example', 'stream send 7 3', 'stream close 7'])
  streams.onOpened(7)
  streams.onData(7, bytes(9))
  streams.onClosed(7, 'Gone.')
  expect(handled.slice(-3).map(({ input }) => input.kind)).toEqual([
    'stream-opened',
    'stream-data',
    'stream-closed',
  ])
})

test('outputs are carried out in order until there is none', () => {
  const { driver, engine, log } = makeWorld()
  engine.answer = () => [
    { kind: 'transmit', socketId: 1, to, data: bytes(1, 2) },
    { kind: 'event', event: { kind: 'gathering-state', state: 'complete', atMs: 0 } },
    { kind: 'transmit', socketId: 2, to, data: bytes(1) },
  ]
  driver.command({ kind: 'finish' })
  expect(log).toEqual(['send 1 192.0.2.9 2', 'event gathering-state', 'send 2 192.0.2.9 1'])
})

test('a pair that leaves by the wrong link is warned of once for each two interfaces', () => {
  const { driver, engine, log } = makeWorld()
  const egress = (pairId: number, named: string, carriedBy: string): EngineOutput => ({
    kind: 'event',
    event: { kind: 'egress', atMs: 0, pairId, label: 'x', verified: named === carriedBy, named, carriedBy },
  })
  engine.answer = () => [
    egress(1, 'eth0', 'eth0'),
    egress(2, 'wlan0', 'eth0'),
    egress(3, 'wlan0', 'eth0'),
    egress(4, 'lte0', 'eth0'),
  ]
  driver.command({ kind: 'finish' })
  expect(log.filter((line) => line.startsWith('warning'))).toEqual([
    'warning wrong-link',
    'warning wrong-link',
  ])
})

test('what the secure session says during a call waits until the engine is drained', () => {
  const { driver, engine, handled, log } = makeWorld()
  engine.answer = (input) =>
    input.kind === 'command'
      ? [
          { kind: 'secure-handshake', data: bytes(22) },
          { kind: 'secure-open', token: 7, record: bytes(23, 5) },
          { kind: 'secure-open', token: 8, record: bytes(23) },
          { kind: 'secure-deliver', plain: bytes(6) },
          { kind: 'secure-message', data: bytes(1) },
          { kind: 'secure-message', data: new Uint8Array(20) },
        ]
      : []
  driver.command({ kind: 'finish' })
  expect(log).toEqual([])
  expect(handled.slice(1).map(({ input }) => input)).toEqual([
    { kind: 'secure-handshake', data: bytes(22) },
    { kind: 'secure-opened', token: 7, plain: bytes(5) },
    { kind: 'secure-opened', token: 8, plain: undefined },
    { kind: 'secure-message', data: bytes(6) },
    { kind: 'secure-message-refused', data: new Uint8Array(20) },
  ])
})

test('one timer stands for the engine’s next deadline, and moves when that comes earlier', () => {
  const { clock, driver, engine, handled } = makeWorld(100)
  engine.deadlineMs = 50
  driver.command({ kind: 'finish' })
  engine.deadlineMs = 20
  driver.command({ kind: 'finish' })
  engine.answer = () => {
    engine.deadlineMs = undefined
    return []
  }
  clock.runUntil(1000)
  expect(handled.slice(2)).toEqual([{ input: { kind: 'tick' }, nowMs: 20 }])
})

test('a tick is never before its deadline, whatever rounding does to the sum of two times', () => {
  const { clock, driver, engine, handled } = makeWorld(0.1 + 0.2)
  let deadlineMs = 0.7
  engine.deadlineMs = deadlineMs
  engine.answer = () => {
    deadlineMs += 1.1
    engine.deadlineMs = deadlineMs
    return []
  }
  driver.command({ kind: 'finish' })
  clock.runUntil(200)
  const ticks = handled.filter(({ input }) => input.kind === 'tick')
  expect(ticks.length).toBeGreaterThan(150)
  expect(new Set(ticks.map(({ nowMs }) => nowMs)).size).toBe(ticks.length)
})

test('an engine whose deadline does not move is a broken invariant, not an endless loop', () => {
  const { clock, driver, engine } = makeWorld()
  engine.deadlineMs = 5
  driver.command({ kind: 'finish' })
  expect(() => clock.runUntil(100)).toThrow('stays at 5 ms')
})

test('an arrival carries the time it was seen, in engine time and not after now', () => {
  const { clock, driver, datagrams, handled } = makeWorld(1000)
  clock.runUntil(1010)
  const seen = (receivedAtMs: number) =>
    datagrams.onDatagram({ socketId: 1, from: to, data: bytes(1), receivedAtMs })
  for (const atMs of [900, 1004, 1011]) seen(atMs)
  expect(driver.nowMs()).toBe(10)
  expect(handled.map(({ input }) => input.kind === 'datagram' && input.receivedAtMs)).toEqual([0, 4, 10])
})

test('only an error that closes a socket reaches the engine', () => {
  const { datagrams, handled } = makeWorld()
  datagrams.onError({ socketId: 1, fatal: false, code: 'ENETUNREACH', message: 'no route' })
  datagrams.onError({ socketId: 1, fatal: true, code: 'ENODEV', message: 'gone' })
  expect(handled.map(({ input }) => input)).toEqual([
    { kind: 'socket-closed', socketId: 1, detail: 'gone (ENODEV)' },
  ])
})

test('a description that the engine refuses comes back as a problem', () => {
  const { driver, engine } = makeWorld()
  const description = { type: 'offer', sdp: '' } as const
  expect(driver.describe(description)).toBeUndefined()
  const problem = { kind: 'own', message: 'That is your own offer.' } as const
  engine.answer = () => [{ kind: 'description-refused', problem }]
  expect(driver.describe(description)).toEqual(problem)
})

test('the end closes everything, is told last, and nothing is handled after it', () => {
  const { clock, driver, engine, datagrams, handled, log } = makeWorld()
  engine.deadlineMs = 30
  engine.answer = () => [{ kind: 'snapshot', snapshot: {} as EngineSnapshot }, { kind: 'ended' }]
  driver.command({ kind: 'finish' })
  expect(log).toEqual(['snapshot', 'close all streams', 'close all', 'secure close', 'ended'])
  datagrams.onDatagram({ socketId: 1, from: to, data: bytes(1), receivedAtMs: 0 })
  clock.runUntil(1000)
  expect(handled).toHaveLength(1)
})

test('a timer that runs more than a second late is told as a stall', () => {
  const { clock, driver, engine, log } = makeWorld()
  engine.deadlineMs = 100
  engine.answer = (input) => {
    if (input.kind === 'tick') engine.deadlineMs = undefined
    return []
  }
  driver.command({ kind: 'finish' })
  const late = clock.nowMs
  clock.nowMs = () => late() + 1500
  clock.runUntil(100)
  expect(log).toContain('warning stall')
})

test('a wall clock that jumps is told, once for each jump', () => {
  const { clock, driver, engine, log } = makeWorld()
  let deadlineMs = 100
  engine.deadlineMs = deadlineMs
  engine.answer = () => {
    deadlineMs += 100
    engine.deadlineMs = deadlineMs
    return []
  }
  driver.command({ kind: 'finish' })
  clock.runUntil(500)
  const wall = clock.wallMs
  clock.wallMs = () => wall() + 3_600_000
  clock.runUntil(2000)
  expect(log).toEqual(['warning clock-jump'])
})

test('what the system dropped at a socket unread is told with a snapshot, before the socket closes, and before the end', async () => {
  const { clock, datagrams, driver, engine, handled } = makeWorld()
  let lost = 0
  datagrams.droppedUnread = () => lost
  await driver.open([request(1, '192.0.2.1')])
  const told = () =>
    handled.splice(0).flatMap(({ input }) => (input.kind === 'dropped-unread' ? [input.datagrams] : []))
  const answerWith = (output: EngineOutput) => {
    engine.answer = ({ kind }) => (kind === 'command' ? [output] : [])
    driver.command({ kind: 'finish' })
  }
  const snapshot: EngineOutput = { kind: 'snapshot', snapshot: { pairs: [] as unknown } as EngineSnapshot }
  answerWith(snapshot)
  expect(told()).toEqual([0])
  lost = 5
  answerWith(snapshot)
  expect(told()).toEqual([])
  clock.runUntil(1000)
  answerWith(snapshot)
  expect(told()).toEqual([5])
  lost = 6
  answerWith({ kind: 'event', event: { kind: 'finishing', by: 'peer', atMs: 1000 } })
  expect(told()).toEqual([1])
  lost = 9
  driver.snapshot()
  expect(told()).toEqual([3])
  lost = 11
  datagrams.onError({ socketId: 1, fatal: true, code: 'ENODEV', message: 'gone' })
  expect(handled.map(({ input }) => input.kind)).toEqual(['dropped-unread', 'socket-closed'])
  expect(told()).toEqual([2])
})

test('a driver that comes late says so before it goes on, and again when all that came meanwhile has been read', () => {
  const { clock, engine, datagrams, handled } = makeWorld()
  const timely = clock.nowMs
  let lateByMs = 0
  clock.nowMs = () => timely() + lateByMs
  const waiting: (() => void)[] = []
  datagrams.whenRead = (callback) => waiting.push(callback)
  const arrive = () =>
    datagrams.onDatagram({ socketId: 1, from: to, data: bytes(1), receivedAtMs: clock.nowMs() })
  const kinds = () =>
    handled.splice(0).map(({ input }) => (input.kind === 'unread' ? input.sinceMs : input.kind))
  engine.deadlineMs = 50
  arrive()
  clock.runUntil(40)
  arrive()
  expect(kinds()).toEqual(['datagram', 'datagram'])
  lateByMs = 20
  engine.deadlineMs = 100
  engine.answer = ({ kind }) => {
    if (kind === 'tick' && clock.nowMs() >= 100) engine.deadlineMs = undefined
    return []
  }
  arrive()
  arrive()
  lateByMs = 0
  clock.runUntil(60)
  expect(kinds()).toEqual([50, 'datagram', 'datagram', 'tick'])
  waiting.shift()?.()
  expect(kinds()).toEqual([null])
  lateByMs = 10
  clock.runUntil(100)
  expect(kinds()).toEqual([100, 'tick'])
  expect(waiting).toHaveLength(1)
})
