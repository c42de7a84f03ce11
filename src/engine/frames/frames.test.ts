import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hex, maxU48, utf8 } from '../bytes'
import { testPrimitives } from '../testing'
import { ReplayWindow, replayWindowSize } from './replay'
import {
  classify,
  controlOverheadBytes,
  createControlSealer,
  decodeControl,
  deriveShimKeys,
  encodeReliable,
  encodeReport,
  maxPairsPerReport,
  openShim,
  sealShim,
  shimOverheadBytes,
} from '.'

const primitives = testPrimitives()
const anyBytes = fc.uint8Array({ maxLength: 200 })

/** Every datagram that differs from the given one in one bit. */
function* oneBitOff(datagram: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < datagram.length * 8; bit++) {
    const changed = datagram.slice()
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
    yield changed
  }
}

describe('a datagram', () => {
  it('is told apart by its first byte as in RFC 7983, ours in the range that it leaves free', () => {
    const ranges = Array.from({ length: 256 }, (_, first) => classify(Uint8Array.of(first)))
    const first = (kind: string) => [ranges.indexOf(kind as never), ranges.lastIndexOf(kind as never)]
    expect(first('stun')).toEqual([0, 3])
    expect(first('dtls')).toEqual([20, 63])
    expect(first('rtp')).toEqual([128, 191])
    expect(first('shim')).toEqual([0xf0, 0xf0])
    expect(first('control')).toEqual([0xf1, 0xf1])
    expect(ranges.filter((kind) => kind === 'unknown')).toHaveLength(256 - 4 - 44 - 64 - 2)
    expect(classify(new Uint8Array(0))).toBe('unknown')
  })
})

describe('a shim frame', () => {
  const passwords = { offerer: 'offerersPasswordOf24char', answerer: 'answerersPasswordOf24cha' }
  const offerer = deriveShimKeys(passwords, 'offerer', primitives)
  const answerer = deriveShimKeys(passwords, 'answerer', primitives)

  it('opens at the other end only', () => {
    fc.assert(
      fc.property(anyBytes, (frame) => {
        const datagram = sealShim(offerer, frame, primitives)
        expect(datagram.length).toBe(frame.length + shimOverheadBytes)
        expect(classify(datagram)).toBe('shim')
        expect(openShim(answerer, datagram, primitives)).toEqual(frame)
        // Reflected to its own sender it is nothing.
        expect(openShim(offerer, datagram, primitives)).toBeUndefined()
        expect(openShim(offerer, sealShim(answerer, frame, primitives), primitives)).toEqual(frame)
      }),
    )
  })

  it('does not open with any bit changed, cut off, or under another password', () => {
    const datagram = sealShim(offerer, utf8('hello'), primitives)
    for (const changed of oneBitOff(datagram)) expect(openShim(answerer, changed, primitives)).toBeUndefined()
    for (let length = 0; length < datagram.length; length++) {
      expect(openShim(answerer, datagram.slice(0, length), primitives)).toBeUndefined()
    }
    for (const other of [
      { ...passwords, offerer: 'another' },
      { ...passwords, answerer: 'another' },
      { offerer: passwords.answerer, answerer: passwords.offerer },
      { offerer: passwords.offerer + passwords.answerer, answerer: '' },
    ]) {
      expect(openShim(deriveShimKeys(other, 'answerer', primitives), datagram, primitives)).toBeUndefined()
    }
  })

  it('is not made of noise', () => {
    fc.assert(
      fc.property(anyBytes, (noise) => {
        expect(openShim(answerer, noise, primitives)).toBeUndefined()
      }),
    )
  })
})

