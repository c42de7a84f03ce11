import { expect, test } from 'vitest'
import type { TransportAddress } from '../face/address'
import { limits } from '../face/limits'
import { testPrimitives } from '../testing'
import { createPeers, upkeep } from './peers'

/** An allocation whose server grants everything at once. */
function allocation() {
  let sent = 0
  const peers = createPeers({
    primitives: testPrimitives(1),
    isStream: false,
    requester: {
      ask: ({ done }, nowMs) => done({ kind: 'success', attributes: {} }, nowMs),
      answer: () => false,
      tick: () => undefined,
      nextDeadline: () => undefined,
      clear: () => undefined,
    },
    send: () => (sent += 1),
    refused: () => undefined,
  })
  const sentNow = (): number => sent
  return { peers, sentNow }
}

const place = (port: number): TransportAddress => ({ family: 4, address: '198.51.100.7', port })
const data = new Uint8Array(20)

test('a peer whose NAT maps it anew every minute is sent to at each new address, all day', () => {
  const { peers, sentNow } = allocation()
  for (let minute = 0; minute < 24 * 60; minute += 1) {
    const nowMs = 60_000 * minute
    peers.tick(nowMs)
    const before = sentNow()
    peers.send(place(1000 + minute), data, nowMs)
    peers.heard(place(1000 + minute), nowMs)
    peers.send(place(1000 + minute), data, nowMs + 1)
    expect([minute, sentNow() - before]).toEqual([minute, 2])
  }
})

test('addresses in use make no room for more than the limit', () => {
  const { peers, sentNow } = allocation()
  for (let port = 1; port <= limits.relayPeers; port += 1) peers.send(place(port), data, 0)
  const before = sentNow()
  peers.send(place(9999), data, upkeep.idleMs)
  expect(sentNow()).toBe(before)
  peers.send(place(9999), data, upkeep.idleMs + 1)
  expect(sentNow()).toBe(before + 1)
})
