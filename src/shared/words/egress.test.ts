import { expect, it } from 'vitest'
import { egressSentence, formatEgress, type Leaving, sharedLinkSentences } from './egress'

const pair = (
  label: string,
  interfaceName: string,
  link: string | null,
  binding: 'device' | 'address' = 'address',
): Leaving => ({
  label,
  state: 'up',
  egress: { verified: link === null ? null : link === interfaceName, interfaceName: link },
  local: { interfaceName, binding },
})

it('names the link that was seen, and the one that is named when it is another', () => {
  expect(formatEgress({ verified: true, interfaceName: 'eth0' }, 'eth0')).toBe('eth0')
  expect(formatEgress({ verified: false, interfaceName: 'eth0' }, 'lte')).toBe('eth0, not lte')
  expect(formatEgress({ verified: null, interfaceName: null }, 'lte')).toBe('')
  const egress = { verified: null, interfaceName: null, gap: 'other-traffic', packets: 512 } as const
  expect(egressSentence(egress, 'lte')).toContain('too much other traffic')
})

it('says which pairs share a link once it was seen, and which may before', () => {
  expect(sharedLinkSentences([pair('a → x', 'a', 'a'), pair('b → y', 'b', 'a')])).toEqual([
    'a → x and b → y share one link: all of them leave by a.',
  ])
  expect(sharedLinkSentences([pair('a → x', 'a', null), pair('b → y', 'b', null)])).toEqual([
    'a → x and b → y may share a link: their sockets are bound to addresses only, and it was not seen by which link they leave.',
  ])
})

it('says nothing of pairs that leave by their own links, or of one interface by one link', () => {
  expect(sharedLinkSentences([pair('a → x', 'a', 'a'), pair('b → y', 'b', 'b')])).toEqual([])
  expect(sharedLinkSentences([pair('a → x', 'a', 'a'), pair('a → y', 'a', 'a')])).toEqual([])
  expect(
    sharedLinkSentences([pair('a → x', 'a', null, 'device'), pair('b → y', 'b', null, 'device')]),
  ).toEqual([])
})

it('counts what it does not name', () => {
  const pairs = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => pair(`${name} → x`, name, 'a'))
  expect(sharedLinkSentences(pairs)).toEqual([
    'a → x, b → x, c → x, d → x and 2 more share one link: all of them leave by a.',
  ])
})
