import type { SocketInfo, TransportAddress, TurnServer } from '../../../src/engine'
import { limits } from '../../../src/engine'
import { encodeStun, parseStun, turnMethod } from '../../../src/engine/stun'
import { testPrimitives } from '../../../src/engine/testing'
import { createRelays } from '../../../src/engine/turn'
import { encodeChannelData } from '../../../src/engine/turn/framing'
import { bytesOf, demand, demandFinite, fromHex, type Target } from '../target'
import { asDatagrams, datagrams } from './streams'

const account = { username: 'ann', password: 's3cret' }
const realm = 'fuzz'
const key = testPrimitives().md5(bytesOf(`${account.username}:${realm}:${account.password}`))
const server: TurnServer = {
  url: 'turn:relay',
  protocol: 'tcp',
  address: { family: 4, address: '192.0.2.5', port: 3478 },
  serverName: 'relay',
  ...account,
}
const socket: SocketInfo = {
  id: 1,
  local: { family: 4, address: '192.0.2.7', port: 5000 },
  interfaceName: 'eth0',
  interfaceKind: 'ethernet',
  binding: 'device',
}
const peer: TransportAddress = { family: 4, address: '198.51.100.9', port: 7000 }
const data = bytesOf('hello')

/** A relay over TCP that stands and has sent something to a peer, with what it does from then on. */
function openRelay() {
  const primitives = testPrimitives(5)
  const sent: Uint8Array[] = []
  const seen = { arrived: 0, closed: 0, socketId: 0 }
  const relays = createRelays(
    { turnServers: [server], primitives },
    {
      transmit: () => demand(false, 'nothing goes by UDP'),
      openStream: () => undefined,
      sendStream: (_, bytes) => sent.push(bytes),
      closeStream: () => undefined,
      opened: ({ id }) => (seen.socketId = id),
      closed: () => (seen.closed += 1),
      arrived(_, from, bytes) {
        seen.arrived += bytes.length
        demand(bytes.length <= limits.streamBytes, 'what arrives is not longer than what is held')
        demand(from.port >= 0 && from.port < 65_536, 'what arrives has an address')
      },
      event: (event) => demandFinite(event, 'event'),
    },
  )
  relays.addSocket(socket, 0)
  relays.streamOpened(1, 1)
  answer(401, {})
  answer(null, { xorRelayedAddress: { ...server.address, port: 50_000 }, lifetimeSeconds: 600 })
  relays.send(seen.socketId, peer, data, 2)
  answer(null, {})

  function answer(code: number | null, attributes: Parameters<typeof encodeStun>[0]['attributes']): void {
    const asked = parseStun(sent.at(-1)!)
    if (asked.kind !== 'stun') throw new Error('the relay asks in STUN')
    const { method, transactionId } = asked.message
    const kind = code === null ? 'success' : 'error'
    const error = code === null ? {} : { errorCode: { code, reason: 'Unauthorized' }, realm, nonce: 'n' }
    const message = { class: kind, method, transactionId, attributes: { ...attributes, ...error } } as const
    relays.streamData(1, encodeStun(message, code === null ? key : null, primitives), 2)
  }
  return { relays, sent, seen }
}

const indication = encodeStun(
  {
    class: 'indication',
    method: turnMethod.data,
    transactionId: new Uint8Array(12),
    attributes: { xorPeerAddress: peer, data },
  },
  null,
  testPrimitives(),
)

/** What a TURN server says on a stream, in whatever pieces, once it has given an address. */
export const turn: Target = {
  name: 'turn',
  form: 'bytes',
  maxBytes: 4096,
  samples: () => [
    asDatagrams([indication, encodeChannelData(0x4000, data, true), indication]),
    asDatagrams([indication.subarray(0, 9), indication.subarray(9), encodeChannelData(0x4000, data, true)]),
  ],
  words: ['2112a442', '0017', '0115', '40000005', '4fff', '00120008', '00130005', '0104', '0109'].map(
    fromHex,
  ),
  run(input) {
    const { relays, sent, seen } = openRelay()
    demand(seen.socketId > 0, 'the relay stands')
    let nowMs = 10
    let bytes = 0
    for (const { stepMs, data: piece } of datagrams(input)) {
      nowMs += stepMs
      bytes += piece.length
      relays.streamData(1, piece, nowMs)
      relays.tick(nowMs)
    }
    demand(seen.arrived <= bytes, 'no more arrives than came')
    demand(seen.closed <= 1, 'a relay is lost once')
    demand(sent.length <= 64 + input.length, 'what is sent is limited by what came')
    demandFinite(relays.progress(nowMs), 'progress')
    demand((relays.nextDeadline() ?? nowMs + 1) > nowMs, 'what is due was done')
  },
}
