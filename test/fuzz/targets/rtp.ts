import {
  createSrtpReceiver,
  createSrtpSealer,
  rtpHeaderBytes,
  splitSrtpExporter,
  srtpOverheadBytes,
} from '../../../src/engine/srtp'
import { payloadHeaderBytes, readPayload, ssrcOf, writePayload } from '../../../src/engine/streams/payload'
import { testPrimitives } from '../../../src/engine/testing'
import { demand, fromHex, type Target } from '../target'
import { asDatagrams, datagrams } from './streams'

const primitives = testPrimitives()
const keys = splitSrtpExporter(new Uint8Array(56).fill(7), primitives).offerer
const due = { bytes: 64, keyFrame: true, burstIndex: 3, behind: 2, frame: 70_000 }
const readings = () => ({ streamId: 0, kind: 'voice' as const, sequence: 0, sentAtMs: 0 })

function payloadOf(streamId: number, sequence: number, sentAtMs: number): Uint8Array {
  const payload = new Uint8Array(64)
  writePayload(payload, 0, streamId, 'video', sequence, sentAtMs, due)
  return payload
}

/** Payloads of test streams: what is read says the same when it is written again. */
export const rtpPayload: Target = {
  name: 'rtp-payload',
  form: 'bytes',
  maxBytes: 1500,
  samples: () => [payloadOf(1, 0, 0), payloadOf(65_535, 2 ** 48 - 1, 1e12), fromHex('5053')],
  words: ['5053', '505301', '001fffffffffffff', '0000ffffffffffff', '00200000'].map(fromHex),
  run(input) {
    const facts: Parameters<typeof readPayload>[1] = readings()
    if (!readPayload(input, facts)) return
    demand(input.length >= payloadHeaderBytes, 'what is shorter than its header is no payload')
    demand(facts.streamId > 0 && facts.streamId < 65_536, 'a stream has a number')
    demand(Number.isSafeInteger(facts.sequence) && facts.sequence >= 0, 'a sequence number is exact')
    const written = new Uint8Array(payloadHeaderBytes)
    writePayload(written, 0, facts.streamId, facts.kind, facts.sequence, facts.sentAtMs, due)
    const again: Parameters<typeof readPayload>[1] = readings()
    demand(readPayload(written, again), 'what is written is read')
    const isSame =
      again.streamId === facts.streamId && again.kind === facts.kind && again.sequence === facts.sequence
    demand(isSame, 'a payload is read as it was written')
    const offMs = Math.abs(again.sentAtMs - facts.sentAtMs)
    demand(offMs <= facts.sentAtMs * Number.EPSILON, 'a time is read as it was written')
  },
}

/** Genuine packets by their bytes: the beginning of a stream, both sides of a wrap of its numbers, and another stream. */
const genuine = new Map<string, { readonly ssrc: number; readonly index: number }>()
const sealed: Uint8Array[] = []
const sealer = createSrtpSealer(keys, primitives)
for (const [streamId, indexes] of [
  [1, [0, 1, 2, 3, 65_534, 65_535, 65_536, 65_537, 131_073]],
  [2, [0, 1, 2]],
] as const) {
  for (const index of indexes) {
    const packet = new Uint8Array(rtpHeaderBytes + payloadHeaderBytes)
    packet.set(payloadOf(streamId, index, 5).subarray(0, payloadHeaderBytes), rtpHeaderBytes)
    const fields = { ssrc: ssrcOf(streamId), payloadType: 96, marker: false, timestamp: index }
    const made = sealer.seal(packet, payloadHeaderBytes, fields, index).slice()
    genuine.set(hexOf(made), { ssrc: fields.ssrc, index })
    sealed.push(made)
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

const forged = Uint8Array.from(sealed[2] as Uint8Array, (byte, at) => (at === 3 ? 0xff : byte))

/** SRTP from several paths, one of which cuts, changes, replays and forges: each genuine packet is taken once, nothing else. */
export const srtp: Target = {
  name: 'srtp',
  form: 'bytes',
  maxBytes: 4096,
  samples: () => [
    asDatagrams(sealed),
    asDatagrams([sealed[3], sealed[0], sealed[3], sealed[1]] as Uint8Array[]),
    asDatagrams([sealed[0], forged, (sealed[1] as Uint8Array).subarray(0, 20), sealed[1]] as Uint8Array[]),
  ],
  words: ['8060', '9060', '8f60', 'a060', '50530001', '50530002', 'ffff', '0000', 'bede0001'].map(fromHex),
  run(input) {
    const receiver = createSrtpReceiver(keys, primitives, 0)
    const taken = new Set<string>()
    let nowMs = 0
    for (const { stepMs, data } of datagrams(input)) {
      nowMs += stepMs
      if (receiver.receive(data, nowMs) !== 'new') continue
      const hex = hexOf(data)
      const packet = genuine.get(hex)
      demand(packet !== undefined, 'nothing opens that was not sealed')
      demand(!taken.has(hex), 'nothing is taken twice')
      taken.add(hex)
      demand(receiver.index === packet.index && receiver.ssrc === packet.ssrc, 'a packet has its own number')
      demand(receiver.payload.length === data.length - srtpOverheadBytes, 'a payload has its own length')
    }
    demand(
      [1, 2].every((streamId) => isOpenTo(receiver, streamId, taken, nowMs)),
      'forged and replayed packets do not keep the next genuine one out',
    )
  },
}

/** The packet after the highest that was taken. */
function isOpenTo(
  receiver: ReturnType<typeof createSrtpReceiver>,
  streamId: number,
  taken: ReadonlySet<string>,
  nowMs: number,
): boolean {
  const { highest } = receiver.windowOf(ssrcOf(streamId))
  const next = sealed.find((packet) => {
    const { ssrc, index } = genuine.get(hexOf(packet)) ?? { ssrc: 0, index: 0 }
    return (
      ssrc === ssrcOf(streamId) && index > highest && index - highest < 32_768 && !taken.has(hexOf(packet))
    )
  })
  return next === undefined || receiver.receive(next, nowMs) === 'new'
}
