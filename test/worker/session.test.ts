import assert from 'node:assert/strict'
import { test } from 'node:test'
import { received, start, startPair } from './sessions'

const limit = { timeout: 60_000 }

test('a loopback session brings up every pair of its emulated paths and moves messages', limit, async () => {
  const session = start({ role: 'loopback' })
  const started = await session.told('started')
  assert.deepEqual(
    started.interfaces.map((each) => `${each.name} ${each.binding}`),
    ['fibre emulated', 'wifi emulated', 'lte emulated'],
  )
  await session.told(
    'snapshot',
    ({ snapshot }) => snapshot.pairs.filter((pair) => pair.state === 'up').length === 9,
  )
  await session.told('snapshot', ({ snapshot }) => received(snapshot) >= 20 && snapshot.duplicatesDropped > 0)

  const straight = session.snapshot().pairs.filter((pair) => pair.straight)
  const atLeastMs = { fibre: 16, wifi: 36, lte: 90 }
  for (const [name, expectedMs] of Object.entries(atLeastMs)) {
    const pair = straight.find((each) => each.local.interfaceName === name)
    assert.ok((pair?.rttMs?.min ?? 0) >= expectedMs, `${name} is never faster than it is emulated to be`)
    assert.ok((pair?.rttMs?.p50 ?? Infinity) < expectedMs + 45, `${name} is not much slower either`)
  }

  session.handle.order({ kind: 'stop' })
  const ended = await session.told('ended')
  assert.equal(ended.reason, 'done')
  await session.handle.closed
  assert.equal(session.updates.at(-1), ended, 'nothing follows the end')
  assert.equal(session.updates.at(-2)?.kind, 'snapshot', 'a final snapshot comes before it')
})

test('a loopback session ends by itself after its duration', limit, async () => {
  const session = start({ role: 'loopback', durationSeconds: 1 })
  const ended = await session.told('ended')
  assert.equal(ended.reason, 'done')
  const [sent, got] = session.snapshot().messages
  assert.ok((sent?.sent ?? 0) >= 15 && (got?.received ?? 0) >= 15)
  assert.equal(got?.missing, 0)
  await session.handle.closed
})

test('a loopback session says that it wants no paste', limit, async () => {
  const session = start({ role: 'loopback' })
  session.handle.order({ kind: 'paste', text: '{}' })
  assert.equal((await session.told('paste-refused')).problem.kind, 'not-now')
  await session.handle.terminate()
  await session.handle.closed
})

test('sessions that are ended while they begin take nothing with them', limit, async () => {
  for (let turn = 0; turn < 12; turn += 1) {
    const session = start({ role: 'loopback' })
    await new Promise((resolve) => setTimeout(resolve, 10 * turn))
    await session.handle.terminate()
    await session.handle.closed
  }
})

test('two workers on real sockets connect by pasted texts and nominate nothing', limit, async () => {
  const [offerer, answerer] = await startPair()
  await Promise.all(
    [offerer, answerer].map((end) => end.told('snapshot', ({ snapshot }) => received(snapshot) >= 20)),
  )
  for (const end of [offerer, answerer]) {
    const { pairs, sctpRetransmissions } = end.snapshot()
    assert.ok(pairs.some((pair) => pair.state === 'up'))
    assert.ok(pairs.every((pair) => pair.nominations.succeeded === 0))
    assert.ok(pairs.some((pair) => pair.nominationsPrevented > 0))
    assert.equal(sctpRetransmissions, 0)
  }
  offerer.handle.order({ kind: 'stop' })
  const ends = await Promise.all([offerer.told('ended'), answerer.told('ended')])
  assert.deepEqual(
    ends.map((end) => end.reason),
    ['done', 'done'],
  )
  await Promise.all([offerer.handle.closed, answerer.handle.closed])
})

