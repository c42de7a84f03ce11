import {
  controlOverheadBytes,
  createControlSealer,
  decodeControl,
  decodeControlText,
  deriveShimKeys,
  encodeControlText,
  encodeReliable,
  encodeReport,
  openShim,
  sealShim,
  textLimits,
} from '../../../src/engine/frames'
import { createFeedbackWriter, emptyArrivals, readFeedback } from '../../../src/engine/feedback/format'
import { testPrimitives } from '../../../src/engine/testing'
import { shapeJson } from '../mutate-json'
import { bytesOf, commonWords, demand, demandSame, fromHex, type Target } from '../target'

const primitives = testPrimitives()
const passwords = { offerer: 'by2GZGG1lw+040DWA6hXM5Bz', answerer: 'PLOHqGDZwpRQzJXWVGBbJuxm' }
const offererKeys = deriveShimKeys(passwords, 'offerer', primitives)
const answererKeys = deriveShimKeys(passwords, 'answerer', primitives)
const exporter = new Uint8Array(32).fill(7)

/** Handshake shim frames: only what the peer sealed opens, and it opens as it was. */
export const shim: Target = {
  name: 'shim',
  form: 'bytes',
  maxBytes: 2048,
  samples: () => [sealShim(offererKeys, fromHex('0100000001'), primitives), fromHex('f001')],
  words: [fromHex('f001'), fromHex('f101')],
  run(input) {
    demand(openShim(offererKeys, input, primitives) === undefined, 'nothing opens that was not sealed for us')
    const sealed = sealShim(offererKeys, input, primitives)
    demandSame(openShim(answererKeys, sealed, primitives), input, 'a sealed frame opens as it was')
    demand(openShim(offererKeys, sealed, primitives) === undefined, 'nothing sent opens at its sender')
    sealed[input.length % sealed.length] = (sealed[input.length % sealed.length] as number) ^ 1
    demand(openShim(answererKeys, sealed, primitives) === undefined, 'a changed frame does not open')
  },
}

const report = encodeReport([
  { pairNumber: 1, sentSeen: 100, received: 98, firstArrivals: 60, duplicates: 38 },
  { pairNumber: 65_535, sentSeen: 2 ** 48 - 1, received: 0, firstArrivals: 0, duplicates: 0 },
])

/** Control datagrams from whoever has the keys, and from whoever has not. */
export const control: Target = {
  name: 'control',
  form: 'bytes',
  maxBytes: 2048,
  samples: () => [...report, encodeReliable(fromHex('0100000001')), fromHex('f101000000000001')],
  words: [fromHex('0201'), fromHex('02ff'), fromHex('ffffffffffff'), fromHex('01')],
  run(input) {
    const offerer = createControlSealer(exporter, 'offerer', primitives)
    const answerer = createControlSealer(exporter, 'answerer', primitives)
    demand(answerer.open(input) === undefined, 'nothing opens that was not sealed')
    const sealed = offerer.seal(input)
    demand(sealed.length === input.length + controlOverheadBytes, 'sealing adds what it says')
    const opened = answerer.open(sealed)
    demand(typeof opened === 'object', 'what was sealed opens')
    demandSame(opened.plain, input, 'what was sealed opens as it was')
    demand(answerer.open(sealed) === 'replayed', 'a second time is a replay')
    demand(offerer.open(sealed) === undefined, 'nothing sent opens at its sender')
    const message = decodeControl(input)
    if (message?.kind === 'report') {
      demandSame(
        message.pairs.length === 0 ? [input] : encodeReport(message.pairs).flatMap((one) => [...one]),
        message.pairs.length === 0 ? [input] : rejoined(input),
        'a report is written as it was read',
      )
    } else if (message?.kind === 'feedback') {
      demandSame(message.plain, input, 'feedback is handed on as it is')
    } else if (message !== undefined) {
      demandSame(encodeReliable(message.frame), input, 'a frame is written as it was read')
    }
  },
}

/** A report of more pairs than we put into one datagram is written as several. */
function rejoined(input: Uint8Array): number[] {
  const perReport = 45
  const bodies = input.subarray(2)
  const bytes: number[] = []
  for (let at = 0; at < bodies.length; at += perReport * 26) {
    const part = bodies.subarray(at, at + perReport * 26)
    bytes.push(2, part.length / 26, ...part)
  }
  return bytes
}

function feedbackSample(completeAtMs = 5000): Uint8Array {
  const writer = createFeedbackWriter()
  writer.begin(5000, completeAtMs)
  for (let i = 0; i < 40; i += 1) writer.add(1 + (i >> 4), 1, 100 + 2 * i - (i % 5), 4900 + i * 0.57)
  return writer.take()
}

