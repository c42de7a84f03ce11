import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { arrivalLine, readArrivals } from './arrivals'
import { createIndexes, readStreamPacket } from './stream-packet'

/** An RTP header, and a byte of payload. */
function packet(first: number, sequence: number, ssrc: number): Buffer {
  const bytes = Buffer.alloc(13)
  bytes[0] = first
  bytes.writeUInt16BE(sequence, 2)
  bytes.writeUInt32BE(ssrc, 8)
  return bytes
}

describe('a packet of a stream', () => {
  it('tells its stream and the low half of its number', () => {
    expect(readStreamPacket(packet(0x80, 65_535, 0x5053_0007))).toEqual({ streamId: 7, low: 65_535 })
  })

  it('is no other RTP, no STUN, no DTLS and nothing that was cut off', () => {
    const others = [packet(0x80, 1, 0x1234_0007), packet(0, 1, 0x5053_0007), packet(22, 1, 0x5053_0007)]
    expect([...others, packet(0x80, 1, 0x5053_0007).subarray(0, 11)].map(readStreamPacket)).toEqual([
      null,
      null,
      null,
      null,
    ])
  })

  it('has a full number that goes on where the low half begins anew, of each stream by itself', () => {
    const indexOf = createIndexes()
    const numbers = [65_534, 65_535, 1, 0, 65_533, 2].map((low) => indexOf({ streamId: 1, low }))
    expect(numbers).toEqual([65_534, 65_535, 65_537, 65_536, 65_533, 65_538])
    expect(indexOf({ streamId: 2, low: 3 })).toBe(3)
  })
})

describe('arrivals', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pathscope-arrivals-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('are those of the first copies of one stream’s packets, by number', () => {
    const file = join(folder, 'arrivals.csv')
    const lines = [
      arrivalLine({ streamId: 1, low: 65_535 }, 20_000_000n),
      arrivalLine({ streamId: 2, low: 65_535 }, 21_000_000n),
      arrivalLine({ streamId: 1, low: 0 }, 40_500_000n),
      arrivalLine({ streamId: 1, low: 65_535 }, 50_000_000n),
      arrivalLine({ streamId: 1, low: 65_534 }, 3_000_000n),
      arrivalLine({ streamId: 1, low: 65_534 }, 2_000_000n),
    ]
    writeFileSync(file, lines.join(''))
    expect([...readArrivals(file, 1)]).toEqual([
      [65_535, 20],
      [65_536, 40.5],
      [65_534, 2],
    ])
  })

  it('are none where none were noted', () => {
    expect(readArrivals(join(folder, 'arrivals.csv'), 1).size).toBe(0)
  })
})
