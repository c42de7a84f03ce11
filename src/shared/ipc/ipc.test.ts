import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createFakeApi } from '../../../test/fake/api'
import { createFakeWorld, fakeEvents, fakeLinks } from '../../../test/fake/world'
import { calls, camelCase, parseWith, pushes, sessionUpdateSchema, settingsSchema } from '.'

it('takes every update of a plausible session, with few pairs and with hundreds', () => {
  for (const copies of [1, 20]) {
    const options = { links: fakeLinks, crossed: true, copies }
    const world = createFakeWorld(options)
    for (const atMs of [200, 5000, 30_000]) {
      const update = { kind: 'snapshot', snapshot: world.snapshot(atMs) }
      expect(sessionUpdateSchema.safeParse(update).error).toBeUndefined()
    }
    for (const update of fakeEvents(options, 100_000)) {
      expect(sessionUpdateSchema.safeParse(update).error).toBeUndefined()
    }
  }
})

it('takes what is said of paths that bulk goes over, and refuses a part of others beyond all of them', () => {
  const world = createFakeWorld({ links: fakeLinks, crossed: true })
  world.mode = 'weighted'
  world.streams.start('sent', { kind: 'bulk' }, 'us', 2000)
  world.streams.start('sent', { kind: 'voice' }, 'us', 3000)
  for (const [atMs, mode] of [
    [2500, null],
    [5000, { kind: 'weighed' }],
  ] as const) {
    const snapshot = world.snapshot(atMs)
    const [first] = snapshot.spreading.reasons
    expect(first?.reason).toMatchObject({ kind: 'bulk', mode })
    expect(sessionUpdateSchema.safeParse({ kind: 'snapshot', snapshot }).error).toBeUndefined()
    const reasons = [{ ...first, reason: { ...first?.reason, othersShare: 1.1 } }]
    const broken = { ...snapshot, spreading: { ...snapshot.spreading, reasons } }
    expect(sessionUpdateSchema.safeParse({ kind: 'snapshot', snapshot: broken }).success).toBe(false)
  }
})

it('refuses an update with one field of another kind', () => {
  const snapshot = createFakeWorld({ links: fakeLinks, crossed: false }).snapshot(5000)
  const [pair] = snapshot.pairs
  const broken = { kind: 'snapshot', snapshot: { ...snapshot, pairs: [{ ...pair, weight: '1' }] } }
  expect(sessionUpdateSchema.safeParse(broken).success).toBe(false)
})

it('never throws on anything that arrives', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true }), (value) => {
      for (const { request, response } of Object.values(calls)) {
        parseWith<unknown>(request, value)
        parseWith<unknown>(response, value)
      }
      parseWith<unknown>(pushes['session-updates'], value)
    }),
    { numRuns: 200 },
  )
})

it('refuses a forged length, over which a schema throws, with words', () => {
  const forged = { text: { length: [{ toString: '' }] }, interfaces: { length: [{ toString: '' }] } }
  for (const { request } of Object.values(calls)) parseWith<unknown>(request, forged)
  expect(parseWith<unknown>(calls['session-paste'].request, forged)).toMatchObject({ ok: false })
})

it('refuses a pasted text, a title and a list beyond their limits', () => {
  expect(calls['session-paste'].request.safeParse({ text: 'x'.repeat(262_144) }).success).toBe(true)
  expect(calls['session-paste'].request.safeParse({ text: 'x'.repeat(262_145) }).success).toBe(false)
  const start = {
    role: 'offerer',
    title: 'T',
    interfaces: null,
    stun: [],
    turn: [],
    mode: 'redundant',
    use: 'auto',
    messages: { enabled: true, ratePerSecond: 200, sizeBytes: 64 },
    streams: [{ kind: 'video', rateBps: 4_000_000 }],
    reconnectFor: 300,
    sockets: { binding: 'device', ports: { first: 50_000, last: 50_100 } },
  }
  const { request } = calls['session-start']
  expect(request.safeParse(start).success).toBe(true)
  for (const wrong of [
    { title: '   ' },
    { title: 'x'.repeat(121) },
    { stun: Array.from({ length: 5 }, () => 'stun:a') },
    { turn: Array.from({ length: 5 }, () => ({ url: 'turn:a', username: 'a', password: 'b' })) },
    { turn: [{ url: 'turn:a', username: 'a' }] },
    { interfaces: [] },
    { messages: { ...start.messages, ratePerSecond: 201 } },
    { messages: { ...start.messages, sizeBytes: 63 } },
    { streams: Array.from({ length: 9 }, () => ({ kind: 'voice' })) },
    { streams: [{ kind: 'cbr', rateBps: 999, sizeBytes: 1200 }] },
    { streams: [{ kind: 'cbr', rateBps: 1e6, sizeBytes: 1301 }] },
    { streams: [{ kind: 'video', rateBps: 600e6 }] },
    { reconnectFor: 4 },
    { reconnectFor: 86_401 },
    { sockets: { binding: 'device', ports: { first: 2, last: 50_100 } } },
    { sockets: { binding: 'device', ports: { first: 50_100, last: 50_000 } } },
    { settings: {} },
  ]) {
    expect(request.safeParse({ ...start, ...wrong }).success, JSON.stringify(wrong)).toBe(false)
  }
})

it('takes a deadline in whole ms from 0 to the limit, for a stream by its number', () => {
  const { request } = calls['session-command']
  const order = { kind: 'set-deadline', id: 1, deadlineMs: 0 }
  for (const deadlineMs of [0, 1, 5000])
    expect(request.safeParse({ ...order, deadlineMs }).success, String(deadlineMs)).toBe(true)
  for (const wrong of [
    { deadlineMs: -1 },
    { deadlineMs: 5001 },
    { deadlineMs: 1.5 },
    { deadlineMs: Number.NaN },
    { deadlineMs: '20' },
    { deadlineMs: null },
    { id: 0 },
    { id: 1.5 },
    { direction: 'sent' },
  ])
    expect(request.safeParse({ ...order, ...wrong }).success, JSON.stringify(wrong)).toBe(false)
})

it('has a function for every channel in the fake, and the fake keeps the contract', async () => {
  const api = createFakeApi('live', 'dark')
  for (const channel of Object.keys(calls)) expect(api).toHaveProperty(camelCase(channel))
  const settings = await api.settingsGet()
  expect(settings.ok && settingsSchema.safeParse(settings.value).success).toBe(true)
  const attached = await api.sessionAttach()
  expect(attached.ok && calls['session-attach'].response.safeParse(attached.value).success).toBe(true)
})
