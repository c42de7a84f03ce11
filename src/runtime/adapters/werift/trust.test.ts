import { afterEach, describe, expect, it } from 'vitest'
import { createCertificate, type SessionCertificate } from './certificate'
import type { TrafficKeys } from './key-schedule'
import { proofMark } from './mutual-proof'
import { openRecord, sealRecord } from './records'
import { WeriftSession } from './session'
import {
  closeAll,
  joined,
  joinStock,
  startFor,
  startStock,
  stockPeer,
  watchedSession,
  type Way,
} from './testing'
import {
  contentType,
  type HandshakeMessage,
  handshakeRecord,
  handshakeType,
  parseFragments,
  parseRecords,
} from './wire'

afterEach(closeAll)

type Change = (message: HandshakeMessage) => Buffer | undefined

/** Somebody on the path who rewrites handshake messages; a change of undefined leaves the message. */
function rewriting(change: Change): Way {
  return (data, pass) => {
    const [record] = parseRecords(Buffer.from(data))
    const plain = record?.type === contentType.handshake && record.epoch === 0
    const [message] = plain ? parseFragments(record.payload) : []
    const body = message === undefined ? undefined : change(message)
    if (message === undefined || record === undefined || body === undefined) pass(data)
    else pass(handshakeRecord({ type: message.type, sequence: message.sequence, body }, record.sequence))
  }
}

/** The hello without the extended master secret extension. */
function withoutExtendedMasterSecret(message: HandshakeMessage): Buffer | undefined {
  const isHello = message.type === handshakeType.clientHello || message.type === handshakeType.serverHello
  const mark = Buffer.of(0, 23, 0, 0)
  const at = message.body.lastIndexOf(mark)
  if (!isHello || at < 0) return undefined
  const lengthAt = extensionsAt(message)
  const body = Buffer.concat([message.body.subarray(0, at), message.body.subarray(at + 4)])
  body.writeUInt16BE(message.body.readUInt16BE(lengthAt) - 4, lengthAt)
  return body
}

function extensionsAt({ type, body }: HandshakeMessage): number {
  let at = 34
  at += 1 + body.readUInt8(at)
  if (type === handshakeType.serverHello) return at + 3
  at += 1 + body.readUInt8(at)
  at += 2 + body.readUInt16BE(at)
  return at + 1 + body.readUInt8(at)
}

/** The key exchange with an all-zero X25519 value, by which any private key gives an all-zero secret. */
function withZeroKey(message: HandshakeMessage): Buffer | undefined {
  const at = { [handshakeType.serverKeyExchange]: 4, [handshakeType.clientKeyExchange]: 1 }[message.type]
  if (at === undefined) return undefined
  return Buffer.from(message.body).fill(0, at, at + 32)
}

describe('a relay on the path', () => {
  it('that strips extended master secret and zeroes the keys is found out by both sides', async () => {
    const relay = rewriting((message) => withoutExtendedMasterSecret(message) ?? withZeroKey(message))
    const { offerer, answerer } = await joined({
      offererWays: { handshake: relay },
      answererWays: { handshake: relay },
    })
    const server = await offerer.wait('failed')
    expect(server).toMatchObject({
      reason: 'proof',
      detail: expect.stringContaining('Extended master secret'),
    })
    expect(offerer.of('connected')).toEqual([])
    expect(answerer.of('connected')).toEqual([])
  })

  it('is found out by the client too when the server takes part', async () => {
    const relay = rewriting((message) => withoutExtendedMasterSecret(message) ?? withZeroKey(message))
    const client = await watchedSession()
    // werift by itself checks nothing of this and finishes its side.
    const server = await stockPeer('server', 'controlling')
    joinStock(client, server, relay)
    client.session.start(startFor('answerer', server.fingerprint, { peerKind: 'stock' }))
    await startStock(server, client.session.fingerprint)
    const failed = await client.wait('failed')
    expect(failed).toMatchObject({
      reason: 'proof',
      detail: expect.stringContaining('Extended master secret'),
    })
  })

  it('that only zeroes the keys is found out', async () => {
    const relay = rewriting(withZeroKey)
    const { offerer } = await joined({
      offererWays: { handshake: relay },
      answererWays: { handshake: relay },
    })
    expect((await offerer.wait('failed')).reason).toBe('proof')
  })

  it('that changes any byte of a hello is found out', async () => {
    // The last suite offered and the compression methods: nothing that the other side would trip over by itself.
    const relay = rewriting(({ type, body }) => {
      if (type !== handshakeType.clientHello) return undefined
      const changed = Buffer.from(body)
      const suitesAt = 34 + 1 + body.readUInt8(34)
      const at = suitesAt + 1 + body.readUInt8(suitesAt)
      changed.writeUInt16BE(0xc030, at + body.readUInt16BE(at))
      return changed
    })
    const { offerer, answerer } = await joined({ answererWays: { handshake: relay } })
    expect((await offerer.wait('failed')).reason).toBe('proof')
    expect(answerer.of('connected')).toEqual([])
  })
})

describe('a Finished', () => {
  it('of the right keys over another handshake is found out', async () => {
    const answerer = new WeriftSession(await createCertificate())
    const { offerer } = await joined({
      answerer,
      answererWays: {
        handshake: (data, pass) => {
          const [record] = parseRecords(Buffer.from(data))
          const keys =
            record?.type === contentType.handshake && record.epoch === 1 ? keysSoFar(answerer) : null
          const plain = keys && record && openRecord(keys.client, record)
          if (!keys || !record || !plain) return pass(data)
          plain[plain.length - 1] = (plain[plain.length - 1] ?? 0) ^ 1
          pass(sealRecord(keys.client, contentType.handshake, record.sequence, plain))
        },
      },
    })
    expect(await offerer.wait('failed')).toMatchObject({
      reason: 'proof',
      detail: expect.stringContaining('Finished does not fit'),
    })
    expect(offerer.of('connected')).toEqual([])
  })
})

