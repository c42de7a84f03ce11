import { describe, expect, test } from 'vitest'
import { firstApplicationRecord } from '../../engine'
import type { SecureEvent, SecureSession } from '../../runtime/ports'
import { createSeededEntropy, createVirtualClock } from '../ports'
import { createRandom } from '../world'
import { modelSecure } from './index'

/** Two sessions; what each says goes to `wire` first, which hands on what it likes. */
async function makePair() {
  const clock = createVirtualClock()
  const events: SecureEvent[][] = [[], []]
  const make = (name: string) => modelSecure(clock, createSeededEntropy(createRandom(name))).create()
  const sessions = [await make('a'), await make('b')] as const
  const held: { to: SecureSession; event: SecureEvent }[] = []
  sessions.forEach((session, at) => {
    session.onEvent = (event) => {
      events[at]?.push(event)
      const to = sessions[1 - at]
      if (to !== undefined && (event.kind === 'handshake' || event.kind === 'record'))
        held.push({ to, event })
    }
  })
  function hand({ to, event }: { to: SecureSession; event: SecureEvent }): void {
    if (event.kind === 'handshake') to.receiveHandshake(event.data)
    if (event.kind !== 'record') return
    const plain = to.open(event.data)
    if (plain !== undefined) to.deliver(plain)
  }
  function start(changes: { proofKey?: Uint8Array; remoteFingerprint?: string } = {}): void {
    const common = {
      peerKind: 'pathscope',
      sctpPort: 5000,
      maxMessageSize: 65_536,
      descriptionsHash: new Uint8Array(32),
      proofKey: new Uint8Array(32),
    } as const
    const [a, b] = sessions
    b.start({ ...common, dtlsRole: 'server', iceRole: 'controlled', remoteFingerprint: a.fingerprint })
    a.start({
      ...common,
      dtlsRole: 'client',
      iceRole: 'controlling',
      remoteFingerprint: b.fingerprint,
      ...changes,
    })
  }
  /** Everything under way arrives, in order, until silence; `lose` says which of the records do not. */
  function flow(lose: (count: number) => boolean = () => false): void {
    for (let count = 0; held.length > 0; count++) {
      const next = held.shift()
      if (next !== undefined && !(next.event.kind === 'record' && lose(count))) hand(next)
    }
  }
  const kinds = (at: 0 | 1) => events[at]?.map((event) => event.kind)
  const messages = (at: 0 | 1) =>
    events[at]?.flatMap((event) => (event.kind === 'message' ? [event.data[0]] : []))
  const failure = (at: 0 | 1) => events[at]?.find((event) => event.kind === 'failed')
  return { clock, sessions, events, held, hand, start, flow, kinds, messages, failure }
}

describe('the handshake', () => {
  test('connects both and opens the channel when each datagram comes once, in order', async () => {
    const pair = await makePair()
    pair.start()
    pair.flow()
    const exporters = pair.events.map((told) => told.find((event) => event.kind === 'connected'))
    expect(exporters[0]).toEqual(exporters[1])
    expect(pair.kinds(0)).toContain('channel-open')
    expect(pair.kinds(1)).toContain('channel-open')
  })

  test('fails for good on a duplicate, as the real one does', async () => {
    const pair = await makePair()
    pair.start()
    const first = pair.held[0]
    if (first !== undefined) pair.held.push(first)
    pair.flow()
    expect(pair.failure(1)).toMatchObject({ reason: 'handshake' })
  })

  test('fails for good on datagrams out of order', async () => {
    const pair = await makePair()
    pair.start()
    const hello = pair.held.shift()
    if (hello !== undefined) pair.hand(hello)
    pair.held.reverse()
    pair.flow()
    expect(pair.failure(0)).toMatchObject({ reason: 'handshake' })
  })

  test('fails the proof when the two ends saw other descriptions', async () => {
    const pair = await makePair()
    pair.start({ proofKey: new Uint8Array(32).fill(1) })
    pair.flow()
    expect(pair.failure(1)).toMatchObject({ reason: 'proof' })
  })

  test('fails the proof on a certificate with another fingerprint', async () => {
    const pair = await makePair()
    pair.start({ remoteFingerprint: 'AB:CD' })
    pair.flow()
    expect(pair.failure(0)).toMatchObject({ reason: 'proof' })
  })
})

describe('records', () => {
  test('are numbered without a gap, and open once only their own way', async () => {
    const pair = await makePair()
    pair.start()
    pair.flow()
    const [a, b] = pair.sessions
    a.sendMessage(new Uint8Array([1]))
    const record = pair.held.at(-1)?.event
    if (record?.kind !== 'record') throw new Error('no record')
    expect(record.data[0]).toBe(23)
    expect(b.open(record.data)).toBeDefined()
    expect(a.open(record.data)).toBeUndefined()
    expect(b.open(record.data.map((byte, at) => (at === 20 ? byte ^ 1 : byte)))).toBeUndefined()
    const numbers = pair.events[0]?.flatMap((event) => (event.kind === 'record' ? [event.data[10]] : []))
    expect(numbers).toEqual(numbers?.map((_, at) => firstApplicationRecord + at))
  })
})

describe('messages', () => {
  test('come once, in order, though every third record is lost, and retransmissions are counted', async () => {
    const pair = await makePair()
    pair.start()
    pair.flow()
    for (let sent = 0; sent < 30; sent++) pair.sessions[0].sendMessage(new Uint8Array([sent]))
    for (let round = 0; round < 40; round++) {
      pair.flow((count) => count % 3 === 1)
      pair.clock.runUntil(pair.clock.nowMs() + 1000)
    }
    expect(pair.messages(1)).toEqual(Array.from({ length: 30 }, (_, sent) => sent))
    expect(pair.kinds(0)).toContain('retransmissions')
  })

  test('of 16 kB are cut and joined', async () => {
    const pair = await makePair()
    pair.start()
    pair.flow()
    const data = createRandom(1).bytes(16_384)
    pair.sessions[1].sendMessage(data)
    pair.flow()
    expect(pair.events[0]?.filter((event) => event.kind === 'message')).toEqual([{ kind: 'message', data }])
    const sizes = pair.events[1]?.flatMap((event) => (event.kind === 'record' ? [event.data.length] : []))
    expect(Math.max(...(sizes ?? []))).toBeLessThan(1300)
  })

  test('are refused before the channel opens and when too many wait', async () => {
    const pair = await makePair()
    expect(pair.sessions[0].sendMessage(new Uint8Array(1))).toBe(false)
    pair.start()
    pair.flow()
    const taken = Array.from({ length: 300 }, () => pair.sessions[0].sendMessage(new Uint8Array(1)))
    expect(taken.filter(Boolean)).toHaveLength(256)
  })
})
