import { afterEach, describe, expect, it } from 'vitest'
import { type TrafficKeys, trafficKeys } from './key-schedule'
import { proofMark } from './mutual-proof'
import { Sealer, sealRecord } from './records'
import { WeriftSession } from './session'
import { closeAll, joined, openChannels, type Watched } from './testing'
import { contentType, parseRecords, recordHeader } from './wire'

afterEach(closeAll)

async function openPair(): Promise<{ offerer: Watched; answerer: Watched; seen: Uint8Array[] }> {
  const seen: Uint8Array[] = []
  const pair = await joined({
    answererWays: {
      record: (data, pass) => {
        seen.push(Uint8Array.from(data))
        pass(data)
      },
    },
  })
  await openChannels(pair.offerer, pair.answerer)
  return { ...pair, seen }
}

async function expectAlive(from: Watched, to: Watched): Promise<void> {
  const had = to.of('message').length
  expect(from.session.sendMessage(Uint8Array.of(42))).toBe(true)
  expect([...(await to.wait('message', had + 1)).data]).toEqual([42])
  expect([...from.of('failed'), ...to.of('failed')]).toEqual([])
}

function ignoredBy(watched: Watched): number {
  return watched.session instanceof WeriftSession ? watched.session.stats().ignored : Number.NaN
}

/** What only the two ends have. */
function keysOf(watched: Watched): TrafficKeys {
  const begun: unknown = Reflect.get(watched.session, 'begun')
  const result: unknown =
    typeof begun === 'object' && begun !== null ? Reflect.get(begun, 'result') : undefined
  return (result as { readonly traffic: TrafficKeys }).traffic
}

describe('open', () => {
  it('refuses a record with any byte changed and leaves the session as it was', async () => {
    const { offerer, answerer, seen } = await openPair()
    const genuine = seen.at(-1) ?? new Uint8Array()
    for (let at = 0; at < genuine.length; at++) {
      const forged = Uint8Array.from(genuine)
      forged[at] = (forged[at] ?? 0) ^ 1
      expect(offerer.session.open(forged), `byte ${at}`).toBeUndefined()
    }
    await expectAlive(answerer, offerer)
  })

  it('refuses what is cut, what has more behind it, what is of another type, and our own records', async () => {
    const { offerer, answerer, seen } = await openPair()
    const genuine = Buffer.from(seen.at(-1) ?? new Uint8Array())
    for (let length = 0; length < genuine.length; length++) {
      expect(offerer.session.open(genuine.subarray(0, length))).toBeUndefined()
    }
    expect(offerer.session.open(Buffer.concat([genuine, Buffer.of(0)]))).toBeUndefined()
    expect(offerer.session.open(Buffer.concat([genuine, genuine]))).toBeUndefined()
    for (const { data } of answerer.of('handshake')) expect(offerer.session.open(data)).toBeUndefined()
    expect(answerer.session.open(genuine)).toBeUndefined()
  })

  it('has no effect by itself: the same record opens alike any number of times', async () => {
    const { offerer, answerer, seen } = await openPair()
    const genuine = seen.at(-1) ?? new Uint8Array()
    const told = offerer.events.length
    const plain = Buffer.from(offerer.session.open(genuine) ?? new Uint8Array())
    expect(plain.length).toBeGreaterThan(0)
    expect(Buffer.from(offerer.session.open(genuine) ?? new Uint8Array()).equals(plain)).toBe(true)
    expect(offerer.events.length).toBe(told)
    await expectAlive(answerer, offerer)
  })
})

describe('deliver', () => {
  it('of a message twice tells it once', async () => {
    const { offerer, answerer, seen } = await openPair()
    await expectAlive(answerer, offerer)
    const told = offerer.of('message').length
    for (const record of seen) offerer.takeRecord(record)
    await expectAlive(answerer, offerer)
    expect(offerer.of('message').length).toBe(told + 1)
  })

  it('of nonsense from the authenticated peer breaks nothing', async () => {
    const { offerer, answerer } = await openPair()
    for (let length = 0; length < 80; length++) offerer.session.deliver(new Uint8Array(length).fill(length))
    await expectAlive(answerer, offerer)
    await expectAlive(offerer, answerer)
  })
})

