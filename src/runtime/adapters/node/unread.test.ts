import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import type { Datagrams } from '../../ports'
import { nodeClock } from './clock'
import { nodeDatagrams } from './datagrams'
import { nodeInterfaces } from './interfaces'
import { loadNativeSockets } from './native-sockets'

const native = await loadNativeSockets()
if (native.kind === 'unavailable')
  console.warn(`Skipped: what the kernel counts as unread, because of this: ${native.reason}`)

const families = [4, 6] as const
const open: Datagrams[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.closeAll()
})

/** A socket on the loopback interface; null where it has no address of this family. */
async function make(family: 4 | 6, binding: 'device' | 'address' = 'device') {
  const datagrams = nodeDatagrams(nodeClock(), { binding, ports: null })
  open.push(datagrams)
  const loopback = (await nodeInterfaces().list()).find((each) => each.loopback)
  const address = loopback?.addresses.find((each) => each.family === family)
  if (loopback === undefined || address === undefined) return null
  const { name, kind } = loopback
  const result = await datagrams.open({ id: 1, interfaceName: name, interfaceKind: kind, address })
  if (result.kind === 'failed') throw new Error(result.message)
  let arrived = 0
  datagrams.onDatagram = () => {
    arrived += 1
  }
  return { datagrams, to: result.socket.local, arrived: () => arrived }
}

/** More than the system has room for, in one turn of the event loop, so that nobody reads meanwhile. */
async function flood({ family, address, port }: { family: 4 | 6; address: string; port: number }) {
  const datagrams = 8000
  const sender = createSocket({
    type: family === 4 ? 'udp4' : 'udp6',
    lookup: (name, _options, callback) => callback(null, name, family),
  })
  const listening = once(sender, 'listening')
  sender.bind()
  await listening
  for (let count = 0; count < datagrams; count += 1) sender.send(new Uint8Array(1400), port, address)
  sender.close()
  return datagrams
}

describe.skipIf(native.kind === 'unavailable')('A socket that is not read in time', () => {
  it.each(families)(
    'tells what it lost: over IPv%i each datagram sent arrived or is counted',
    async (family) => {
      const made = await make(family)
      if (made === null) return console.warn(`Not tried: the loopback interface has no IPv${family} address.`)
      const { datagrams, to, arrived } = made
      expect(datagrams.droppedUnread?.(1)).toBe(0)
      const sent = await flood(to)
      const lost = datagrams.droppedUnread?.(1) ?? 0
      expect(arrived()).toBe(0)
      expect(lost).toBeGreaterThan(1000)
      await new Promise<void>((resolve) => datagrams.whenRead?.(resolve))
      expect(arrived() + lost).toBe(sent)
      expect(datagrams.droppedUnread?.(1)).toBe(lost)
    },
  )

  it('bound to its address alone, tells nothing, as does one that is closed', async () => {
    const byAddress = await make(4, 'address')
    expect(byAddress?.datagrams.droppedUnread?.(1)).toBe(null)
    const closed = await make(4)
    closed?.datagrams.close(1)
    expect(closed?.datagrams.droppedUnread?.(1)).toBe(null)
  })
})
