import { expect, test } from 'vitest'
import { droppedUnreadTotal, unreadSentence } from './unread'

const on = (interfaceName: string, datagrams: number) => ({ interfaceName, datagrams })

test('nothing is said where nothing was dropped unread, or where the system does not tell', () => {
  expect(unreadSentence([])).toBe(null)
  expect(unreadSentence([on('eth0', 0), on('wlan0', 0)])).toBe(null)
  expect(droppedUnreadTotal([])).toBe(null)
  expect(droppedUnreadTotal([on('eth0', 0)])).toBe(0)
})

test('what was dropped unread is said with its number, the interfaces it came by, and that no path lost it', () => {
  expect(unreadSentence([on('eth0', 34), on('lo', 0), on('wlan0', 1200)])).toBe(
    'This machine was too busy to read 1\u202f234 datagrams in time, and its system dropped them (wlan0 1\u202f200, eth0 34): they count as lost on the paths, though no path lost them.',
  )
  expect(unreadSentence([on('eth0', 1)])).toBe(
    'This machine was too busy to read 1 datagram in time, and its system dropped it (eth0 1): it counts as lost on the paths, though no path lost it.',
  )
})

test('of many interfaces the worst are named', () => {
  const counts = [1, 2, 3, 4, 5, 6].map((datagrams) => on(`eth${datagrams}`, datagrams))
  expect(unreadSentence(counts)).toContain('(eth6 6, eth5 5, eth4 4, eth3 3, others 3)')
})
