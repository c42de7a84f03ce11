import { expect, test } from 'vitest'
import { limits } from '../face/limits'
import { pairOfEngines } from '../testing'

const makeWorld = () => {
  const world = pairOfEngines([{ delayMs: 5, loss: 0, up: true }])
  const lose = (interfaceName: string, datagrams: number) =>
    world.give(0, { kind: 'dropped-unread', interfaceName, datagrams })
  const counted = () => world.hosts[0].engine.snapshot(world.now()).droppedUnread
  return { world, lose, counted }
}

test('what the system dropped unread is counted by interface, and none is told of where it does not count', () => {
  const { lose, counted } = makeWorld()
  expect(counted()).toEqual([])
  lose('eth0', 0)
  lose('wlan0', 3)
  lose('wlan0', 4)
  expect(counted()).toEqual([
    { interfaceName: 'eth0', datagrams: 0 },
    { interfaceName: 'wlan0', datagrams: 7 },
  ])
})

test('what a closed socket lost is kept', () => {
  const { world, lose, counted } = makeWorld()
  world.connect()
  lose('link1', 12)
  world.give(0, { kind: 'socket-closed', socketId: 1, detail: 'The address is gone.' })
  world.runUntil(1000)
  expect(counted()).toEqual([{ interfaceName: 'link1', datagrams: 12 }])
})

test('interfaces beyond the limit are not counted, and that is told once', () => {
  const { world, lose, counted } = makeWorld()
  for (let at = 0; at < limits.countedInterfaces + 2; at += 1) lose(`veth${at}`, 1)
  lose('veth0', 1)
  expect(counted()).toHaveLength(limits.countedInterfaces)
  expect(counted()[0]).toEqual({ interfaceName: 'veth0', datagrams: 2 })
  const told = world.hosts[0].events.flatMap((event) => (event.kind === 'limit' ? [event.limit] : []))
  expect(told).toEqual(['countedInterfaces'])
})
