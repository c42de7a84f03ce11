import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limits } from '../face/limits'
import { chooseCarrying, chooseControl, type SpreadCandidate } from './index'

function candidate(id: number, ends: string, more: Partial<SpreadCandidate> = {}): SpreadCandidate {
  const [localInterface, remoteInterface] = ends.split('>') as [string, string]
  return {
    id,
    localInterface,
    remoteInterface,
    straight: localInterface === remoteInterface,
    priority: 1000n - BigInt(id),
    rttMs: 20,
    baseRttMs: 20,
    loss: 0,
    family: 4,
    included: true,
    isNew: false,
    doubtful: false,
    ...more,
  }
}

/** Every local by every remote interface, ids from 1. */
function grid(locals: readonly string[], remotes: readonly string[]): SpreadCandidate[] {
  return locals.flatMap((local, row) =>
    remotes.map((remote, column) => candidate(row * remotes.length + column + 1, `${local}>${remote}`)),
  )
}

const links = ['eth', 'wifi', 'lte']
const candidates = fc.uniqueArray(
  fc
    .record({
      id: fc.integer({ min: 1, max: 60 }),
      local: fc.constantFrom('a', 'b', 'c', 'd'),
      remote: fc.constantFrom('a', 'b', 'c', 'd'),
      straight: fc.boolean(),
      priority: fc.bigInt({ min: 0n, max: 8n }),
      rttMs: fc.option(fc.constantFrom(5, 10, 40, 160)),
      loss: fc.option(fc.constantFrom(0, 0.1)),
      included: fc.boolean(),
    })
    .map(({ id, local, remote, ...rest }) => candidate(id, `${local}>${remote}`, rest)),
  { selector: ({ id }) => id, maxLength: 10 },
)

function areDisjoint(list: readonly SpreadCandidate[]): boolean {
  const locals = new Set(list.map(({ localInterface }) => localInterface))
  const remotes = new Set(list.map(({ remoteInterface }) => remoteInterface))
  return locals.size === list.length && remotes.size === list.length
}

function subsetsOf<T>(list: readonly T[]): T[][] {
  return list.reduce<T[][]>((all, one) => [...all, ...all.map((subset) => [...subset, one])], [[]])
}

describe('use all', () => {
  it('keeps a pair when a queue or losses make its twin of the other IP version look better', () => {
    const slow = { rttMs: 140, loss: 0.4 }
    const twins = [candidate(1, 'eth>eth', slow), candidate(2, 'eth>eth', { family: 6 })]
    expect(chooseCarrying(twins, 'disjoint', [1])).toEqual([1])
    expect(chooseCarrying(twins, 'disjoint', [])).toEqual([2])
  })

  it('moves from a new pair of IPv6 to its twin of IPv4, whose header is shorter, and not later or further', () => {
    const six = candidate(1, 'eth>eth', { family: 6, isNew: true, rttMs: 18, baseRttMs: 18 })
    const four = candidate(2, 'eth>eth', { family: 4, isNew: true, loss: 0.1 })
    expect(chooseCarrying([six, four], 'disjoint', [1])).toEqual([2])
    expect(chooseCarrying([six, four], 'disjoint', [])).toEqual([2])
    expect(chooseCarrying([six, four], 'disjoint', [2])).toEqual([2])
    expect(chooseCarrying([{ ...six, isNew: false }, four], 'disjoint', [1])).toEqual([1])
    const far = { ...four, rttMs: 30, baseRttMs: 30 }
    expect(chooseCarrying([six, far], 'disjoint', [1])).toEqual([1])
    expect(chooseCarrying([six, { ...four, included: false }], 'disjoint', [1])).toEqual([1])
  })

  it('takes the twin that goes by a shorter way', () => {
    const near = candidate(2, 'eth>eth', { family: 6, rttMs: 14, baseRttMs: 14 })
    expect(chooseCarrying([candidate(1, 'eth>eth'), near], 'disjoint', [1])).toEqual([2])
  })

  it('carries over every included pair, in order of id', () => {
    const pairs = [candidate(3, 'a>b'), candidate(1, 'a>a'), candidate(2, 'b>b', { included: false })]
    expect(chooseCarrying(pairs, 'all', [])).toEqual([1, 3])
  })
})

