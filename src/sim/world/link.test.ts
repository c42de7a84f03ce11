import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLinkDirection, type Impairments, isConserved } from './link'
import { createRandom } from './random'

const bytes = 1000

function offerMany(how: Impairments, count: number, everyMs: number) {
  const link = createLinkDirection(createRandom(1), how)
  const fates = Array.from({ length: count }, (_, at) => ({
    sentMs: at * everyMs,
    arrivals: link.offer(bytes, at * everyMs),
  }))
  return { link, fates }
}

test('a link without impairments hands packets over at once', () => {
  const { fates } = offerMany({}, 10, 1)
  expect(fates.every(({ sentMs, arrivals }) => arrivals.length === 1 && arrivals[0] === sentMs)).toBe(true)
})

test('delay and jitter stay within their bounds and keep the order', () => {
  const { fates } = offerMany({ delayMs: 20, jitterMs: 5 }, 500, 10)
  const delays = fates.map(({ sentMs, arrivals }) => arrivals[0]! - sentMs)
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(15)
  expect(Math.max(...delays)).toBeLessThanOrEqual(25)
  const close = offerMany({ delayMs: 20, jitterMs: 5 }, 500, 0.1).fates.map(({ arrivals }) => arrivals[0]!)
  expect(close).toEqual([...close].sort((a, b) => a - b))
})

test('about as many packets are lost and duplicated as asked', () => {
  const { link } = offerMany({ lossPercent: 10, duplicatePercent: 20 }, 20_000, 1)
  expect(link.counts.droppedLoss / 20_000).toBeCloseTo(0.1, 1.5)
  expect(link.counts.duplicated / 18_000).toBeCloseTo(0.2, 1.5)
})

test('bursts lose packets in runs, for a share of time that follows from both chances', () => {
  const { fates } = offerMany({ burst: { enterPercent: 1, leavePercent: 20, lossPercent: 100 } }, 50_000, 1)
  const lost = fates.map(({ arrivals }) => arrivals.length === 0)
  const share = lost.filter(Boolean).length / lost.length
  expect(share).toBeGreaterThan(0.035)
  expect(share).toBeLessThan(0.06)
  const runs = lost.filter((gone, at) => gone && !lost[at - 1]).length
  expect(lost.filter(Boolean).length / runs).toBeGreaterThan(4)
})

test('a rate spaces packets out, and the queue in front of it drops what would wait too long', () => {
  const { link, fates } = offerMany({ rateBps: 800_000, queueMs: 50 }, 20, 0)
  const arrivals = fates.flatMap((fate) => fate.arrivals)
  // 1000 bytes take 10 ms at 800 kbit/s; whoever would wait for more than 50 ms is dropped.
  expect(arrivals).toEqual([10, 20, 30, 40, 50, 60])
  expect(link.counts.droppedQueue).toBe(14)
})

test('a packet that is held back is overtaken', () => {
  const { fates } = offerMany({ delayMs: 10, reorderPercent: 50, reorderByMs: 20 }, 100, 1)
  const arrivals = fates.map((fate) => fate.arrivals[0]!)
  expect(arrivals.some((atMs, at) => at > 0 && atMs < arrivals[at - 1]!)).toBe(true)
})

test('a link that goes down loses what is offered and what is under way', () => {
  const link = createLinkDirection(createRandom(1), { delayMs: 10 })
  const { epoch } = link
  link.offer(bytes, 0)
  link.setUp(false)
  expect(link.offer(bytes, 1)).toEqual([])
  link.setUp(true)
  expect(link.arrive(bytes, epoch)).toBe(false)
  expect(link.counts).toMatchObject({ droppedDown: 2, delivered: 0, inFlight: 0 })
})

test('counts add up whatever happens', () => {
  const percent = fc.double({ min: 0, max: 100, noNaN: true })
  const how = fc.record({
    delayMs: fc.nat(50),
    jitterMs: fc.nat(20),
    lossPercent: percent,
    duplicatePercent: percent,
    reorderPercent: percent,
    rateBps: fc.constantFrom(null, 1e5, 1e7),
  })
  const steps = fc.array(fc.constantFrom('offer', 'arrive', 'down', 'up'), { maxLength: 200 })
  fc.assert(
    fc.property(how, steps, fc.nat(), (impairments, plan, seed) => {
      const link = createLinkDirection(createRandom(seed), impairments)
      const underWay: number[] = []
      plan.forEach((step, at) => {
        if (step === 'offer') for (const _ of link.offer(bytes, at)) underWay.push(link.epoch)
        const next = step === 'arrive' ? underWay.shift() : undefined
        if (next !== undefined) link.arrive(bytes, next)
        if (step === 'down' || step === 'up') link.setUp(step === 'up')
        expect(isConserved(link.counts)).toBe(true)
        expect(link.counts.inFlight).toBe(underWay.length)
      })
    }),
    { seed: 1, numRuns: 100 },
  )
})
