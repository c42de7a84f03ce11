import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Reassembly } from './reassembly'
import { dataTsns, RetransmissionCount } from './sctp-packet'
import {
  type HandshakeFragment,
  type HandshakeMessage,
  handshakeRecord,
  parseFragments,
  parseRecords,
  serializeMessage,
} from './wire'

const message = (sequence: number, body: Buffer, type = 11): HandshakeMessage => ({ type, sequence, body })

function fragments({ type, sequence, body }: HandshakeMessage, cuts: readonly number[]): HandshakeFragment[] {
  const edges = [0, ...cuts.map((cut) => cut % (body.length + 1)), body.length].sort((a, b) => a - b)
  return edges.slice(1).map((end, i) => {
    const offset = edges[i] ?? 0
    return { type, sequence, length: body.length, offset, body: body.subarray(offset, end) }
  })
}

describe('records and fragments', () => {
  it('come back as they were written', () => {
    const bytes = handshakeRecord(message(3, Buffer.from('abc')), 9)
    const [record, ...rest] = parseRecords(Buffer.concat([bytes, bytes]))
    expect(rest).toHaveLength(1)
    expect(record).toMatchObject({ type: 22, version: 0xfefd, epoch: 0, sequence: 9 })
    const [fragment] = parseFragments(record?.payload ?? Buffer.alloc(0))
    expect(fragment).toMatchObject({ type: 11, sequence: 3, offset: 0, length: 3 })
    expect(String(fragment?.body)).toBe('abc')
  })

  it('of any bytes at all parse without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        const reassembly = new Reassembly()
        for (const record of parseRecords(Buffer.from(bytes))) {
          for (const fragment of parseFragments(record.payload)) reassembly.add(fragment)
        }
        for (const fragment of parseFragments(Buffer.from(bytes))) reassembly.add(fragment)
        dataTsns(Buffer.from(bytes))
      }),
    )
  })
})

describe('reassembly', () => {
  it('gives each message once, whole and in order, however the fragments come', () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 6 })
    const cuts = fc.array(fc.nat(60), { maxLength: 4 })
    fc.assert(
      fc.property(bodies, cuts, fc.infiniteStream(fc.nat()), (all, where, picks) => {
        const messages = all.map((body, i) => message(i, Buffer.from(body)))
        const pool = messages.flatMap((m) => [...fragments(m, where), ...fragments(m, where)])
        const reassembly = new Reassembly()
        const got: HandshakeMessage[] = []
        while (pool.length > 0) {
          const [fragment] = pool.splice((picks.next().value ?? 0) % pool.length, 1)
          if (fragment !== undefined) got.push(...reassembly.add(fragment))
        }
        expect(got.map((m) => serializeMessage(m).toString('hex'))).toEqual(
          messages.map((m) => serializeMessage(m).toString('hex')),
        )
      }),
    )
  })

  it('keeps the first bytes of a place and drops what is too far ahead or too long', () => {
    const reassembly = new Reassembly()
    const first = { type: 11, sequence: 0, length: 4, offset: 0, body: Buffer.from('ab') }
    expect(reassembly.add(first)).toEqual([])
    expect(reassembly.add({ ...first, body: Buffer.from('XYZ') })).toEqual([])
    expect(reassembly.add({ ...first, sequence: 16 })).toEqual([])
    expect(reassembly.add({ ...first, sequence: 1, length: 20_000 })).toEqual([])
    const [whole] = reassembly.add({ ...first, offset: 2, body: Buffer.from('cd') })
    expect(String(whole?.body)).toBe('abZd')
  })
})

describe('the count of retransmissions', () => {
  const packet = (...tsns: number[]): Buffer => {
    const chunks = tsns.map((tsn) => {
      const chunk = Buffer.alloc(20)
      chunk.writeUInt16BE(17, 2)
      chunk.writeUInt32BE(tsn, 4)
      return chunk
    })
    return Buffer.concat([Buffer.alloc(12), ...chunks])
  }

  it('counts each chunk that was sent before, across the wrap of TSNs', () => {
    const count = new RetransmissionCount()
    expect(count.add(packet(0xfffffffe, 0xffffffff))).toBe(false)
    expect(count.add(packet(0))).toBe(false)
    expect(count.add(packet(0xffffffff, 0, 1))).toBe(true)
    expect(count.total).toBe(2)
    expect(count.add(packet(2))).toBe(false)
    expect(count.add(packet(2))).toBe(true)
    expect(count.total).toBe(3)
  })

  it('looks at DATA chunks alone', () => {
    const sack = packet(5)
    sack[12] = 3
    expect(dataTsns(sack)).toEqual([])
  })
})