describe('a control datagram', () => {
  const exporter = Uint8Array.from({ length: 32 }, (_, i) => i)
  const ends = (other = exporter) => ({
    offerer: createControlSealer(exporter, 'offerer', primitives),
    answerer: createControlSealer(other, 'answerer', primitives),
  })

  it('opens once at the other end, with its number, and is a replay from then on', () => {
    const { offerer, answerer } = ends()
    for (let i = 0; i < 3; i++) {
      const datagram = offerer.seal(utf8(`report ${i}`))
      expect(datagram.length).toBe(8 + controlOverheadBytes)
      expect(classify(datagram)).toBe('control')
      expect(answerer.open(datagram)).toEqual({ plain: utf8(`report ${i}`), sequence: i })
      expect(answerer.open(datagram)).toBe('replayed')
    }
  })

  it('does not open at its own sender, even when that one is asked at the same number', () => {
    const { offerer, answerer } = ends()
    const ours = offerer.seal(utf8('report'))
    expect(offerer.open(ours)).toBeUndefined()
    expect(answerer.seal(utf8('report'))).not.toEqual(ours)
  })

  it('does not open with any bit changed, cut off, or from another session', () => {
    const { offerer, answerer } = ends()
    const datagram = offerer.seal(utf8('hello'))
    for (const changed of oneBitOff(datagram)) expect(answerer.open(changed)).toBeUndefined()
    for (let length = 0; length < datagram.length; length++) {
      expect(answerer.open(datagram.slice(0, length))).toBeUndefined()
    }
    expect(ends(new Uint8Array(32)).answerer.open(datagram)).toBeUndefined()
    // Nothing of all that moved the window.
    expect(answerer.open(datagram)).toEqual({ plain: utf8('hello'), sequence: 0 })
  })

  it('forged with a number far ahead does not lock the true ones out', () => {
    const { offerer, answerer } = ends()
    const datagram = offerer.seal(utf8('true'))
    const forged = datagram.slice()
    forged.fill(0xff, 2, 8)
    expect(answerer.open(forged)).toBeUndefined()
    expect(answerer.open(datagram)).toMatchObject({ sequence: 0 })
  })

  it('opens late while it is within the window, and not after', () => {
    const { offerer, answerer } = ends()
    const datagrams = Array.from({ length: 1100 }, (_, i) => offerer.seal(utf8(`${i}`)))
    expect(answerer.open(datagrams[1099] as Uint8Array)).toMatchObject({ sequence: 1099 })
    expect(answerer.open(datagrams[76] as Uint8Array)).toMatchObject({ sequence: 76 })
    expect(answerer.open(datagrams[75] as Uint8Array)).toBe('replayed')
  })

  it('never has the nonce of another one', () => {
    const nonces = new Set<string>()
    const spying = {
      ...primitives,
      seal: (k: Uint8Array, n: Uint8Array, p: Uint8Array, a: Uint8Array) => {
        nonces.add(`${hex(k)} ${hex(n)}`)
        return primitives.seal(k, n, p, a)
      },
    }
    for (const role of ['offerer', 'answerer'] as const) {
      const sealer = createControlSealer(exporter, role, spying)
      for (let i = 0; i < 300; i++) sealer.seal(utf8('same'))
    }
    expect(nonces.size).toBe(600)
  })

  it('is not made of noise', () => {
    const { answerer } = ends()
    fc.assert(
      fc.property(anyBytes, (noise) => {
        expect(answerer.open(Uint8Array.of(0xf1, 1, ...noise))).toBeUndefined()
      }),
    )
  })
})

describe('a replay window', () => {
  it('accepts what a list of all numbers would, as far as it reaches', () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: -20, max: 20 }) },
      { weight: 1, arbitrary: fc.integer({ min: -1500, max: 1500 }) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const window = new ReplayWindow()
        const seen = new Set<number>()
        let highest = -1
        for (const one of steps) {
          const sequence = Math.max(0, highest + one)
          const expected = !seen.has(sequence) && sequence > highest - replayWindowSize
          expect(window.accept(sequence)).toBe(expected)
          seen.add(sequence)
          highest = Math.max(highest, sequence)
        }
      }),
    )
  })
})

describe('a control message', () => {
  const u48 = fc.maxSafeNat().map((value) => value % (maxU48 + 1))
  const pair = fc.record({
    pairNumber: fc.nat(0xffff),
    sentSeen: u48,
    received: u48,
    firstArrivals: u48,
    duplicates: u48,
  })

  it('carries reports on any number of pairs, in datagrams of at most 1200 bytes', () => {
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 200 }), (pairs) => {
        const datagrams = encodeReport(pairs)
        expect(datagrams.length).toBe(Math.ceil(pairs.length / maxPairsPerReport))
        const read = datagrams.flatMap((plain) => {
          expect(plain.length + controlOverheadBytes).toBeLessThanOrEqual(1200)
          const message = decodeControl(plain)
          return message?.kind === 'report' ? message.pairs : []
        })
        expect(read).toEqual(pairs)
      }),
    )
  })

  it('carries a reliable frame untouched', () => {
    fc.assert(
      fc.property(anyBytes, (frame) => {
        expect(decodeControl(encodeReliable(frame))).toEqual({ kind: 'reliable', frame })
      }),
    )
  })

  it('is nothing when it is cut off, too long, or of an unknown type', () => {
    const report = { pairNumber: 1, sentSeen: 2, received: 3, firstArrivals: 4, duplicates: 5 }
    const [plain] = encodeReport([report]) as [Uint8Array]
    for (let length = 0; length < plain.length; length++) {
      expect(decodeControl(plain.slice(0, length))).toBeUndefined()
    }
    expect(decodeControl(Uint8Array.of(...plain, 0))).toBeUndefined()
    expect(decodeControl(Uint8Array.of(9, 1))).toBeUndefined()
    fc.assert(fc.property(anyBytes, (noise) => void decodeControl(noise)))
  })
})