describe('after connecting, receiveHandshake', () => {
  it('takes no notice of a late ClientHello, of old handshake datagrams, of plaintext alerts and of noise', async () => {
    const { offerer, answerer } = await openPair()
    const told = { offerer: offerer.of('handshake').length, answerer: answerer.of('handshake').length }
    const ignored = ignoredBy(offerer)
    const old = answerer.of('handshake').map(({ data }) => data)
    for (const data of old) offerer.session.receiveHandshake(data)
    for (const { data } of offerer.of('handshake')) answerer.session.receiveHandshake(data)
    for (const level of [1, 2]) {
      const alert = Buffer.concat([recordHeader(contentType.alert, 0, 99, 2), Buffer.of(level, 0)])
      offerer.session.receiveHandshake(alert)
      answerer.session.receiveHandshake(alert)
      const sealedLooking = recordHeader(contentType.alert, 1, 99, 26)
      offerer.session.receiveHandshake(Buffer.concat([sealedLooking, Buffer.alloc(26, level)]))
    }
    offerer.session.receiveHandshake(new Uint8Array(0))
    offerer.session.receiveHandshake(new Uint8Array(100).fill(0xf2))
    offerer.session.receiveHandshake(Uint8Array.of(22, 254, 253))
    await expectAlive(answerer, offerer)
    await expectAlive(offerer, answerer)
    expect(ignoredBy(offerer)).toBeGreaterThan(ignored)
    expect(offerer.of('handshake').length).toBe(told.offerer)
    expect(answerer.of('handshake').length).toBe(told.answerer)
  })

  it('lets nothing of a late ClientHello through to werift, whose server it would reset', async () => {
    const { offerer, answerer } = await openPair()
    const reached: unknown[] = []
    const begun = Reflect.get(offerer.session, 'begun') as object
    const transport = Reflect.get(Reflect.get(begun, 'handshake') as object, 'transport') as object
    Reflect.set(transport, 'onData', (data: unknown) => reached.push(data))
    const [hello] = answerer.of('handshake')
    const ignored = ignoredBy(offerer)
    offerer.session.receiveHandshake(hello?.data ?? new Uint8Array())
    expect(reached).toEqual([])
    expect(ignoredBy(offerer)).toBe(ignored + 1)
    await expectAlive(answerer, offerer)
  })

  it('takes no application record', async () => {
    const { offerer, answerer, seen } = await openPair()
    const told = offerer.of('message').length
    for (const record of seen) offerer.session.receiveHandshake(record)
    await expectAlive(answerer, offerer)
    expect(offerer.of('message').length).toBe(told + 1)
  })

  it('ends the session on an alert that authenticates', async () => {
    const { offerer, answerer } = await openPair()
    const record = sealRecord(keysOf(answerer).client, contentType.alert, 1000, Buffer.of(1, 0))
    offerer.session.receiveHandshake(record)
    expect(await offerer.wait('failed')).toMatchObject({
      reason: 'closed',
      detail: expect.stringContaining('alert 0'),
    })
    const told = offerer.events.length
    offerer.session.receiveHandshake(record)
    expect(offerer.events.length).toBe(told)
  })
})

describe('during the handshake', () => {
  it('plaintext alerts, repeated and stray datagrams do not disturb it', async () => {
    const { offerer, answerer } = await joined({
      answererWays: {
        handshake: (data, pass) => {
          pass(Buffer.concat([recordHeader(contentType.alert, 0, 0, 2), Buffer.of(2, 40)]))
          pass(data)
          pass(Uint8Array.of(1, 2, 3))
          if (parseRecords(Buffer.from(data))[0]?.epoch === 0) pass(data)
        },
      },
    })
    await openChannels(offerer, answerer)
  })

  it('a record of the right keys does not open before the peer has proved itself', async () => {
    let release = (): void => {}
    const { offerer, answerer } = await joined({
      offererWays: {
        handshake: (data, pass) => {
          if (data[0] === proofMark && data[1] === 1) release = () => pass(data)
          else pass(data)
        },
      },
    })
    await offerer.wait('connected')
    const record = sealRecord(keysOf(offerer).server, contentType.applicationData, 1000, Buffer.of(1, 2, 3))
    expect(answerer.session.open(record)).toBeUndefined()
    expect(offerer.of('record')).toEqual([])
    release()
    await answerer.wait('connected')
    expect(answerer.session.open(record)).toEqual(Buffer.of(1, 2, 3))
  })
})

describe('the sealer', () => {
  it('never uses one nonce twice', () => {
    const secrets = {
      masterSecret: Buffer.alloc(48, 1),
      clientRandom: Buffer.alloc(32, 2),
      serverRandom: Buffer.alloc(32, 3),
    }
    const sealer = new Sealer(trafficKeys(secrets).client, 7)
    const nonces = Array.from({ length: 100 }, () =>
      sealer.seal(Buffer.of(1)).subarray(13, 21).toString('hex'),
    )
    expect(new Set(nonces).size).toBe(100)
    expect(nonces[0]).toBe('0001000000000007')
  })
})
