import { createMessageReceiver } from '../../../src/engine/messages'
import { encodeMessage } from '../../../src/engine/messages/format'
import { createReliable, reliableOverheadBytes } from '../../../src/engine/reliable'
import { decodeFrame, encodeFrame } from '../../../src/engine/reliable/frame'
import { demand, demandFinite, demandSame, fromHex, type Target } from '../target'

/** The input as a list of datagrams: each behind a time step (ms / 4) and a length (u16). */
export function* datagrams(
  input: Uint8Array,
): Generator<{ readonly stepMs: number; readonly data: Uint8Array }> {
  for (let at = 0; at + 3 <= input.length; ) {
    const length = ((input[at + 1] as number) << 8) | (input[at + 2] as number)
    const end = Math.min(input.length, at + 3 + length)
    yield { stepMs: (input[at] as number) * 4, data: input.subarray(at + 3, end) }
    at = end
  }
}

export function asDatagrams(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(parts.flatMap((part) => [Buffer.of(5, part.length >> 8, part.length & 255), part])),
  )
}

const options = { maxFrames: 16, maxPayloadBytes: 64, maxMessageBytes: 512 }
const payload = fromHex('68656c6c6f')
const frameOf = (sequence: number, ack: number, endsMessage: boolean) =>
  encodeFrame({ ack, selective: fromHex('05'), echo: 3, data: { sequence, stamp: 9, endsMessage, payload } })

/** Frames of the reliable channel from a peer that makes up what it likes. */
export const reliable: Target = {
  name: 'reliable',
  form: 'bytes',
  maxBytes: 4096,
  samples: () => [
    asDatagrams([frameOf(0, 0, false), frameOf(1, 0, true), frameOf(3, 2, true), frameOf(2, 3, true)]),
    asDatagrams([fromHex('040000000100070000'), fromHex('000000000100')]),
  ],
  words: ['00000000', '00000001', 'ffffffff', '000b07', '00060001'].map(fromHex),
  run(input) {
    const channel = createReliable(options)
    let nowMs = 0
    for (let i = 0; i < 4; i += 1) channel.send(new Uint8Array(100).fill(i), nowMs)
    for (const { stepMs, data } of datagrams(input)) {
      nowMs += stepMs
      const frame = decodeFrame(data)
      if (frame !== undefined)
        demandSame(decodeFrame(encodeFrame(frame)), frame, 'a frame is read as written')
      channel.receive(data, nowMs)
      for (let message = channel.next(); message; message = channel.next()) {
        demand(message.length <= options.maxMessageBytes, 'no message is longer than agreed')
      }
      drain(channel, nowMs)
    }
    demand(channel.unacked <= options.maxFrames, 'frames held are limited')
  },
}

function drain(channel: ReturnType<typeof createReliable>, nowMs: number): void {
  let frames = 0
  for (let frame = channel.poll(nowMs); frame; frame = channel.poll(nowMs)) {
    frames += 1
    demand(frames <= 2 * options.maxFrames, 'one moment gives a limited number of frames')
    demand(frame.length <= options.maxPayloadBytes + reliableOverheadBytes, 'no frame is longer than agreed')
  }
  const deadline = channel.nextDeadline()
  demand(
    deadline === undefined || deadline > nowMs,
    `the next deadline lies ahead, not at ${deadline} of ${nowMs}`,
  )
}

const messageOf = (sequence: number) =>
  encodeMessage(
    { sequence, sentAtMs: 1000 + sequence, restarted: false, echo: { sequence, sentAtMs: 5, holdMs: 2.5 } },
    64,
  )

/** Test messages from a peer that makes up what it likes. */
export const messages: Target = {
  name: 'messages',
  form: 'bytes',
  maxBytes: 4096,
  samples: () => [
    asDatagrams([messageOf(1), messageOf(2), messageOf(2), messageOf(4)]),
    asDatagrams([messageOf(2 ** 48 - 1), messageOf(1)]),
  ],
  words: ['0100', '0101', '0103', 'ffffffffffff', '001fffffffffffff', '000000000001'].map(fromHex),
  run(input) {
    const receiver = createMessageReceiver()
    let nowMs = 0
    let taken = 0
    for (const { stepMs, data } of datagrams(input)) {
      nowMs += stepMs
      const receipt = receiver.receive(data, nowMs)
      if (receipt.kind === 'ok' && !receipt.duplicate) taken += 1
      if ((data[0] ?? 0) === 7) receiver.peerSent(data.length * 1000, nowMs)
      const snapshot = receiver.snapshotReceived(nowMs)
      demandFinite(snapshot, 'snapshot')
      demandFinite(receiver.roundTripMs(), 'round trip')
      demand(snapshot.received === taken, 'each message counts once')
      demand((snapshot.missing ?? 0) >= 0, 'nothing negative is missing')
      demand((snapshot.deliveryGapMaxMs ?? 0) >= 0 && (snapshot.deliveryGapMaxMs ?? 0) <= nowMs, 'a gap fits')
    }
    receiver.settle(nowMs)
    demandFinite(receiver.snapshotReceived(nowMs + 10_000), 'last snapshot')
  },
}
