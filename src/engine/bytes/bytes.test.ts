import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  base64url,
  concat,
  equalBytes,
  fromUtf8,
  getU48,
  hex,
  maxU48,
  setU48,
  tryFromUtf8,
  utf8,
  viewOf,
} from '.'

const bytes = fc.uint8Array({ maxLength: 100 })

describe('bytes', () => {
  it('are written in hex and base64url as the platform writes them', () => {
    fc.assert(
      fc.property(bytes, (given) => {
        expect(hex(given)).toBe(Buffer.from(given).toString('hex'))
        expect(base64url(given)).toBe(Buffer.from(given).toString('base64url'))
      }),
    )
  })

  it('are equal when they hold the same', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0)
        expect(equalBytes(a, a.slice())).toBe(true)
      }),
    )
    expect(equalBytes(Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2, 4))).toBe(false)
  })

  it('are joined in order', () => {
    expect(concat(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3))
    expect(concat()).toEqual(new Uint8Array(0))
  })

  it('give back text unchanged, and are refused where they are none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(fromUtf8(utf8(text))).toBe(text)
      }),
    )
    expect(fromUtf8(utf8('\ufeffx'))).toBe('\ufeffx')
    expect(() => fromUtf8(Uint8Array.of(0xc3))).toThrow(TypeError)
    expect(tryFromUtf8(Uint8Array.of(0xc3))).toBeUndefined()
  })

  it('hold whole numbers up to 48 bits, and no others', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (any) => {
        const value = any % (maxU48 + 1)
        const six = new Uint8Array(7)
        setU48(viewOf(six), 1, value)
        expect(getU48(viewOf(six), 1)).toBe(value)
        expect(BigInt(`0x${hex(six)}`)).toBe(BigInt(value))
      }),
    )
    for (const wrong of [-1, 0.5, maxU48 + 1, Number.NaN]) {
      expect(() => setU48(viewOf(new Uint8Array(6)), 0, wrong)).toThrow(RangeError)
    }
  })
})
