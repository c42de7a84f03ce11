import { expect, it } from 'vitest'
import type { TransportAddress } from '../face/address'
import { createPair, type Pair } from './pair'
import { createPlaces } from './places'

const at = (address: string, port = 5000): TransportAddress => ({
  family: address.includes(':') ? 6 : 4,
  address,
  port,
})

function pair(id: number, socketId: number, address: TransportAddress): Pair {
  const local = { ...address, port: 4000 }
  const socket = { id: socketId, local, interfaceName: 'eth', interfaceKind: 'ethernet', binding: 'device' }
  const remote = { address, key: '', type: 'host', priority: 1, interfaceName: null }
  return createPair(id, socket as Pair['socket'], remote as Pair['remote'], 0)
}

it('finds the pair of a socket and an address, also where addresses differ in nothing but host or port', () => {
  const places = createPlaces()
  const pairs = [
    pair(1, 1, at('10.0.0.1')),
    pair(2, 1, at('10.0.0.2')),
    pair(3, 1, at('10.0.0.1', 5001)),
    pair(4, 2, at('10.0.0.1')),
    pair(5, 1, at('fd00::1')),
  ]
  for (const one of pairs) places.put(one)
  for (const one of pairs) expect(places.at(one.socket.id, { ...one.remote.address })).toBe(one)
  expect(places.at(2, at('10.0.0.2'))).toBeUndefined()
  expect(places.at(3, at('10.0.0.1'))).toBeUndefined()
})

it('knows the latest pair of a place, and none once it is forgotten', () => {
  const places = createPlaces()
  const [old, next, other] = [
    pair(1, 1, at('10.0.0.1')),
    pair(2, 1, at('10.0.0.1')),
    pair(3, 1, at('10.0.0.2')),
  ]
  for (const one of [old, other, next]) places.put(one)
  expect(places.at(1, at('10.0.0.1'))).toBe(next)
  places.forget(1, at('10.0.0.1'))
  expect(places.at(1, at('10.0.0.1'))).toBeUndefined()
  expect(places.at(1, at('10.0.0.2'))).toBe(other)
  places.forgetSocket(1)
  expect(places.at(1, at('10.0.0.2'))).toBeUndefined()
})