describe('use disjoint', () => {
  it('takes the straight pairs of three links', () => {
    expect(chooseCarrying(grid(links, links), 'disjoint', [])).toEqual([1, 5, 9])
  })

  it('takes the straight pairs even where a crossed one is faster', () => {
    const pairs = grid(links, links).map((pair) => (pair.straight ? { ...pair, rttMs: 90 } : pair))
    expect(chooseCarrying(pairs, 'disjoint', [])).toEqual([1, 5, 9])
  })

  it('gives a straight pair up for one pair more', () => {
    const pairs = [candidate(1, 'eth>eth'), candidate(2, 'eth>wifi'), candidate(3, 'wifi>eth')]
    expect(chooseCarrying(pairs, 'disjoint', [])).toEqual([2, 3])
  })

  it('takes one of IPv4 and IPv6 between the same interfaces, the faster one', () => {
    const pairs = [candidate(1, 'eth>eth', { rttMs: 40 }), candidate(2, 'eth>eth', { family: 6, rttMs: 10 })]
    expect(chooseCarrying(pairs, 'disjoint', [])).toEqual([2])
  })

  it('leaves out what the user has excluded', () => {
    const pairs = grid(links, links).map((pair) => ({ ...pair, included: pair.id !== 1 }))
    const chosen = chooseCarrying(pairs, 'disjoint', [])
    expect(chosen).not.toContain(1)
    expect(chosen).toHaveLength(3)
  })

  it('takes one pair rather than two that are most likely dead', () => {
    const pairs = [
      candidate(1, 'eth>eth'),
      candidate(2, 'eth>wifi', { doubtful: true }),
      candidate(3, 'wifi>eth', { doubtful: true }),
    ]
    expect(chooseCarrying(pairs, 'disjoint', [1, 4])).toEqual([1])
    expect(chooseCarrying(pairs.slice(1), 'disjoint', [])).toEqual([2, 3])
    expect(chooseControl(pairs)).toEqual([1])
  })

  it('goes by loss as well as by RTT', () => {
    const pairs = [candidate(1, 'a>x', { loss: 0.3 }), candidate(2, 'a>y', { rttMs: 30 })]
    expect(chooseCarrying(pairs, 'disjoint', [])).toEqual([2])
  })

  it('prefers a pair with a measured RTT, then the higher priority', () => {
    expect(
      chooseCarrying([candidate(1, 'a>x', { rttMs: null }), candidate(2, 'a>y')], 'disjoint', []),
    ).toEqual([2])
    expect(
      chooseCarrying(
        [candidate(2, 'a>y', { priority: 9n }), candidate(1, 'a>x', { priority: 1n })],
        'disjoint',
        [],
      ),
    ).toEqual([2])
  })

  it('stays with its pairs while RTTs only wander, and leaves them for much better ones', () => {
    const before = [candidate(1, 'a>x', { rttMs: 22 }), candidate(2, 'a>y', { rttMs: 20 })]
    expect(chooseCarrying(before, 'disjoint', [1])).toEqual([1])
    expect(chooseCarrying(before, 'disjoint', [2])).toEqual([2])
    const after = [candidate(1, 'a>x', { rttMs: 40 }), candidate(2, 'a>y', { rttMs: 20 })]
    expect(chooseCarrying(after, 'disjoint', [1])).toEqual([2])
  })

  it('is disjoint, has the most pairs that any disjoint set has, and of those the most straight ones', () => {
    fc.assert(
      fc.property(candidates, fc.array(fc.integer({ min: 1, max: 60 })), (list, previous) => {
        const ids = chooseCarrying(list, 'disjoint', previous)
        const chosen = list.filter(({ id }) => ids.includes(id))
        expect(chosen).toHaveLength(ids.length)
        expect(chosen.every(({ included }) => included)).toBe(true)
        expect(areDisjoint(chosen)).toBe(true)
        const disjoint = subsetsOf(list.filter(({ included }) => included)).filter(areDisjoint)
        const most = Math.max(...disjoint.map((set) => set.length))
        expect(ids).toHaveLength(most)
        const straightOf = (set: readonly SpreadCandidate[]) => set.filter(({ straight }) => straight).length
        const sets = disjoint.filter((set) => set.length === most)
        expect(straightOf(chosen)).toBe(Math.max(...sets.map(straightOf)))
      }),
      { numRuns: 300 },
    )
  })

  it('does not depend on the order in which pairs are given, and stands still once chosen', () => {
    fc.assert(
      fc.property(candidates, (list) => {
        const chosen = chooseCarrying(list, 'disjoint', [])
        expect(chooseCarrying([...list].reverse(), 'disjoint', [])).toEqual(chosen)
        expect(chooseCarrying(list, 'disjoint', chosen)).toEqual(chosen)
      }),
    )
  })

  it('fills every interface with as many sockets, candidates and pairs as the limits allow', () => {
    const locals = Array.from({ length: limits.sockets }, (_, at) => `l${at}`)
    const remotes = Array.from({ length: limits.pairs / limits.sockets }, (_, at) => `l${at}`)
    const pairs = grid(locals, remotes).map((pair) => ({ ...pair, rttMs: 1 + ((pair.id * 7919) % 977) }))
    expect(pairs).toHaveLength(limits.pairs)
    const straight = pairs.filter((pair) => pair.straight).map(({ id }) => id)
    expect(chooseCarrying(pairs, 'disjoint', [])).toEqual(straight)
  })
})

