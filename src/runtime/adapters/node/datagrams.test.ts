import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { limits } from '../../../engine'
import type { Datagrams, OpenSocketRequest } from '../../ports'
import { nodeClock } from './clock'
import { nodeDatagrams } from './datagrams'
import { nodeInterfaces } from './interfaces'
import { onAddress } from './open-socket'

const open: Datagrams[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.closeAll()
})

async function loopbackRequest(id: number): Promise<OpenSocketRequest> {
  const loopback = (await nodeInterfaces().list()).find((each) => each.loopback)
  const address = loopback?.addresses.find((each) => each.family === 4)
  if (loopback === undefined || address === undefined) throw new Error('There is no IPv4 loopback')
  return { id, interfaceName: loopback.name, interfaceKind: loopback.kind, address }
}

function make(): { datagrams: Datagrams; errors: { code: string; fatal: boolean }[] } {
  const datagrams = nodeDatagrams(nodeClock())
  const errors: { code: string; fatal: boolean }[] = []
  datagrams.onError = ({ code, fatal }) => errors.push({ code, fatal })
  open.push(datagrams)
  return { datagrams, errors }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('Sockets of this machine', () => {
  it('drop what is larger than the limit, say so, and go on', async () => {
    const { datagrams, errors } = make()
    const result = await datagrams.open(await loopbackRequest(1))
    if (result.kind === 'failed') throw new Error(result.message)
    const sizes: number[] = []
    const arrived = new Promise<void>((resolve) => {
      datagrams.onDatagram = ({ data }) => {
        sizes.push(data.length)
        if (data.length === 1) resolve()
      }
    })
    const sender = createSocket('udp4')
    for (const size of [limits.receivedDatagramBytes, limits.receivedDatagramBytes + 1, 1])
      sender.send(new Uint8Array(size), result.socket.local.port, '127.0.0.1')
    await arrived
    sender.close()
    expect(sizes).toEqual([limits.receivedDatagramBytes, 1])
    expect(errors).toEqual([{ code: 'OVERSIZE', fatal: false }])
  })

  it('tell when all that had arrived has been handed over, also where a socket holds more than one turn reads', async () => {
    const { datagrams } = make()
    const result = await datagrams.open(await loopbackRequest(1))
    if (result.kind === 'failed') throw new Error(result.message)
    let arrived = 0
    datagrams.onDatagram = () => {
      arrived += 1
    }
    for (let count = 0; count < 100; count += 1) datagrams.send(1, result.socket.local, new Uint8Array([1]))
    expect(arrived).toBe(0)
    await new Promise<void>((resolve) => datagrams.whenRead?.(resolve))
    expect(arrived).toBe(100)
  })

  it('drop sends beyond the stated number in flight, and say so', async () => {
    const { datagrams, errors } = make()
    const result = await datagrams.open(await loopbackRequest(1))
    if (result.kind === 'failed') throw new Error(result.message)
    // Node reports sends done only when this loop has ended, so that all of them are in flight.
    for (let count = 0; count < 2050; count += 1) datagrams.send(1, result.socket.local, new Uint8Array([1]))
    await turn()
    expect(errors).toEqual([
      { code: 'QUEUE-FULL', fatal: false },
      { code: 'QUEUE-FULL', fatal: false },
    ])
    datagrams.send(1, result.socket.local, new Uint8Array([1]))
    await turn()
    expect(errors.length).toBe(2)
  })

  it('report a port that cannot be, instead of throwing', async () => {
    const { datagrams, errors } = make()
    await datagrams.open(await loopbackRequest(1))
    datagrams.send(1, { family: 4, address: '127.0.0.1', port: 0 }, new Uint8Array([1]))
    datagrams.send(1, { family: 4, address: 'not an address', port: 9 }, new Uint8Array([1]))
    expect(errors).toEqual([])
    await turn()
    expect(errors.map((error) => error.code).sort()).toEqual(['EINVAL', 'ERR_SOCKET_BAD_PORT'])
  })

  it('are no more than the limit', async () => {
    const { datagrams } = make()
    for (let id = 1; id <= limits.sockets; id += 1)
      expect((await datagrams.open(await loopbackRequest(id))).kind).toBe('opened')
    expect(await datagrams.open(await loopbackRequest(99))).toMatchObject({ kind: 'failed', code: 'LIMIT' })
  })

  it('are not left open when they are closed while being opened', async () => {
    const { datagrams } = make()
    const request = await loopbackRequest(1)
    const opening = datagrams.open(request)
    datagrams.closeAll()
    expect(await opening).toMatchObject({ kind: 'failed', code: 'CLOSED' })
    expect((await datagrams.open(request)).kind).toBe('opened')
  })

  it('answer an interface that does not exist with ENODEV', async () => {
    const { datagrams } = make()
    const request = { ...(await loopbackRequest(1)), interfaceName: 'no-such-if' }
    const result = await datagrams.open(request)
    if (process.platform === 'linux') expect(result).toMatchObject({ kind: 'failed', code: 'ENODEV' })
  })

  it('do not let another process take their port, as SO_REUSEADDR would', async () => {
    const { datagrams } = make()
    const result = await datagrams.open(await loopbackRequest(1))
    if (result.kind === 'failed') throw new Error(result.message)
    const thief = createSocket({ type: 'udp4', reuseAddr: true })
    thief.bind(result.socket.local.port, '127.0.0.1')
    const [error] = await once(thief, 'error')
    expect(error).toMatchObject({ code: 'EADDRINUSE' })
    thief.close()
  })
})

describe('A socket bound to its address only', () => {
  it('says why', async () => {
    const made = await onAddress(await loopbackRequest(1), 'Because.', 0)
    if (made.kind === 'failed') throw new Error(made.message)
    expect(made).toMatchObject({ binding: 'address', reason: 'Because.' })
    expect(made.handles[0].address().address).toBe('127.0.0.1')
    made.handles[0].close()
  })

  it('fails with the code of the system for a strange address', async () => {
    const request = await loopbackRequest(1)
    const strange = { ...request, address: { ...request.address, address: '203.0.113.77' } }
    expect(await onAddress(strange, '', 0)).toMatchObject({ kind: 'failed', code: 'EADDRNOTAVAIL' })
  })
})

describe('Sockets that may have certain ports only', () => {
  const ports = { first: 47_310, last: 47_311 }

  it('take the first that is free on their address, and say so when there is none', async () => {
    const limited = nodeDatagrams(nodeClock(), { binding: 'device', ports })
    open.push(limited)
    const made = [
      await limited.open(await loopbackRequest(1)),
      await limited.open(await loopbackRequest(2)),
      await limited.open(await loopbackRequest(3)),
    ]
    expect(made.map((each) => (each.kind === 'opened' ? each.socket.local.port : each.code))).toEqual([
      47_310,
      47_311,
      'EADDRINUSE',
    ])
    expect(made[2]).toMatchObject({ message: expect.stringContaining('every port of 47310-47311 is in use') })
  })

  it('are bound to their address only where that is asked for, and give it as the reason', async () => {
    const limited = nodeDatagrams(nodeClock(), { binding: 'address', ports: { first: 47_312, last: 47_312 } })
    open.push(limited)
    const made = await limited.open(await loopbackRequest(1))
    expect(made).toMatchObject({ kind: 'opened', socket: { binding: 'address', local: { port: 47_312 } } })
    expect(made).toMatchObject({ bindingReason: expect.stringContaining('binding is set to address') })
  })
})