/** Which packets arrived when: what is read can be written again and says the same. */
export const feedback: Target = {
  name: 'feedback',
  form: 'bytes',
  maxBytes: 2048,
  samples: () => [
    feedbackSample(),
    feedbackSample(4800),
    feedbackSample().subarray(0, 23),
    fromHex('03000000000000'),
    fromHex('0400000000000000000000'),
  ],
  words: [fromHex('0001'), fromHex('ffff'), fromHex('ffffffffffffff7f'), fromHex('00')],
  run(input) {
    const read = emptyArrivals()
    if (!readFeedback(input, read)) return
    const writer = createFeedbackWriter()
    const again = emptyArrivals()
    let checked = 0
    const check = (): void => {
      demand(readFeedback(writer.take(), again), 'what is written is read')
      demand(again.completeAtMs === read.completeAtMs, 'what it may not tell is read as it was written')
      for (let i = 0; i < again.count; i += 1, checked += 1) {
        const isSame =
          again.pairs[i] === read.pairs[checked] &&
          again.streams[i] === read.streams[checked] &&
          again.sequences[i] === read.sequences[checked]
        demand(isSame, 'an arrival is read as it was written')
      }
    }
    writer.begin(read.madeAtMs, read.completeAtMs)
    for (let i = 0; i < read.count; i += 1) {
      const one = [read.pairs[i], read.streams[i], read.sequences[i], read.arrivedMs[i]] as [
        number,
        number,
        number,
        number,
      ]
      demand(one[3] <= read.madeAtMs, 'nothing arrived after it was told')
      if (writer.add(...one)) continue
      check()
      writer.begin(read.madeAtMs, read.completeAtMs)
      demand(writer.add(...one), 'an empty datagram has room')
    }
    check()
    demand(checked === read.count, 'no arrival is missing')
  },
}

const texts = [
  {
    t: 'hello',
    appVersion: '1.0.0',
    os: 'Linux 6.1',
    interfaces: [{ name: 'eth0', kind: 'ethernet', addresses: ['192.0.2.1', '2001:db8::1'] }],
    candidates: [{ address: '198.51.100.7', interfaceName: 'eth0' }],
  },
  { t: 'mode', mode: 'weighted', use: 'disjoint' },
  { t: 'mode', mode: 'backup', use: 'auto', asked: true },
  { t: 'ask-mode', mode: 'lowest-latency' },
  {
    t: 'candidates',
    candidates: [
      { address: '192.0.2.9', port: 5001, type: 'host', priority: 2_130_706_431, interfaceName: 'usb0' },
      { address: '2001:db8::9', port: 5001, type: 'srflx', priority: 1_694_498_815, interfaceName: 'usb0' },
    ],
    gone: [{ address: '10.0.1.2', port: 5000 }],
    interfaces: [{ name: 'usb0', kind: 'ethernet', addresses: ['192.0.2.9'] }],
  },
  { t: 'counts', received: 9, missing: 1, duplicated: 3, reordered: 0 },
  {
    t: 'stream-counts',
    streams: [
      {
        id: 1,
        received: 1500,
        lost: 2,
        duplicates: 3,
        reordered: 2,
        figures: {
          goodputBps: 64_000,
          latencyMs: [1500, 0, 0.2, 0.9, 2.6, 5.8, 9.125],
          jitterMs: 0.25,
          deliveryGapMaxMs: 41.5,
          deliveryGapIntervalMs: 20.125,
          inOrderGapMaxMs: null,
          playout: {
            deadlineMs: 150,
            inOrder: 1498,
            late: 2,
            held: 4,
            holdMs: [4, 0.1, 1, 2, 2, null, 2],
            waiting: 0,
            gapsGivenUp: 1,
            reorderingExtentMax: 3,
          },
        },
      },
    ],
  },
  {
    t: 'stream',
    id: 2,
    spec: { kind: 'cbr', rateBps: 200_000_000, sizeBytes: 1200 },
    running: false,
    asked: false,
    sent: 9,
    broken: { pair: 3, sentBps: 198_400_000, lostPercent: 94.8 },
  },
  { t: 'finish', messagesSent: 10 },
  { t: 'bye', reason: 'done' },
]

/** What a peer says in words. */
export const controlText: Target = {
  name: 'control-text',
  form: 'text',
  maxBytes: 8192,
  growBytes: textLimits.bytes,
  samples: () => texts.map((text) => bytesOf(JSON.stringify(text))),
  words: [...commonWords, ...['"t":', '"hello"', '"interfaces":', '[', ']', '{', '}', ','].map(bytesOf)],
  shape: shapeJson,
  run(input) {
    const text = decodeControlText(input)
    if ('kind' in text) {
      demand(text.detail.length > 0, 'a refusal says why')
      return
    }
    const written = encodeControlText(text)
    demand(written.length <= textLimits.bytes, 'what we say is short enough to be taken')
    demandSame(decodeControlText(written), text, 'a text is read as it was written')
    demand(
      !/[\p{Cc}\p{Cf}]/u.test(
        Object.values(text)
          .filter((one) => typeof one === 'string')
          .join(''),
      ),
      'no marks that could mislead',
    )
  },
}
