import { expect, test } from 'vitest'
import { createVirtualClock } from '../../sim'
import type { InterfaceInfo, OpenSocketRequest, OpenSocketResult } from '../ports'
import { chooseSockets } from './choose'
import { followInterfaces, lookEveryMs } from './follow'

function info(
  name: string,
  index: number,
  addresses: readonly string[],
  changes: Partial<InterfaceInfo> = {},
): InterfaceInfo {
  return {
    name,
    index,
    kind: 'ethernet',
    up: true,
    loopback: false,
    addresses: addresses.map((address) => ({
      family: 4,
      address,
      prefixLength: 24,
      linkLocal: false,
      scopeId: null,
    })),
    binding: 'device',
    bindingReason: null,
    usedByDefault: addresses.length > 0,
    ...changes,
  }
}

/** A machine whose interfaces the test changes, followed from `first` on. */
function makeWorld(
  first: readonly InterfaceInfo[],
  chosen: readonly string[] | null = null,
  watch: (changed: () => void) => () => void = () => () => undefined,
) {
  const clock = createVirtualClock()
  const log: string[] = []
  const opened: OpenSocketRequest[] = []
  const world = {
    listed: first,
    list: (): Promise<readonly InterfaceInfo[]> => Promise.resolve(world.listed),
    refuses: new Set<string>(),
  }
  const follower = followInterfaces({
    clock,
    list: () => world.list(),
    chosen,
    open: chooseSockets(first, chosen).requests.map((request) => ({
      request,
      index: first.find((each) => each.name === request.interfaceName)!.index,
    })),
    setLink: (name, up) => log.push(`link ${name} ${up ? 'up' : 'down'}`),
    watch,
    openSocket(request): Promise<OpenSocketResult> {
      const { id, interfaceName, interfaceKind, address } = request
      if (world.refuses.has(address.address)) {
        log.push(`refuse ${address.address}`)
        return Promise.resolve({ kind: 'failed', code: 'EADDRNOTAVAIL', message: 'the address is not there' })
      }
      log.push(`open ${id} ${interfaceName} ${address.address}`)
      opened.push(request)
      const local = { family: address.family, address: address.address, port: 1 }
      const socket = { id, local, interfaceName, interfaceKind, binding: 'device' } as const
      return Promise.resolve({ kind: 'opened', socket, bindingReason: null })
    },
    closeSocket: (id, detail) => log.push(`close ${id}: ${detail}`),
    warn: (warning) => log.push(`warn ${warning.kind}`),
  })
  async function look(times = 1): Promise<string[]> {
    for (let time = 0; time < times; time += 1) {
      clock.runUntil(clock.nowMs() + lookEveryMs)
      for (let turn = 0; turn < 200; turn += 1) await Promise.resolve()
    }
    return log.splice(0)
  }
  return { world, follower, look, clock }
}

const eth = info('eth', 2, ['192.0.2.1'])
const wifi = info('wifi', 3, ['192.0.2.2'])

test('an interface that appears gets sockets with ids of their own, and one that is gone loses its', async () => {
  const { world, look } = makeWorld([eth])
  expect(await look()).toEqual([])
  world.listed = [eth, wifi]
  expect(await look()).toEqual(['open 2 wifi 192.0.2.2'])
  world.listed = [wifi]
  expect(await look()).toEqual(['close 1: The interface eth is gone.'])
  world.listed = [eth, wifi]
  expect(await look()).toEqual(['open 3 eth 192.0.2.1'])
})

test('where the system tells of a change, the next look does not wait, and those that meet are one', async () => {
  let changed = (): void => {}
  const { world, follower, look, clock } = makeWorld([eth], null, (call) => {
    changed = call
    return () => {
      changed = () => undefined
    }
  })
  await look()
  const beforeMs = clock.nowMs()
  world.listed = [eth, wifi]
  let listed = 0
  const { list } = world
  world.list = () => {
    listed += 1
    return list()
  }
  for (let time = 0; time < 5; time += 1) changed()
  for (let turn = 0; turn < 200; turn += 1) await Promise.resolve()
  expect(clock.nowMs()).toBe(beforeMs)
  expect(listed).toBe(2)
  expect(await look(0)).toEqual(['open 2 wifi 192.0.2.2'])
  follower.close()
  changed()
  await look(2)
  expect(listed).toBe(2)
})

