import { expect, it } from 'vitest'
import { createFakeWorld, fakeLinks } from '../../../test/fake/world'
import type { EngineSnapshot } from '../../engine'
import { trustText } from './trust'

const up = createFakeWorld({ links: fakeLinks, crossed: false }).snapshot(60_000)
const fine = createFakeWorld({ links: fakeLinks.slice(0, 1), crossed: false })
const of = (snapshot: EngineSnapshot | null) => trustText({ role: 'offerer', snapshot })

it('names the link that packets really leave by, also while every path is silent', () => {
  expect(of(up)).toBe('vpn0: packets leave by eth0, another link')
  const silent = { ...up, pairs: up.pairs.map((pair) => ({ ...pair, carrying: false })) }
  expect(of(silent)).toBe('vpn0: packets leave by eth0, another link')
})

it('says of sockets that are bound by address only that this is so, carrying or not', () => {
  const unseen = { verified: null, interfaceName: null, gap: 'pending', packets: 0 } as const
  const pairs = up.pairs.map((pair) => ({ ...pair, carrying: false, egress: unseen }))
  expect(of({ ...up, pairs })).toBe('vpn0: address only, packets may leave by another link')
})

it('says nothing of sockets before there is one', () => {
  expect(of(null)).toBe('')
  expect(of({ ...up, pairs: [] })).toBe('')
  expect(of(fine.snapshot(600))).toBe('Every socket is bound to its interface')
  expect(of(fine.snapshot(60_000))).toBe('1 of 1 carrying paths seen to leave by their own interface')
})
