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

it('says of a running stream what is lost, the longest gap, which paths brought it and what copies cost', () => {
  const world = createFakeWorld({ links: fakeLinks, crossed: true })
  world.streams.start('sent', { kind: 'video', rateBps: 4_000_000 }, 'us', 2000)
  world.streams.start('received', { kind: 'voice' }, 'peer', 2000)
  const said = meaningOf(world.snapshot(60_000), false).map(({ parts }) =>
    parts.map((part) => (part.kind === 'pair' ? part.label : part.text)).join(''),
  )
  expect(said.join(' ')).toMatch(
    /video:4mbit to the peer: nothing is lost \(n = 26\D36\d\); the longest gap was 38\.4 ms/,
  )
  expect(said.join(' ')).toMatch(/So far copies of video:4mbit have cost 300 % more than its own bytes\./)
  expect(said.join(' ')).toMatch(/voice from the peer: .*the longest gap was 38\.4 ms, 42 ms in order\./)
  expect(said.join(' ')).toMatch(/brought by 3 paths, \d+ % came first over eth0 → enp3s0\./)
})

it('says nothing of a stream that has hardly begun or was stopped', () => {
  const world = createFakeWorld({ links: fakeLinks, crossed: true })
  world.streams.start('received', { kind: 'voice' }, 'peer', 59_500)
  world.streams.start('received', { kind: 'bulk' }, 'us', 10_000)
  world.streams.stop('received', 2, 50_000)
  const ids = meaningOf(world.snapshot(60_000), false).map(({ id }) => id)
  expect(ids.filter((id) => id.startsWith('stream-'))).toEqual([])
})

it('says before all that works what this machine did not read in time, and nothing while that is nothing', () => {
  const snapshot = createFakeWorld({ links: fakeLinks, crossed: true }).snapshot(60_000)
  const ids = (droppedUnread: typeof snapshot.droppedUnread) =>
    meaningOf({ ...snapshot, droppedUnread }, false).map(({ id, tone }) => `${id} ${tone}`)
  expect(ids([])).not.toContain('dropped-unread warn')
  expect(ids([{ interfaceName: 'eth0', datagrams: 0 }])).not.toContain('dropped-unread warn')
  const said = ids([{ interfaceName: 'eth0', datagrams: 7 }])
  expect(said[0]).toBe('dropped-unread warn')
})

it('says which path a running stream goes on without, and why', () => {
  const world = createFakeWorld({ links: fakeLinks, crossed: true })
  world.streams.start('sent', { kind: 'video', rateBps: 4_000_000 }, 'us', 2000)
  world.streams.rest(
    1,
    { pairId: 11, label: 'wwan0 → wwp0s1', sentBps: 4_320_000, lostPercent: 61.2 },
    50_000,
  )
  const said = meaningOf(world.snapshot(60_000), false).find(({ id }) => id.startsWith('rest-'))
  expect(said?.tone).toBe('warn')
  expect(said?.parts.map((part) => (part.kind === 'pair' ? part.label : part.text)).join('')).toBe(
    'wwan0 → wwp0s1 rests for video:4mbit, which the others carry: of 4.32 Mbit/s over it, 61.20 % were lost, and a fair ' +
      'flow would send less than a tenth.',
  )
})

it('says of bulk where it goes, and not that a dying path costs it anything', () => {
  const world = createFakeWorld({ links: fakeLinks, crossed: true })
  world.mode = 'weighted'
  const said = (): string =>
    meaningOf(world.snapshot(60_000), false)
      .find(({ id }) => id === 'weighted')
      ?.parts.map((part) => ('text' in part ? part.text : ''))
      .join('') ?? ''
  world.streams.start('received', { kind: 'bulk' }, 'peer', 2000)
  expect(said()).toMatch(/by weight: what a dying path held is sent again\.$/)
  world.streams.start('sent', { kind: 'bulk' }, 'us', 2000)
  expect(said()).toMatch(/what a dying path held is sent again\. Bulk goes where there is room\.$/)
})

it('does not say that every packet goes over a path that rests for its stream', () => {
  const world = createFakeWorld({ links: fakeLinks, crossed: true })
  const said = (mode: 'redundant' | 'backup'): string => {
    world.mode = mode
    return (
      meaningOf(world.snapshot(60_000), false)
        .find(({ id }) => id === mode)
        ?.parts.map((part) => ('text' in part ? part.text : ''))
        .join('') ?? ''
    )
  }
  world.streams.start('sent', { kind: 'video', rateBps: 4_000_000 }, 'us', 2000)
  expect(said('redundant')).toMatch(/^Every packet goes over \d live paths: losing any one/)
  world.streams.rest(
    1,
    { pairId: 11, label: 'wwan0 → wwp0s1', sentBps: 4_320_000, lostPercent: 61.2 },
    50_000,
  )
  expect(said('redundant')).toMatch(
    /^Every packet goes over those of \d live paths that do not rest for its stream\.$/,
  )
  expect(said('backup')).toMatch(
    /^Every packet goes over the first of \d live paths in the order that does not rest/,
  )
})