test('another address closes the old socket before it opens the new one', async () => {
  const { world, look } = makeWorld([eth])
  world.listed = [info('eth', 2, ['192.0.2.9'])]
  expect(await look()).toEqual([
    'close 1: The interface eth does not have the address 192.0.2.1 any more.',
    'open 2 eth 192.0.2.9',
  ])
})

test('an interface that is down keeps its sockets, whose addresses nobody knows meanwhile', async () => {
  const { world, look } = makeWorld([eth, wifi])
  world.listed = [info('eth', 2, [], { up: false, usedByDefault: false }), wifi]
  // Told once; a carrier that is gone takes the pairs down at once.
  expect(await look(3)).toEqual(['link eth down'])
  world.listed = [eth, wifi]
  expect(await look()).toEqual(['link eth up'])
})

test('an interface of the same name and address that was removed meanwhile is another one', async () => {
  const { world, look } = makeWorld([eth])
  world.listed = [info('eth', 9, ['192.0.2.1'])]
  expect(await look()).toEqual([
    'close 1: The interface eth was removed; there is another of that name now.',
    'open 2 eth 192.0.2.1',
  ])
})

test('with a choice of names only these are opened, whatever else appears', async () => {
  const { world, look } = makeWorld([eth], ['eth', 'usb'])
  world.listed = [eth, wifi, info('usb', 7, ['192.0.2.7'], { usedByDefault: false })]
  expect(await look()).toEqual(['open 2 usb 192.0.2.7'])
  world.listed = [info('eth', 2, ['192.0.2.1', '192.0.2.5']), wifi]
  expect(await look()).toEqual(['close 2: The interface usb is gone.', 'open 3 eth 192.0.2.5'])
})

test('without a choice an interface that is not used by default stays unused', async () => {
  const { world, look } = makeWorld([eth])
  world.listed = [eth, info('lo', 1, ['127.0.0.1'], { loopback: true, usedByDefault: false })]
  expect(await look()).toEqual([])
})

test('an address that cannot be opened yet is tried again, ever more rarely, and told at the third failure', async () => {
  const { world, look } = makeWorld([eth])
  world.refuses.add('192.0.2.2')
  world.listed = [eth, wifi]
  expect(await look(2)).toEqual(['refuse 192.0.2.2', 'refuse 192.0.2.2'])
  expect(await look()).toEqual(['refuse 192.0.2.2', 'warn socket-failed'])
  const later = await look(300)
  expect(later.length).toBeGreaterThan(5)
  expect(later.length).toBeLessThan(15)
  world.refuses.clear()
  expect(await look(61)).toEqual([expect.stringMatching(/^open \d+ wifi 192\.0\.2\.2$/)])
})

test('a socket that dies by itself is opened anew, ever more rarely when it goes on dying', async () => {
  const { follower, look } = makeWorld([eth])
  let id = 1
  let opened = 0
  for (let time = 0; time < 100; time += 1) {
    follower.lost(id)
    const line = (await look())[0]
    if (line === undefined) continue
    id = Number(line.split(' ')[1])
    opened += 1
  }
  expect(opened).toBeGreaterThanOrEqual(5)
  expect(opened).toBeLessThan(12)
})

test('more than 32 addresses are not opened, which is told once', async () => {
  const { world, look } = makeWorld([eth])
  world.listed = Array.from({ length: 40 }, (_, at) => info(`net${at}`, 10 + at, [`198.51.100.${at + 1}`]))
  world.listed = [eth, ...world.listed]
  const log = await look(3)
  expect(log.filter((line) => line.startsWith('open'))).toHaveLength(31)
  world.listed = [...world.listed].reverse()
  expect(await look(2)).toEqual(['warn too-many-addresses'])
})

test('a list that cannot be read is told once, closes nothing, and is asked for again', async () => {
  const { world, look } = makeWorld([eth])
  world.list = () => Promise.reject(new Error('too many open files'))
  expect(await look(3)).toEqual(['warn interfaces-unreadable'])
  world.list = () => Promise.resolve([eth, wifi])
  expect(await look()).toEqual(['open 2 wifi 192.0.2.2'])
})

test('after the end nobody looks any more', async () => {
  const { world, follower, look, clock } = makeWorld([eth])
  follower.close()
  world.listed = [wifi]
  expect(await look(3)).toEqual([])
  expect(clock.nextAtMs()).toBeUndefined()
})
