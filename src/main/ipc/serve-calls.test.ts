import { describe, expect, it } from 'vitest'
import { type CallHandlers, type CallName, calls, type IpcResult, ok, wire } from '../../shared/ipc'
import { type CallEvent, serveCalls } from './serve-calls'

const names = Object.keys(calls) as CallName[]
const own: CallEvent = { senderFrame: { url: 'pathscope://app/index.html', parent: null }, sender: { id: 1 } }
const foreign: CallEvent = { senderFrame: { url: 'https://evil.example/', parent: null }, sender: { id: 1 } }

function serve(handlers: Partial<CallHandlers> = {}) {
  const reached: string[] = []
  const logged: string[] = []
  let ask: (event: CallEvent, channel: unknown, request: unknown) => Promise<unknown> = () =>
    Promise.resolve()
  const all = Object.fromEntries(
    names.map((name) => [
      name,
      () => {
        reached.push(name)
        return ok(null)
      },
    ]),
  ) as unknown as CallHandlers
  serveCalls({
    source: {
      handle: (channel, listener) => {
        expect(channel).toBe(wire.call)
        ask = listener
      },
    },
    handlers: { ...all, ...handlers },
    isTrusted: (event) => event === own,
    log: (message) => logged.push(message),
  })
  const call = (event: CallEvent, channel: unknown, request: unknown) =>
    ask(event, channel, request) as Promise<IpcResult<unknown>>
  return { call, reached, logged }
}

/** Payloads that no channel takes. */
const malformed: readonly unknown[] = [
  42,
  'text',
  [],
  true,
  undefined,
  { unexpected: 1 },
  { text: 42 },
  { text: 'x'.repeat(262_145) },
  { kind: 'set-mode', mode: 'fastest' },
  { kind: 'finish' },
  { kind: 'include-pair', pairId: -1, included: true },
  { formats: [] },
  { formats: ['exe'] },
  { theme: 'pink' },
  { reportFolder: '' },
  { role: 'offerer', title: '', interfaces: null },
]

describe.each(names)('%s', (channel) => {
  it('refuses every malformed payload as a value, logs it, and does not reach its handler', async () => {
    const { call, reached, logged } = serve()
    for (const payload of malformed) {
      const result = await call(own, channel, payload)
      expect(result, `${channel} took ${JSON.stringify(payload)?.slice(0, 80)}`).toMatchObject({
        ok: false,
        error: { kind: 'malformed' },
      })
    }
    expect(reached).toEqual([])
    expect(logged).toHaveLength(malformed.length)
  })

  it('refuses a foreign sender whatever it asks', async () => {
    const { call, reached, logged } = serve()
    for (const payload of [null, ...malformed]) {
      expect(await call(foreign, channel, payload)).toMatchObject({
        ok: false,
        error: { kind: 'foreign-sender' },
      })
    }
    expect(reached).toEqual([])
    expect(logged.length).toBeGreaterThan(0)
  })
})

it('refuses channels that are not in the schema, those of every object included', async () => {
  const { call, logged } = serve()
  for (const channel of ['no-such-call', 'toString', '__proto__', 'constructor', 7, null]) {
    expect(await call(own, channel, null)).toMatchObject({ ok: false, error: { kind: 'unknown-channel' } })
  }
  expect(logged).toHaveLength(6)
})

it('hands a well-formed request to its handler and its answer back', async () => {
  const { call } = serve({
    'text-inspect': ({ text }) =>
      ok({ kind: 'description', type: text === 'o' ? 'offer' : 'answer', problem: null }),
  })
  expect(await call(own, 'text-inspect', { text: 'o' })).toEqual({
    ok: true,
    value: { kind: 'description', type: 'offer', problem: null },
  })
})

it('does not let a malformed answer or a thrown error out, but says that something broke', async () => {
  const { call, logged } = serve({
    'settings-get': () => ok({ theme: 'pink' } as never),
    'interfaces-list': () => {
      throw new Error('the list is gone')
    },
  })
  expect(await call(own, 'settings-get', null)).toMatchObject({ ok: false, error: { kind: 'internal' } })
  expect(await call(own, 'interfaces-list', null)).toMatchObject({
    ok: false,
    error: { kind: 'internal', message: 'the list is gone' },
  })
  expect(logged).toHaveLength(2)
})
