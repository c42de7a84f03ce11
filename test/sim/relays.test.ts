/** The relays of one socket against the simulated TURN server, without an agent above: hours cost nothing here. */
import { expect, test } from 'vitest'
import type { EngineEvent, SocketInfo, TransportAddress } from '../../src/engine'
import { createRelays, type RelaySink } from '../../src/engine/turn'
import {
  createHub,
  createRandom,
  createSeededEntropy,
  createVirtualClock,
  createWorld,
  serveTurn,
} from '../../src/sim'

const server: TransportAddress = { family: 4, address: '203.0.113.5', port: 3478 }
const peer: TransportAddress = { family: 4, address: '203.0.113.9', port: 7000 }
const socket: SocketInfo = {
  id: 1,
  local: { family: 4, address: '203.0.113.7', port: 5000 },
  interfaceName: 'eth0',
  interfaceKind: 'ethernet',
  binding: 'emulated',
}
const hourMs = 3_600_000
type Told = Parameters<RelaySink['event']>[0]
type Failed = Extract<EngineEvent, { kind: 'relay-failed' }>

/** A client, a server and a peer that sends everything back. */
function makeWorld({ password = 's3cret', protocol = 'udp' as 'udp' | 'tcp' } = {}) {
  const clock = createVirtualClock()
  const world = createWorld({ seed: 1 })
  world.addNetwork('internet')
  for (const [host, address] of [
    ['client', socket.local.address],
    ['server', server.address],
    ['peer', peer.address],
  ] as const) {
    const addresses = [{ family: 4 as const, address }]
    world.addInterface({
      host,
      name: 'eth0',
      kind: 'ethernet',
      addresses,
      network: 'internet',
      up: { delayMs: 5 },
    })
  }
  const hub = createHub({ clock, world })
  const account = { username: 'ann', password: 's3cret' }
  const turn = serveTurn(hub, 'server', 'eth0', {
    ...account,
    port: 3478,
    lifetimeSeconds: 60,
    nonceSeconds: 300,
  })
  let heardByPeer = 0
  hub.serve('peer', ({ from, to, data }) => {
    heardByPeer += 1
    hub.send('peer', 'eth0', { from: to, to: from, data })
  })

  const told: Told[] = []
  const opened: SocketInfo[] = []
  const closed: string[] = []
  const arrived: number[] = []
  const streams: string[] = []
  let requests = 0
  const relays = createRelays(
    {
      turnServers: [
        { url: 'turn:relay', protocol, address: server, serverName: 'relay', username: 'ann', password },
      ],
      primitives: createSeededEntropy(createRandom(7)),
    },
    {
      transmit(_, to, data) {
        requests += 1
        hub.send('client', 'eth0', { from: socket.local, to, data })
      },
      openStream: (id) => streams.push(`open ${id}`),
      sendStream: (id, data) => streams.push(`send ${id} ${data.length % 4}`),
      closeStream: (id) => streams.push(`close ${id}`),
      opened: (one) => opened.push(one),
      closed: (_, detail) => closed.push(detail),
      arrived: (_, from, data) => arrived.push(data[0]! + from.port),
      event: (event) => told.push(event),
    },
  )
  hub.serve('client', ({ from, data }, atMs) => relays.datagram(1, from, data, atMs))

  function runUntil(untilMs: number): void {
    for (;;) {
      const dueMs = Math.min(relays.nextDeadline() ?? Infinity, untilMs)
      clock.runUntil(dueMs)
      relays.tick(clock.nowMs())
      if (dueMs >= untilMs) return
    }
  }
  const failures = () => told.filter((event): event is Failed & Told => event.kind === 'relay-failed')
  relays.addSocket(socket, 0)
  return {
    clock,
    relays,
    turn,
    told,
    opened,
    closed,
    arrived,
    streams,
    failures,
    runUntil,
    heardByPeer: () => heardByPeer,
    requests: () => requests,
  }
}

test('a relayed address holds for ten hours, nonces going stale all the time, and is given back at the end', () => {
  const { relays, turn, opened, arrived, failures, runUntil, heardByPeer } = makeWorld()
  runUntil(1000)
  expect(opened[0]?.relay).toMatchObject({
    url: 'turn:relay',
    protocol: 'udp',
    baseId: 1,
    related: socket.local,
  })
  const hours = 10
  for (let minute = 1; minute <= hours * 60; minute += 1) {
    relays.send(opened[0]!.id, peer, new Uint8Array([1]), minute * 60_000)
    runUntil(minute * 60_000 + 100)
  }
  expect(heardByPeer()).toBe(hours * 60)
  expect(arrived).toHaveLength(hours * 60)
  expect(turn.counts.staleNonces).toBeGreaterThan(hours * 10)
  expect(turn.counts.byChannel).toBeGreaterThan(hours * 60 - 5)
  expect(failures()).toEqual([])
  runUntil(hours * hourMs + 20_000)
  relays.close(hours * hourMs + 20_000)
  runUntil(hours * hourMs + 21_000)
  expect(turn.counts).toMatchObject({ allocated: 1, deleted: 1, expired: 0 })
})

