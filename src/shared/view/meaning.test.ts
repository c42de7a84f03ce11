import { expect, it } from 'vitest'
import { createFakeWorld, fakeLinks } from '../../../test/fake/world'
import { meaningOf } from './meaning'

it('says what a stock peer means, and names no first among the paths of one', () => {
  const snapshot = createFakeWorld({ links: fakeLinks, crossed: true }).snapshot(60_000)
  const ids = (kind: 'pathscope' | 'stock') =>
    meaningOf({ ...snapshot, peer: { ...snapshot.peer, kind } }, false).map(({ id }) => id)
  expect(ids('pathscope')).toContain('never-first')
  expect(ids('pathscope')).not.toContain('stock-peer')
  expect(ids('stock')).toContain('stock-peer')
  expect(ids('stock')).not.toContain('never-first')
})
