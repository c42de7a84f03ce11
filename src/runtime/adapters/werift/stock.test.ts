import { RTCDataChannel, RTCDataChannelParameters } from 'werift'
import { afterEach, describe, expect, it } from 'vitest'
import {
  closeAll,
  joinStock,
  seeded,
  startFor,
  startStock,
  type StockPeer,
  stockPeer,
  watchedSession,
  type Way,
} from './testing'
import { parseRecords } from './wire'

let stock: StockPeer | undefined

afterEach(() => {
  closeAll()
  stock?.stop()
})

describe('towards a stock peer', () => {
  it.each(['client', 'server'] as const)(
    'the offerer as DTLS %s opens the channel in-band',
    async (dtlsRole) => {
      const session = await watchedSession()
      const peer = await stockPeer(dtlsRole === 'client' ? 'server' : 'client', 'controlled')
      stock = peer
      joinStock(session, peer)
      session.session.start(startFor('offerer', peer.fingerprint, { peerKind: 'stock', dtlsRole }))
      await startStock(peer, session.session.fingerprint)
      await peer.sctp.start(5000)
      await session.wait('channel-open')
      const [channel] = peer.channels
      expect(channel).toMatchObject({
        label: 'pathscope',
        ordered: true,
        maxRetransmits: null,
        id: dtlsRole === 'client' ? 0 : 1,
      })
      const received = channel?.onMessage.asPromise(5000)
      session.session.sendMessage(Uint8Array.of(1, 2, 3))
      expect((await received)?.[0]).toEqual(Buffer.of(1, 2, 3))
      channel?.send('text too')
      expect(Buffer.from((await session.wait('message')).data).toString()).toBe('text too')
      // Every record of epoch 1, Finished and its repetitions included, has a number, and so a nonce, of its own.
      const numbers = [...session.of('handshake'), ...session.of('record')]
        .flatMap(({ data }) => parseRecords(Buffer.from(data)))
        .flatMap(({ epoch, sequence }) => (epoch === 1 ? [sequence] : []))
      expect(numbers.length).toBeGreaterThan(2)
      expect(new Set(numbers).size).toBe(numbers.length)
    },
  )

  it('the answerer takes the channel that the peer opens', async () => {
    const session = await watchedSession()
    const peer = await stockPeer('server', 'controlling')
    stock = peer
    joinStock(session, peer)
    session.session.start(startFor('answerer', peer.fingerprint, { peerKind: 'stock' }))
    await startStock(peer, session.session.fingerprint)
    const channel = new RTCDataChannel(peer.sctp, new RTCDataChannelParameters({ label: 'theirs' }))
    await peer.sctp.start(5000)
    await session.wait('channel-open')
    const received = channel.onMessage.asPromise(5000)
    session.session.sendMessage(Uint8Array.of(7))
    expect((await received)[0]).toEqual(Buffer.of(7))
  })

  it.each([5, 6])(
    'a handshake connects although datagrams are lost and doubled (%i)',
    async (seed) => {
      // From us to werift nothing is doubled: its own stack does not survive that.
      const random = seeded(seed)
      const fromPeer: Way = (data, pass) => {
        if (random() < 0.2) return
        pass(data)
        if (random() < 0.3) pass(data)
      }
      const session = await watchedSession()
      const peer = await stockPeer('client', 'controlling')
      stock = peer
      joinStock(session, peer)
      const toSession = peer.onSend
      peer.onSend = (data) => fromPeer(data, (copy) => toSession(Buffer.from(copy)))
      session.session.start(startFor('answerer', peer.fingerprint, { peerKind: 'stock', dtlsRole: 'server' }))
      await startStock(peer, session.session.fingerprint)
      await session.wait('connected')
    },
    60_000,
  )

  it('a lost flight of ours is sent again', { timeout: 30_000 }, async () => {
    const session = await watchedSession()
    const peer = await stockPeer('server', 'controlling')
    stock = peer
    let toLose = 1
    joinStock(session, peer, (data, pass) => {
      if (toLose-- <= 0) pass(data)
    })
    session.session.start(startFor('answerer', peer.fingerprint, { peerKind: 'stock' }))
    await startStock(peer, session.session.fingerprint)
    await session.wait('connected')
    expect(session.of('handshake').length).toBeGreaterThan(7)
  })
})