test('an address that nothing was sent to for long is no longer kept open, and works again when it is needed', () => {
  const { relays, opened, arrived, runUntil } = makeWorld()
  runUntil(1000)
  const send = (atMs: number): void => {
    relays.send(opened[0]!.id, peer, new Uint8Array([1]), atMs)
    runUntil(atMs + 500)
  }
  send(2000)
  send(hourMs)
  send(2 * hourMs)
  expect(arrived).toHaveLength(3)
})

test('a wrong password is told with the code and what it means, and asked for rarely', () => {
  const { failures, relays, requests, runUntil } = makeWorld({ password: 'wrong' })
  runUntil(1000)
  expect(failures()).toMatchObject([{ code: 401, lost: false, interfaceName: 'eth0', server: 'turn:relay' }])
  expect(failures()[0]?.detail).toContain('the password is wrong')
  expect(failures()[0]?.detail).not.toContain('"wrong"')
  expect(relays.settled).toBe(true)
  runUntil(hourMs)
  expect(failures()).toHaveLength(1)
  expect(requests()).toBeLessThan(40)
})

test('a server that dies is told within 45 s, and comes back with another address', () => {
  const { relays, turn, failures, closed, opened, runUntil } = makeWorld()
  runUntil(20_000)
  turn.die()
  runUntil(65_000)
  expect(failures()).toMatchObject([
    { code: null, lost: true, detail: 'The server does not answer any more.' },
  ])
  expect(closed).toHaveLength(1)
  expect(relays.progress(65_000)).toMatchObject([{ state: 'waiting', address: null, interfaceName: 'eth0' }])
  turn.restart()
  runUntil(200_000)
  expect(opened).toHaveLength(2)
  expect(opened[1]!.id).not.toBe(opened[0]!.id)
  expect(failures()).toHaveLength(1)
})

test('a server that was started anew says so at the next refresh', () => {
  const { turn, failures, runUntil } = makeWorld()
  runUntil(20_000)
  turn.restart()
  runUntil(31_000)
  expect(failures()).toMatchObject([{ code: 437, lost: true }])
})

test('a closed socket takes its relay with it, and nothing more is sent', () => {
  const { relays, closed, requests, runUntil } = makeWorld()
  runUntil(1000)
  relays.closeSocket(1, 1000)
  const before = requests()
  runUntil(hourMs)
  expect(closed[0]).toContain('eth0 is gone')
  expect(requests()).toBe(before)
})

test('a success that was forged without the password opens nothing', () => {
  const { relays, opened, runUntil, requests } = makeWorld({ password: 's3cret' })
  runUntil(12)
  const forged = new Uint8Array(20)
  forged.set([1, 3, 0, 0, 0x21, 0x12, 0xa4, 0x42])
  expect(relays.datagram(1, server, forged, 12)).toBe(false)
  expect(opened).toEqual([])
  expect(requests()).toBe(2)
})

test('a connection is opened and framed in fours; one that closes is told, and one that never opens as well', () => {
  const { relays, failures, streams, runUntil } = makeWorld({ protocol: 'tcp' })
  relays.streamOpened(1, 10)
  expect(streams).toEqual(['open 1', 'send 1 0'])
  relays.streamClosed(1, 'The server closed the connection.', 20)
  expect(failures()).toMatchObject([{ code: null, detail: 'The server closed the connection.' }])
  runUntil(15_020)
  expect(streams.at(-1)).toBe('open 2')
  runUntil(30_000)
  expect(streams.at(-1)).toBe('close 2')
  expect(relays.progress(30_000)[0]?.detail).toBe('No connection within 10 s.')
})

test('a connection that speaks something else is left', () => {
  const { relays, failures, streams } = makeWorld({ protocol: 'tcp' })
  relays.streamOpened(1, 10)
  relays.streamData(1, new TextEncoder().encode('HTTP/1.1 400 Bad Request\r\n'), 20)
  expect(failures()[0]?.detail).toContain('not TURN')
  expect(streams.at(-1)).toBe('close 1')
})
