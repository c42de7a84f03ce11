import type { OpenSocketRequest } from '../../src/runtime/ports'
import { createHub, createRandom, createSeededEntropy, createVirtualClock, createWorld } from '../../src/sim'
import {
  describeClockContract,
  describeDatagramsContract,
  describeEntropyContract,
  describeInterfacesContract,
} from './index'

/** Two hosts on two links of 3 ms, with both families on the first. */
function makeHosts() {
  const clock = createVirtualClock()
  const world = createWorld({ seed: 'contract' })
  for (const [at, name] of ['eth', 'wifi'].entries()) {
    world.addNetwork(name)
    for (const [end, host] of ['left', 'right'].entries()) {
      const four = { family: 4, address: `198.18.${at}.${end + 1}` } as const
      const six = { family: 6, address: `2001:db8:${at + 1}::${end + 1}` } as const
      const addresses = at === 0 ? [four, six] : [four]
      world.addInterface({ host, name, kind: 'ethernet', addresses, network: name, up: { delayMs: 3 } })
    }
  }
  const hub = createHub({ clock, world })
  const pass = async (ms: number) => {
    clock.runUntil(clock.nowMs() + ms)
    await Promise.resolve()
  }
  return { clock, left: hub.host('left'), right: hub.host('right'), pass }
}

async function requestsOf(
  host: ReturnType<typeof makeHosts>['left'],
): Promise<readonly Omit<OpenSocketRequest, 'id'>[]> {
  return (await host.interfaces.list()).flatMap(({ name, kind, addresses }) =>
    addresses.map((address) => ({ interfaceName: name, interfaceKind: kind, address })),
  )
}

describeDatagramsContract('the simulated world', async () => {
  const { clock, left, right, pass } = makeHosts()
  const [leftRequests, rightRequests] = await Promise.all([requestsOf(left), requestsOf(right)])
  return { clock, left: left.datagrams, right: right.datagrams, leftRequests, rightRequests, pass }
})
describeClockContract('the virtual clock', () => Promise.resolve(makeHosts()))
describeInterfacesContract('the simulated world', () => Promise.resolve(makeHosts().left.interfaces))
describeEntropyContract('seeded entropy', () =>
  Promise.resolve(createSeededEntropy(createRandom('contract'))),
)
