import { describe, expect, it } from 'vitest'
import { exampleSnapshot } from '../shared/testing'
import { parsePathName } from './path-words'
import { followPaths, type PathWishes } from './path-wishes'

const none: PathWishes = { pins: [], excluded: [], caps: [], order: [] }
const named = (text: string) => {
  const name = parsePathName(text)
  if (name === undefined) throw new Error(`${text} is no path`)
  return name
}
const snapshot = exampleSnapshot(5)
const idOf = (label: string) => snapshot.pairs.find((pair) => pair.label === label)?.id
const idsFrom = (local: string) =>
  snapshot.pairs.filter((pair) => pair.local.interfaceName === local).map(({ id }) => id)

describe('wishes of paths', () => {
  it('become a command for each pair that they name, and each only once', () => {
    const paths = followPaths({
      ...none,
      pins: [named('eth0/wlan0')],
      excluded: [named('wlan0')],
      caps: [{ path: named('eth0'), capBps: 4e6 }],
    })
    expect(paths.commands(snapshot)).toEqual([
      { kind: 'pin-pair', pairId: idOf('eth0 → wlan0'), pinned: true },
      ...idsFrom('wlan0').map((pairId) => ({ kind: 'include-pair', pairId, included: false })),
      ...idsFrom('eth0').map((pairId) => ({ kind: 'cap-pair', pairId, capBps: 4e6 })),
    ])
    expect(paths.commands(snapshot)).toEqual([])
    expect(paths.unmet).toEqual([])
  })

  it('hold for a pair that comes later, and for one whose end at the peer gets its name later', () => {
    const paths = followPaths({ ...none, excluded: [named('eth0/wlan0')] })
    const [first] = snapshot.pairs.filter(({ label }) => label === 'eth0 → wlan0')
    if (first === undefined) throw new Error('no such pair')
    const nameless = { ...first, remote: { ...first.remote, interfaceName: null } }
    expect(paths.commands({ ...snapshot, pairs: [] })).toEqual([])
    expect(paths.commands({ ...snapshot, pairs: [nameless] })).toEqual([])
    expect(paths.unmet).toEqual(['eth0/wlan0 to exclude'])
    expect(paths.commands({ ...snapshot, pairs: [first] })).toEqual([
      { kind: 'include-pair', pairId: first.id, included: false },
    ])
    const later = { ...first, id: 77 }
    expect(paths.commands({ ...snapshot, pairs: [first, later] })).toEqual([
      { kind: 'include-pair', pairId: 77, included: false },
    ])
  })

  it('find a path by an address of the peer', () => {
    const [pair] = snapshot.pairs
    if (pair === undefined) throw new Error('no pair')
    const name = { local: pair.local.interfaceName ?? '', remote: pair.remote.address }
    const ids = followPaths({ ...none, pins: [name] })
      .commands(snapshot)
      .map((command) => 'pairId' in command && command.pairId)
    expect(ids).toContain(pair.id)
  })

  it('of an order are one command, given again when a pair comes or goes', () => {
    const paths = followPaths({ ...none, order: [named('wlan0/eth0'), named('eth0')] })
    const order = [idOf('wlan0 → eth0'), ...idsFrom('eth0')]
    expect(paths.commands(snapshot)).toEqual([{ kind: 'order-pairs', pairIds: order }])
    expect(paths.commands(snapshot)).toEqual([])
    const pairs = snapshot.pairs.map((pair) =>
      pair.id === order[0] ? { ...pair, state: 'closed' as const } : pair,
    )
    expect(paths.commands({ ...snapshot, pairs })).toEqual([{ kind: 'order-pairs', pairIds: order.slice(1) }])
  })

  it('that no pair meets are known by name', () => {
    const paths = followPaths({
      pins: [named('usb0')],
      excluded: [],
      caps: [{ path: named('eth0/usb7'), capBps: 0 }],
      order: [named('eth9/eth0')],
    })
    paths.commands(snapshot)
    expect(paths.unmet).toEqual(['usb0 to pin', 'eth0/usb7 to cap', 'eth9/eth0 to order'])
  })
})
