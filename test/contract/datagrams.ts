import { afterEach, describe, expect, it } from 'vitest'
import { limits, type SocketInfo, type TransportAddress } from '../../src/engine'
import type { Clock, Datagram, Datagrams, OpenSocketRequest } from '../../src/runtime/ports'

/** Two hosts (or one, twice) that reach each other without loss. */
export interface DatagramsUnderTest {
  readonly clock: Clock
  readonly left: Datagrams
  readonly right: Datagrams
  /** One request (without its id) per address of the left host, at least one. */
  readonly leftRequests: readonly Omit<OpenSocketRequest, 'id'>[]
  /** In the same order: the address of the right host that this address of the left one reaches. */
  readonly rightRequests: readonly Omit<OpenSocketRequest, 'id'>[]
  /** Lets `ms` go by: really, or by moving virtual time. */
  pass(ms: number): Promise<void>
}

interface Pair {
  readonly left: SocketInfo
  readonly right: SocketInfo
}

type Told = Parameters<Datagrams['onError']>[0]

/** What every Datagrams promises, real or simulated. */
export function describeDatagramsContract(name: string, make: () => Promise<DatagramsUnderTest>): void {
  describe(`${name} as Datagrams`, () => {
    const made: DatagramsUnderTest[] = []
    afterEach(() => {
      for (const each of made.splice(0)) {
        each.left.closeAll()
        each.right.closeAll()
      }
    })

    async function start() {
      const world = await make()
      made.push(world)
      const received: Datagram[] = []
      const errors: Told[] = []
      for (const host of [world.left, world.right]) {
        host.onDatagram = (datagram) => received.push(datagram)
        host.onError = (error) => errors.push(error)
      }
      const pairs: Pair[] = []
      for (let index = 0; index < world.leftRequests.length; index += 1) {
        // Ids differ across hosts too, since both may be one Datagrams.
        pairs.push({
          left: await mustOpen(world.left, world.leftRequests[index], 2 * index + 1),
          right: await mustOpen(world.right, world.rightRequests[index], 2 * index + 2),
        })
      }
      /** Up to 2 s for what must come; at once when it is there. */
      const until = async (done: () => boolean): Promise<void> => {
        for (let waitedMs = 0; !done() && waitedMs < 2000; waitedMs += 5) await world.pass(5)
      }
      return { ...world, pairs, received, errors, until, first: must(pairs[0]) }
    }

    it('opens each address on a port of its own and says how it is bound', async () => {
      const { pairs, leftRequests } = await start()
      const sockets = pairs.flatMap((pair) => [pair.left, pair.right])
      for (const socket of sockets) {
        expect(socket.local.port).toBeGreaterThan(0)
        expect(['device', 'address', 'emulated']).toContain(socket.binding)
      }
      const locals = sockets.map((socket) => `${socket.interfaceName} ${text(socket.local)}`)
      expect(pairs.map((pair) => pair.left.local.address)).toEqual(
        leftRequests.map((request) => request.address.address),
      )
      if (leftRequests.length > 1) expect(new Set(locals).size).toBeGreaterThan(1)
    })

    it('carries bytes there and back by every address, unchanged, from where they were sent', async () => {
      const { pairs, left, right, received, until } = await start()
      for (const pair of pairs) {
        received.length = 0
        const data = Uint8Array.from({ length: 256 }, (_, index) => index)
        left.send(pair.left.id, pair.right.local, data)
        await until(() => received.length > 0)
        const arrived = must(received[0])
        expect(arrived.socketId).toBe(pair.right.id)
        expect(arrived.from).toEqual(pair.left.local)
        expect([...arrived.data]).toEqual([...data])
        right.send(pair.right.id, arrived.from, new Uint8Array([7]))
        await until(() => received.length > 1)
        expect(received[1]?.socketId).toBe(pair.left.id)
        expect(received[1]?.from).toEqual(pair.right.local)
      }
    })

    it('never delivers within `send`', async () => {
      const { first, left, received, until } = await start()
      left.send(first.left.id, first.right.local, new Uint8Array([1]))
      expect(received.length).toBe(0)
      await until(() => received.length > 0)
      expect(received.length).toBe(1)
    })

    it('stamps an arrival with the clock, between sending and handing over', async () => {
      const { first, left, right, clock, until } = await start()
      let handedOverAtMs = 0
      let arrived: Datagram | undefined
      right.onDatagram = (datagram) => {
        handedOverAtMs = clock.nowMs()
        arrived = datagram
      }
      const sentAtMs = clock.nowMs()
      left.send(first.left.id, first.right.local, new Uint8Array([1]))
      await until(() => arrived !== undefined)
      expect(must(arrived).receivedAtMs).toBeGreaterThanOrEqual(sentAtMs)
      expect(must(arrived).receivedAtMs).toBeLessThanOrEqual(handedOverAtMs)
    })

    it('carries an empty datagram and the largest we send, as plain Uint8Arrays', async () => {
      const { first, left, received, until } = await start()
      for (const size of [0, limits.datagramBytes]) {
        received.length = 0
        left.send(first.left.id, first.right.local, new Uint8Array(size).fill(5))
        await until(() => received.length > 0)
        expect(received[0]?.data.length).toBe(size)
        // A Buffer would pass for one, but its `slice` shares memory.
        expect(received[0]?.data.constructor).toBe(Uint8Array)
      }
    })

    it('hands each arrival memory of its own', async () => {
      const { first, left, received, until } = await start()
      left.send(first.left.id, first.right.local, new Uint8Array([1, 1]))
      left.send(first.left.id, first.right.local, new Uint8Array([2, 2]))
      await until(() => received.length > 1)
      must(received[0]).data.fill(9)
      expect([...must(received[1]).data]).toEqual([2, 2])
    })

    it('carries a burst of 100 datagrams without losing one', async () => {
      const { first, left, received, until } = await start()
      for (let index = 0; index < 100; index += 1)
        left.send(first.left.id, first.right.local, new Uint8Array([index]))
      await until(() => received.length === 100)
      expect(received.map((each) => each.data[0])).toEqual(Array.from({ length: 100 }, (_, index) => index))
    })

    it('tells a send to an address of the other family as an error that is not fatal, after `send` returned', async () => {
      const { first, left, errors, received, until } = await start()
      const other: TransportAddress =
        first.right.local.family === 4
          ? { family: 6, address: '::1', port: 9 }
          : { family: 4, address: '127.0.0.1', port: 9 }
      left.send(first.left.id, other, new Uint8Array([1]))
      expect(errors).toEqual([])
      await until(() => errors.length > 0)
      expect(errors[0]).toMatchObject({ socketId: first.left.id, fatal: false })
      expect(errors[0]?.code).not.toBe('')
      left.send(first.left.id, first.right.local, new Uint8Array([1]))
      await until(() => received.length > 0)
      expect(received.length).toBe(1)
    })

    it('does not throw when sending on a socket that is closed or never was', async () => {
      const { first, left, received, pass } = await start()
      left.close(first.left.id)
      left.close(first.left.id)
      left.send(first.left.id, first.right.local, new Uint8Array([1]))
      left.send(9999, first.right.local, new Uint8Array([1]))
      await pass(30)
      expect(received).toEqual([])
    })

    it('delivers nothing more to a socket once it is closed, not even what was under way', async () => {
      const { first, left, right, received, pass } = await start()
      left.send(first.left.id, first.right.local, new Uint8Array([1]))
      right.close(first.right.id)
      await pass(100)
      expect(received).toEqual([])
    })

    it('closes all at once', async () => {
      const { first, left, right, received, pass } = await start()
      right.closeAll()
      left.send(first.left.id, first.right.local, new Uint8Array([1]))
      await pass(50)
      expect(received).toEqual([])
    })

    it('answers an address that the host does not have with a failure, not with a throw', async () => {
      const { left, leftRequests } = await start()
      const request = must(leftRequests[0])
      const strange = request.address.family === 4 ? '203.0.113.77' : '2001:db8::77'
      const result = await left.open({
        ...request,
        id: 77,
        address: { ...request.address, address: strange, linkLocal: false, scopeId: null },
      })
      expect(result).toMatchObject({ kind: 'failed', code: 'EADDRNOTAVAIL' })
    })

    it('refuses an id that is open, as a broken invariant', async () => {
      const { left, leftRequests, first } = await start()
      await expect(
        Promise.resolve().then(() => left.open({ ...must(leftRequests[0]), id: first.left.id })),
      ).rejects.toThrow()
    })

    it('resolves an unknown name to nothing', async () => {
      const { left } = await start()
      expect(await left.resolve('no-such-host.invalid')).toEqual([])
    })

    it('resolves an address to itself', async () => {
      const { left } = await start()
      expect(await left.resolve('192.0.2.9')).toEqual([{ family: 4, address: '192.0.2.9' }])
      expect(await left.resolve('2001:db8::9')).toEqual([{ family: 6, address: '2001:db8::9' }])
    })
  })
}

async function mustOpen(
  host: Datagrams,
  request: Omit<OpenSocketRequest, 'id'> | undefined,
  id: number,
): Promise<SocketInfo> {
  const result = await host.open({ ...must(request), id })
  if (result.kind === 'failed') throw new Error(`${result.code}: ${result.message}`)
  return result.socket
}

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('Something that must be there is missing')
  return value
}

function text(address: TransportAddress): string {
  return `${address.address} ${address.port}`
}