describe('control pairs', () => {
  it('are the best pair and the best one that shares no interface with it', () => {
    const pairs = [
      candidate(1, 'eth>eth', { rttMs: 30 }),
      candidate(2, 'wifi>wifi', { rttMs: 10 }),
      candidate(3, 'wifi>eth', { rttMs: 12 }),
      candidate(4, 'lte>lte', { rttMs: 60 }),
    ]
    expect(chooseControl(pairs)).toEqual([2, 1])
  })

  it('are two disjoint ones without the best pair where that leaves none', () => {
    const pairs = [candidate(1, 'a>x', { rttMs: 5 }), candidate(2, 'a>y'), candidate(3, 'b>x', { rttMs: 10 })]
    expect(chooseControl(pairs)).toEqual([3, 2])
  })

  it('share an interface only where nothing else is', () => {
    expect(
      chooseControl([candidate(1, 'a>x'), candidate(2, 'a>y'), candidate(3, 'a>x', { family: 6 })]),
    ).toEqual([1, 2])
    const twinIsFaster = [
      candidate(1, 'a>x'),
      candidate(2, 'a>x', { family: 6, rttMs: 5 }),
      candidate(3, 'b>x'),
    ]
    expect(chooseControl(twinIsFaster)).toEqual([2, 3])
    expect(chooseControl([candidate(1, 'a>x'), candidate(2, 'a>x', { family: 6 })])).toEqual([1, 2])
    expect(chooseControl([candidate(5, 'a>x')])).toEqual([5])
    expect(chooseControl([])).toEqual([])
  })

  it('are excluded ones only while no pair is included', () => {
    const out = { included: false }
    expect(chooseControl([candidate(1, 'a>a', out), candidate(2, 'b>b'), candidate(3, 'c>c', out)])).toEqual([
      2,
    ])
    expect(chooseControl([candidate(1, 'a>a', out), candidate(2, 'b>b', out)])).toEqual([1, 2])
  })

  it('are disjoint whenever any two candidates are', () => {
    fc.assert(
      fc.property(candidates, (list) => {
        const included = list.filter((one) => one.included)
        const usable = included.length > 0 ? included : list
        const ids = chooseControl(list)
        const chosen = usable.filter(({ id }) => ids.includes(id))
        expect(chosen).toHaveLength(Math.min(2, usable.length))
        const isPossible = usable.some((a) => usable.some((b) => a !== b && areDisjoint([a, b])))
        if (isPossible) expect(areDisjoint(chosen)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})
