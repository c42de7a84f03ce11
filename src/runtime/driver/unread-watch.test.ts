import { expect, test } from 'vitest'
import { createVirtualClock } from '../../sim'
import { watchUnread } from './unread-watch'

function makeWorld() {
  const clock = createVirtualClock()
  const sockets = new Map<number, { interfaceName: string }>()
  const lost = new Map<number, number | null>()
  const told: [string, number][] = []
  let asked = 0
  const watch = watchUnread({
    clock,
    sockets,
    datagrams: {
      droppedUnread(socketId) {
        asked += 1
        return lost.get(socketId) ?? null
      },
    },
    tell: (interfaceName, datagrams) => told.push([interfaceName, datagrams]),
  })
  const open = (id: number, interfaceName: string, count: number | null) => {
    sockets.set(id, { interfaceName })
    lost.set(id, count)
  }
  return { clock, sockets, lost, watch, open, asked: () => asked, told: () => told.splice(0) }
}

test('each socket’s count is told once it is known, and then what is new', () => {
  const { clock, lost, watch, open, told } = makeWorld()
  open(1, 'eth0', 0)
  open(2, 'wlan0', null)
  open(3, 'eth0', 0)
  watch.look()
  expect(told()).toEqual([
    ['eth0', 0],
    ['eth0', 0],
  ])
  lost.set(1, 40)
  clock.runUntil(1000)
  watch.look()
  expect(told()).toEqual([['eth0', 40]])
  lost.set(1, 45)
  lost.set(3, 2)
  clock.runUntil(2000)
  watch.look()
  expect(told()).toEqual([
    ['eth0', 5],
    ['eth0', 2],
  ])
})

test('the system is asked once a second, however often there is a look, and at once before the end', () => {
  const { clock, lost, watch, open, asked, told } = makeWorld()
  open(1, 'eth0', 0)
  for (let atMs = 0; atMs < 3000; atMs += 50) {
    clock.runUntil(atMs)
    watch.look()
  }
  expect(asked()).toBe(3)
  told()
  lost.set(1, 7)
  watch.lookNow()
  expect(told()).toEqual([['eth0', 7]])
})

test('what a socket lost since the last look is told before it is closed, and its successor begins anew', () => {
  const { clock, sockets, lost, watch, open, told } = makeWorld()
  open(1, 'eth0', 10)
  watch.look()
  lost.set(1, 13)
  watch.close(1)
  sockets.delete(1)
  expect(told()).toEqual([
    ['eth0', 10],
    ['eth0', 3],
  ])
  open(1, 'eth0', 2)
  clock.runUntil(1000)
  watch.look()
  expect(told()).toEqual([['eth0', 2]])
})

test('where the system does not tell, nothing is told', () => {
  const told: unknown[] = []
  const sockets = new Map([[1, { interfaceName: 'eth0' }]])
  const watch = watchUnread({
    clock: createVirtualClock(),
    sockets,
    datagrams: {},
    tell: (...all) => told.push(all),
  })
  watch.lookNow()
  watch.close(1)
  expect(told).toEqual([])
})