/** What a hostile peer has of itself. */
function keysSoFar(session: WeriftSession): TrafficKeys {
  const begun = Reflect.get(session, 'begun') as object
  const handshake = Reflect.get(begun, 'handshake') as { currentTrafficKeys(): TrafficKeys }
  return handshake.currentTrafficKeys()
}

describe('a certificate', () => {
  it('other than the description names fails the proof on either side', async () => {
    const stranger = (await createCertificate()).fingerprint
    const atServer = await joined({ offererStart: { remoteFingerprint: stranger } })
    expect(await atServer.offerer.wait('failed')).toMatchObject({
      reason: 'proof',
      detail: expect.stringContaining('not the one its description names'),
    })
    const atClient = await joined({ answererStart: { remoteFingerprint: stranger } })
    expect(await atClient.answerer.wait('failed')).toMatchObject({
      reason: 'proof',
      detail: expect.stringContaining('not the one its description names'),
    })
    for (const { offerer, answerer } of [atServer, atClient]) {
      expect([...offerer.of('channel-open'), ...answerer.of('channel-open')]).toEqual([])
    }
  })

  it.each(['pathscope', 'stock'] as const)(
    'stolen by a client fails the proof towards a %s',
    async (peerKind) => {
      const answerer = new WeriftSession(await stolenCertificate())
      const { offerer } = await joined({ answerer, offererStart: { peerKind }, answererStart: { peerKind } })
      expect(await offerer.wait('failed')).toMatchObject({
        reason: 'proof',
        detail: expect.stringContaining("certificate's key"),
      })
      expect(offerer.of('connected')).toEqual([])
    },
  )

  it.each(['pathscope', 'stock'] as const)(
    'stolen by a server fails the proof towards a %s',
    async (peerKind) => {
      const offerer = new WeriftSession(await stolenCertificate())
      const { answerer } = await joined({ offerer, offererStart: { peerKind }, answererStart: { peerKind } })
      expect(await answerer.wait('failed')).toMatchObject({
        reason: 'proof',
        detail: expect.stringContaining("certificate's key"),
      })
      expect(answerer.of('connected')).toEqual([])
    },
  )
})

describe('the mutual proof', () => {
  it.each(['offerer', 'answerer'] as const)(
    'fails when the %s has another key from the ICE passwords',
    async (who) => {
      const start = { proofKey: new Uint8Array(32).fill(3) }
      const pair = await joined(who === 'offerer' ? { offererStart: start } : { answererStart: start })
      for (const side of [pair.offerer, pair.answerer]) {
        expect((await side.wait('failed')).reason).toBe('proof')
        expect(side.of('connected')).toEqual([])
      }
    },
  )

  it.each(['offerer', 'answerer'] as const)('fails when the %s has seen other descriptions', async (who) => {
    const start = { descriptionsHash: new Uint8Array(32).fill(3) }
    const pair = await joined(who === 'offerer' ? { offererStart: start } : { answererStart: start })
    for (const side of [pair.offerer, pair.answerer]) {
      expect((await side.wait('failed')).reason).toBe('proof')
      expect(side.of('connected')).toEqual([])
    }
  })

  it('cannot be reflected, and a changed one fails', async () => {
    const withoutProof: Way = (data, pass) => {
      if (data[0] !== proofMark) pass(data)
    }
    const ways = { handshake: withoutProof }
    const reflecting = await joined({ offererWays: ways, answererWays: ways })
    const own = (): Uint8Array | undefined =>
      reflecting.answerer.of('handshake').find(({ data }) => data[0] === proofMark)?.data
    await reflecting.answerer.until(() => own() !== undefined, 'proof of the answerer')
    reflecting.answerer.session.receiveHandshake(own() ?? new Uint8Array())
    expect((await reflecting.answerer.wait('failed')).reason).toBe('proof')

    for (const at of [1, 2, 40, -1]) {
      const changing = await joined({
        offererWays: {
          handshake: (data, pass) => {
            const copy = Uint8Array.from(data)
            const place = at < 0 ? copy.length + at : at
            if (copy[0] === proofMark) copy[place] = (copy[place] ?? 0) ^ 0x55
            pass(copy)
          },
        },
      })
      expect((await changing.answerer.wait('failed')).reason).toBe('proof')
    }
  })

  it('is waited for: nothing is connected without it and no record opens', async () => {
    const { offerer, answerer } = await joined({
      offererWays: {
        handshake: (data, pass) => {
          if (data[0] !== proofMark) pass(data)
        },
      },
    })
    await offerer.wait('connected')
    await answerer.until(
      () => answerer.of('handshake').some(({ data }) => data[0] === proofMark),
      'own proof',
    )
    expect(answerer.of('connected')).toEqual([])
    expect(offerer.of('record')).toEqual([])
  })
})

/** Somebody else's certificate with a key of one's own. */
async function stolenCertificate(): Promise<SessionCertificate> {
  const [victim, thief] = await Promise.all([createCertificate(), createCertificate()])
  return { ...thief, certPem: victim.certPem, der: victim.der, fingerprint: victim.fingerprint }
}
