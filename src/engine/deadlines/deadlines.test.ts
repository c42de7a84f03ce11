import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDeadlines } from './index'

test('keys come out by time, then by age, whatever was set, moved and removed', () => {
  const operation = fc.record({
    key: fc.integer({ min: 0, max: 12 }),
    atMs: fc.integer({ min: 0, max: 20 }),
    remove: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const real = createDeadlines<number>()
      let model: { key: number; atMs: number; order: number }[] = []
      operations.forEach(({ key, atMs, remove }, order) => {
        model = model.filter((entry) => entry.key !== key)
        if (remove) real.remove(key)
        else {
          real.set(key, atMs)
          model.push({ key, atMs, order })
        }
      })
      model.sort((a, b) => a.atMs - b.atMs || a.order - b.order)
      expect(real.size).toBe(model.length)
      expect(real.earliestMs()).toBe(model[0]?.atMs)
      const due = model.filter((entry) => entry.atMs <= 10).map((entry) => entry.key)
      const taken: number[] = []
      for (let key = real.takeDue(10); key !== undefined; key = real.takeDue(10)) taken.push(key)
      expect(taken).toEqual(due)
    }),
  )
})
