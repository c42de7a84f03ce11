import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPacketStore } from './index'

const data = new Uint8Array(10)

describe('packet store', () => {
  it('finds a packet by its number until others take its place', () => {
    const store = createPacketStore(8)
    for (let sequence = 0; sequence < 20; sequence += 1) store.add(1, sequence, 5, data, sequence)
    expect(store.find(1, 11)).toBeUndefined()
    expect(store.find(1, 12)).toMatchObject({ streamId: 1, sequence: 12, pathId: 5, hops: 0 })
    expect(store.find(2, 12)).toBeUndefined()
  })

  it('keeps the bytes as they were, whatever becomes of the memory that they came in, and of any length', () => {
    const store = createPacketStore(4)
    const given = new Uint8Array(20)
    for (let sequence = 0; sequence < 40; sequence += 1) {
      const bytes = given.subarray(0, 1 + ((sequence * 7) % 20)).fill(sequence)
      store.add(1, sequence, 5, bytes, sequence)
      for (let kept = Math.max(0, sequence - 3); kept <= sequence; kept += 1)
        expect(store.find(1, kept)?.data).toEqual(new Uint8Array(1 + ((kept * 7) % 20)).fill(kept))
    }
  })

  it('lets go of what was kept while one path was all there was, and not of a stream that goes on', () => {
    const store = createPacketStore(8)
    store.add(1, 3, 5, data, 1000)
    store.add(2, 3, 5, data, 1000)
    for (let nowMs = 1000; nowMs <= 6100; nowMs += 100) {
      if (nowMs % 1000 === 0) store.add(2, 3 + nowMs / 1000, 5, data, nowMs)
      store.forgetIdle(nowMs)
      expect(store.find(1, 3) !== undefined).toBe(nowMs <= 6000)
    }
    expect(store.since(5, 0).map(({ streamId }) => streamId)).not.toContain(1)
    expect(store.find(2, 9)).toBeDefined()
  })

  it('gives what last went out over a path since a time, oldest first, as a naive list would', () => {
    const step = fc.record({
      streamId: fc.integer({ min: 1, max: 3 }),
      pathId: fc.integer({ min: 1, max: 3 }),
      afterMs: fc.nat(20),
      again: fc.option(fc.nat(6), { nil: undefined }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(600), (steps, agoMs) => {
        const store = createPacketStore(64)
        const naive: { streamId: number; sequence: number; pathId: number; atMs: number }[] = []
        const next = new Map<number, number>()
        let nowMs = 0
        for (const { streamId, pathId, afterMs, again } of steps) {
          nowMs += afterMs
          const sequence = next.get(streamId) ?? 0
          const old = again === undefined ? undefined : naive[naive.length - 1 - again]
          if (old === undefined) {
            next.set(streamId, sequence + 1)
            store.add(streamId, sequence, pathId, data, nowMs)
            naive.push({ streamId, sequence, pathId, atMs: nowMs })
            continue
          }
          const packet = store.find(old.streamId, old.sequence)
          if (packet === undefined) throw new Error('it was kept')
          packet.pathId = old.pathId = pathId
          packet.atMs = old.atMs = nowMs
        }
        const sinceMs = nowMs - agoMs
        for (const pathId of [1, 2, 3]) {
          const found = store
            .since(pathId, sinceMs)
            .map(({ streamId, sequence }) => `${streamId}/${sequence}`)
          const wanted = naive.filter((one) => one.pathId === pathId && one.atMs >= sinceMs)
          expect([...found].sort()).toEqual(
            wanted.map(({ streamId, sequence }) => `${streamId}/${sequence}`).sort(),
          )
          for (const streamId of [1, 2, 3]) {
            const own = found
              .filter((one) => one.startsWith(`${streamId}/`))
              .map((one) => Number(one.slice(2)))
            expect(own).toEqual([...own].sort((a, b) => a - b))
          }
        }
      }),
    )
  })
})
