import { expect, test } from 'vitest'
import { choosePath, createSentRing, type ResendCandidate } from './index'

const path = (id: number, ends: string, more: Partial<ResendCandidate> = {}): ResendCandidate => {
  const [localInterface = '', remoteInterface = ''] = ends.split(' ')
  return {
    id,
    localInterface,
    remoteInterface,
    doubted: false,
    carrying: true,
    silentMs: 0,
    rttMs: 10,
    ...more,
  }
}

test('what went out over a path since a time is given once, oldest first, and nothing of other paths', () => {
  const ring = createSentRing<string>(8)
  ring.add(1, 'a', 10)
  ring.add(2, 'b', 11)
  ring.add(1, 'c', 12)
  ring.add(1, 'd', 13)
  expect(ring.take(1, 11)).toEqual(['c', 'd'])
  expect(ring.take(1, 11)).toEqual([])
  expect(ring.take(1, 0)).toEqual(['a'])
  expect(ring.take(2, 0)).toEqual(['b'])
})

test('a full ring forgets the oldest', () => {
  const ring = createSentRing<number>(4)
  for (let at = 0; at < 10; at += 1) ring.add(1, at, at)
  expect(ring.take(1, 0)).toEqual([6, 7, 8, 9])
})

test('the path that shares no interface with a doubted one goes before a faster one that does', () => {
  const paths = [
    path(1, 'eth eth', { doubted: true }),
    path(2, 'eth wifi', { rttMs: 1 }),
    path(3, 'wifi wifi', { rttMs: 30 }),
  ]
  expect(choosePath(paths)).toBe(3)
})

test('of equal ones that which was heard of late, then that which carries, then the faster one is taken', () => {
  const doubted = path(1, 'eth eth', { doubted: true })
  const slow = path(2, 'wifi wifi', { rttMs: 30 })
  expect(choosePath([doubted, slow, path(3, 'lte lte', { silentMs: 200 })])).toBe(2)
  expect(choosePath([doubted, slow, path(3, 'lte lte', { carrying: false })])).toBe(2)
  expect(choosePath([doubted, slow, path(3, 'lte lte')])).toBe(3)
})

test('there is none when all are in doubt', () => {
  expect(choosePath([path(1, 'eth eth', { doubted: true })])).toBeUndefined()
  expect(choosePath([])).toBeUndefined()
})