test('real sockets in the worker are bound to their device where the system can', limit, async (context) => {
  if (process.platform !== 'linux') return context.skip('the device binding is for Linux')
  const session = start({ role: 'offerer', interfaces: ['lo'] })
  const { interfaces } = await session.told('started')
  assert.equal(interfaces.find((each) => each.name === 'lo')?.binding, 'device')
  await session.told('local-description')
  assert.deepEqual(
    session.updates.filter((update) => update.kind === 'warning'),
    [],
  )
  session.handle.order({ kind: 'stop' })
  assert.equal((await session.told('ended')).reason, 'done')
  await session.handle.closed
})

const garbage = [
  ['noise', 'hello there'],
  ['JSON of another kind', '{"name":"pathscope","version":1}'],
  [
    'an SDP without candidates',
    '{"type":"answer","sdp":"v=0\\r\\no=- 1 2 IN IP4 127.0.0.1\\r\\ns=-\\r\\nt=0 0\\r\\n"}',
  ],
  ['2 MB of noise', 'x'.repeat(2_000_000)],
] as const

test(
  'an offerer refuses what is no answer with a sentence, and still takes the answer after it',
  limit,
  async () => {
    const offerer = start({ role: 'offerer', interfaces: ['lo'] })
    const own = await offerer.told('local-description')
    for (const [, text] of [...garbage, ['its own offer', own.text.json] as const]) {
      offerer.handle.order({ kind: 'paste', text })
    }
    const refusals = () => offerer.updates.filter((update) => update.kind === 'paste-refused')
    await offerer.told('paste-refused', () => refusals().length === garbage.length + 1)
    for (const refusal of refusals()) assert.match(refusal.problem.message, /^[A-Z“].{15,}[.!”]$/s)

    const answerer = start({ role: 'answerer', interfaces: ['lo'] })
    answerer.handle.order({ kind: 'paste', text: own.text.compact })
    const answer = await answerer.told('local-description')
    offerer.handle.order({ kind: 'paste', text: answer.text.json })
    await offerer.told('event', ({ event }) => event.kind === 'channel-state' && event.state === 'open')
    answerer.handle.order({ kind: 'stop' })
    assert.equal((await offerer.told('ended')).reason, 'done')
    await Promise.all([offerer.handle.closed, answerer.handle.closed])
  },
)

test('an answerer refuses an answer where an offer belongs', limit, async () => {
  const [offerer, answerer] = await startPair()
  const { text } = await answerer.told('local-description')
  const other = start({ role: 'answerer', interfaces: ['lo'] })
  other.handle.order({ kind: 'paste', text: text.json })
  assert.equal((await other.told('paste-refused')).problem.kind, 'wrong-type')
  await Promise.all([offerer, answerer, other].map((session) => session.handle.terminate()))
})

test('a session whose peer is nowhere ends as not connected when its time is over', limit, async () => {
  const offerer = start({ role: 'offerer', interfaces: ['lo'], connectTimeoutSeconds: 1 })
  const answerer = start({ role: 'answerer', interfaces: ['lo'] })
  answerer.handle.order({ kind: 'paste', text: (await offerer.told('local-description')).text.json })
  const { text } = await answerer.told('local-description')
  await answerer.handle.terminate()
  offerer.handle.order({ kind: 'paste', text: text.json })
  const ended = await offerer.told('ended')
  assert.equal(ended.reason, 'not-connected')
  assert.match(ended.detail ?? '', /within 1 s/)
  await offerer.handle.closed
})

test('a worker that dies without a word is reported as failed', limit, async () => {
  const session = start({ role: 'loopback' })
  await session.told('started')
  await session.handle.terminate()
  await session.handle.closed
  const ended = await session.told('ended')
  assert.equal(ended.reason, 'failed')
})

test('an unknown interface is a warning that names those there are', limit, async () => {
  const session = start({ role: 'offerer', interfaces: ['lo', 'nonesuch0'] })
  const { warning } = await session.told('warning', (update) => update.warning.kind === 'unknown-interface')
  assert.match(warning.message, /nonesuch0.*\blo\b/)
  await session.handle.terminate()
})
