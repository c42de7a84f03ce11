import { expect, test } from 'vitest'
import { createEchoReader } from './echoes'
import { encodeMessage } from './format'

const message = (sequence: number, sentAtMs: number): Uint8Array =>
  encodeMessage({ sequence, sentAtMs, restarted: false, echo: null }, 64)

test('a message of ours that comes back is a round trip and no message of the peer', () => {
  const reader = createEchoReader()
  expect(reader.receive(message(1, 100), 3, 125)).toBe('echo')
  expect(reader.returned).toBe(1)
  expect(reader.roundTripMs()).toMatchObject({ n: 1, min: 25, max: 25 })
  expect(reader.snapshotReceived()).toMatchObject({ received: 0, bytes: 0, sent: null, missing: null })
})

test('a message that comes back twice is one round trip', () => {
  const reader = createEchoReader()
  reader.receive(message(2, 100), 3, 125)
  reader.receive(message(2, 100), 3, 900)
  expect(reader.returned).toBe(1)
  expect(reader.roundTripMs()).toMatchObject({ n: 1, max: 25 })
})

test.each([
  ['text', Uint8Array.from([104, 105])],
  ['a number that we have not sent', message(4, 100)],
  ['a time that is still to come', message(1, 200)],
])('%s is a message of the peer, and no round trip', (_what, data) => {
  const reader = createEchoReader()
  expect(reader.receive(data, 3, 125)).toBe('foreign')
  expect(reader.roundTripMs()).toBeNull()
  expect(reader.snapshotReceived()).toMatchObject({
    received: 1,
    bytes: data.length,
    sent: null,
    missing: null,
  })
})
