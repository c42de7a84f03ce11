/** By which link packets really leave, read from the kernel's counters. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TransportAddress } from '../../src/engine'
import { type Agent, buildAgent, startAgent } from './agent'
import { createHosts, type Host, type Hosts, whyNoNamespaces } from './netns'

const reason = whyNoNamespaces()
if (reason !== null) console.warn(`Skipped: by which link packets leave, because ${reason}.`)

/** Far more than ARP, neighbour discovery and router solicitations make on a link meanwhile. */
const burst = 200
const few = 50

const nobody = 65_534

describe.skipIf(reason !== null)(
  'Where the main table prefers link a, a packet from the address of link b',
  () => {
    let hosts: Hosts
    let receiver: Agent

    beforeAll(async () => {
      await buildAgent()
      hosts = await createHosts(['a', 'b'], 'overlapping')
      receiver = await startAgent(hosts.right)
    })
    afterAll(() => hosts?.destroy())

    let nextId = 0

    async function openReceiver(address: string): Promise<{ id: number; local: TransportAddress }> {
      nextId += 1
      const id = nextId
      const result = await receiver.ask({ kind: 'open', id, interfaceName: 'b', address, binding: 'device' })
      if (result.kind !== 'opened') throw new Error(JSON.stringify(result))
      return { id, local: result.socket.local }
    }

    async function sendOverB(family: 4 | 6, binding: 'device' | 'address', userId: number | null) {
      const address = (host: Host): string => {
        const both = host.addresses.get('b')!
        return family === 4 ? both.ipv4 : both.ipv6
      }
      const to = await openReceiver(address(hosts.right))
      const sender = await startAgent(hosts.left)
      try {
        if (userId !== null) await sender.ask({ kind: 'become', userId })
        const from = address(hosts.left)
        const opened = await sender.ask({ kind: 'open', id: 1, interfaceName: 'b', address: from, binding })
        expect(opened.kind).not.toBe('failed')
        const before = await sentPackets(hosts.left)
        await sender.ask({ kind: 'send', id: 1, to: to.local, count: burst })
        await arrived(receiver, `${to.id} < ${from}`, burst)
        const after = await sentPackets(hosts.left)
        return { a: after.a - before.a, b: after.b - before.b }
      } finally {
        await sender.stop()
      }
    }

    for (const family of [4, 6] as const) {
      it(`leaves by link a, the wrong one, when only the address is bound (IPv${family})`, async () => {
        const sent = await sendOverB(family, 'address', null)
        expect(sent.a).toBeGreaterThanOrEqual(burst)
        expect(sent.b).toBeLessThan(few)
      })

      it(`leaves by link b when the socket is bound to the device (IPv${family})`, async () => {
        const sent = await sendOverB(family, 'device', null)
        expect(sent.b).toBeGreaterThanOrEqual(burst)
        expect(sent.a).toBeLessThan(few)
      })

      it(`leaves by link b for an ordinary user too (IPv${family})`, async () => {
        const sent = await sendOverB(family, 'device', nobody)
        expect(sent.b).toBeGreaterThanOrEqual(burst)
        expect(sent.a).toBeLessThan(few)
      })
    }
  },
)

describe.skipIf(reason !== null)('Sockets bound to their devices on two links', () => {
  let hosts: Hosts
  let left: Agent
  let right: Agent

  beforeAll(async () => {
    await buildAgent()
    hosts = await createHosts(['a', 'b'], 'overlapping')
    left = await startAgent(hosts.left)
    right = await startAgent(hosts.right)
  })
  afterAll(() => hosts?.destroy())

  async function open(agent: Agent, host: Host, id: number, link: string, family: 4 | 6 | 'link-local') {
    const info = (await agent.ask({ kind: 'list' })).find((each) => each.name === link)
    const own = host.addresses.get(link)!
    const address = info?.addresses.find((each) =>
      family === 'link-local' ? each.linkLocal : each.address === (family === 4 ? own.ipv4 : own.ipv6),
    )
    const result = await agent.ask({
      kind: 'open',
      id,
      interfaceName: link,
      address: address?.address ?? 'none',
      binding: 'device',
    })
    if (result.kind !== 'opened') throw new Error(`${link} ${JSON.stringify(result)}`)
    return result.socket
  }

  for (const family of [4, 6] as const)
    it(`reach each other over all four pairs, since each receives by any link (IPv${family})`, async () => {
      const base = family * 10
      const mine = [
        await open(left, hosts.left, base, 'a', family),
        await open(left, hosts.left, base + 1, 'b', family),
      ]
      const theirs = [
        await open(right, hosts.right, base, 'a', family),
        await open(right, hosts.right, base + 1, 'b', family),
      ]
      for (const from of mine)
        for (const to of theirs) {
          await left.ask({ kind: 'send', id: from.id, to: to.local, count: 10 })
          await arrived(right, `${to.id} < ${from.local.address}`, 10)
          await right.ask({ kind: 'send', id: to.id, to: from.local, count: 10 })
          await arrived(left, `${from.id} < ${to.local.address}`, 10)
        }
    })

  it('carry between link-local addresses, each by the zone of its own interface', async () => {
    const mine = await open(left, hosts.left, 71, 'b', 'link-local')
    const theirs = await open(right, hosts.right, 72, 'b', 'link-local')
    await left.ask({ kind: 'send', id: 71, to: theirs.local, count: 10 })
    await arrived(right, `72 < ${mine.local.address}`, 10)
  })

  it('survive their link going down, say that sends fail, and carry again when it is up', async () => {
    const mine = await open(left, hosts.left, 81, 'b', 4)
    const theirs = await open(right, hosts.right, 82, 'b', 4)
    await hosts.left.setLink('b', 'down')
    const down = (await left.ask({ kind: 'list' })).find((each) => each.name === 'b')
    expect(down).toMatchObject({ up: false, addresses: [], usedByDefault: false })
    await left.ask({ kind: 'send', id: 81, to: theirs.local, count: 10 })
    expect((await left.ask({ kind: 'stats' })).errors).toMatchObject({ '81 ENETUNREACH': 10 })
    await hosts.left.setLink('b', 'up')
    // The overlapping route went with the link; a socket bound to its device needs none.
    await left.ask({ kind: 'send', id: 81, to: theirs.local, count: 10 })
    await arrived(right, `82 < ${mine.local.address}`, 10)
  })

  it('die with their interface, and say so', async () => {
    await open(left, hosts.left, 91, 'b', 4)
    await open(left, hosts.left, 92, 'b', 6)
    const theirs = [await open(right, hosts.right, 91, 'a', 4), await open(right, hosts.right, 92, 'a', 6)]
    await hosts.left.ip('link', 'del', 'dev', 'b')
    for (const { id, local } of theirs) await left.ask({ kind: 'send', id, to: local, count: 3 })
    const { errors } = await left.ask({ kind: 'stats' })
    expect(errors).toMatchObject({ '91 ENODEV fatal': 1, '92 ENODEV fatal': 1 })
  })
})

async function sentPackets(host: Host): Promise<{ a: number; b: number }> {
  return {
    a: (await host.counters('a')).sentPackets,
    b: (await host.counters('b')).sentPackets,
  }
}

/** Waits up to 5 s for what must come. */
async function arrived(agent: Agent, key: string, least: number): Promise<void> {
  const endMs = performance.now() + 5000
  for (;;) {
    const { received, errors } = await agent.ask({ kind: 'stats' })
    if ((received[key] ?? 0) >= least) return
    if (performance.now() > endMs)
      throw new Error(
        `${key}: ${received[key] ?? 0} of ${least} arrived; ${JSON.stringify({ received, errors })}`,
      )
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
