import { describe, expect, it } from 'vitest'
import type { Entropy } from '../../src/runtime/ports'

const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
const text = (characters: string): Uint8Array => new TextEncoder().encode(characters)
const hex = (data: Uint8Array | undefined): string | undefined =>
  data && Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Test case 4 of the GCM specification (McGrew and Viega): AES-128, 12-byte nonce, 20 bytes of additional data. */
const gcm = {
  key: bytes('feffe9928665731c6d6a8f9467308308'),
  nonce: bytes('cafebabefacedbaddecaf888'),
  aad: bytes('feedfacedeadbeeffeedfacedeadbeefabaddad2'),
  plain: bytes(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  ),
  sealed:
    '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091' +
    '5bc94fbc3221a5db94fae95ae7121a47',
}

/** What every Entropy promises, be its randomness real or seeded. */
export function describeEntropyContract(name: string, make: () => Promise<Entropy>): void {
  describe(`${name} as Entropy`, () => {
    it('gives as many random bytes as asked, other ones each time', async () => {
      const entropy = await make()
      expect(entropy.random(0).length).toBe(0)
      const seen = new Set(Array.from({ length: 50 }, () => hex(entropy.random(16))))
      expect(seen.size).toBe(50)
      expect([...seen].every((each) => each?.length === 32)).toBe(true)
    })

    it('hashes as FIPS 180-4 and RFC 1321, 2202 and 4231 say', async () => {
      const entropy = await make()
      expect(hex(entropy.sha256(text('abc')))).toBe(
        'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      )
      const key = text('Jefe')
      const data = text('what do ya want for nothing?')
      expect(hex(entropy.md5(text('abc')))).toBe('900150983cd24fb0d6963f7d28e17f72')
      expect(hex(entropy.hmacSha1(key, data))).toBe('effcdf6ae5eb2fa2d27416d5f184df9c259a7c79')
      expect(hex(entropy.hmacSha256(key, data))).toBe(
        '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
      )
    })

    it('seals behind the additional data, with the tag at the end, as the GCM specification says', async () => {
      const entropy = await make()
      expect(hex(entropy.seal(gcm.key, gcm.nonce, gcm.plain, gcm.aad))).toBe(hex(gcm.aad) + gcm.sealed)
    })

    it('opens what was sealed, empty text included', async () => {
      const entropy = await make()
      expect(hex(entropy.open(gcm.key, gcm.nonce, bytes(gcm.sealed), gcm.aad))).toBe(hex(gcm.plain))
      const nothing = new Uint8Array(0)
      const sealed = entropy.seal(gcm.key, gcm.nonce, nothing, nothing)
      expect(sealed.length).toBe(16)
      expect(entropy.open(gcm.key, gcm.nonce, sealed, nothing)?.length).toBe(0)
    })

    it('answers undefined to any change of text, tag, nonce, key or additional data, and to what is too short', async () => {
      const { open } = await make()
      const sealed = bytes(gcm.sealed)
      const changed = (data: Uint8Array, at: number): Uint8Array =>
        data.map((byte, index) => (index === at ? byte ^ 1 : byte))
      expect(open(gcm.key, gcm.nonce, changed(sealed, 0), gcm.aad)).toBeUndefined()
      expect(open(gcm.key, gcm.nonce, changed(sealed, sealed.length - 1), gcm.aad)).toBeUndefined()
      expect(open(gcm.key, changed(gcm.nonce, 11), sealed, gcm.aad)).toBeUndefined()
      expect(open(changed(gcm.key, 3), gcm.nonce, sealed, gcm.aad)).toBeUndefined()
      expect(open(gcm.key, gcm.nonce, sealed, changed(gcm.aad, 0))).toBeUndefined()
      expect(open(gcm.key, gcm.nonce, sealed.subarray(0, 15), gcm.aad)).toBeUndefined()
      expect(open(gcm.key, gcm.nonce, new Uint8Array(0), gcm.aad)).toBeUndefined()
    })

    it('enciphers one AES-128 block, as FIPS 197 says', async () => {
      const entropy = await make()
      const key = bytes('000102030405060708090a0b0c0d0e0f')
      const block = bytes('00112233445566778899aabbccddeeff')
      expect(hex(entropy.aesBlock(key, block))).toBe('69c4e0d86a7b0430d8cdb78070b4c55a')
    })

    it('leaves its arguments as they were and gives plain Uint8Arrays', async () => {
      const entropy = await make()
      const sealed = bytes(gcm.sealed)
      const results = [
        entropy.random(4),
        entropy.sha256(gcm.plain),
        entropy.hmacSha1(gcm.key, gcm.plain),
        entropy.hmacSha256(gcm.key, gcm.plain),
        entropy.seal(gcm.key, gcm.nonce, gcm.plain, gcm.aad),
        entropy.open(gcm.key, gcm.nonce, sealed, gcm.aad),
        entropy.aesBlock(gcm.key, new Uint8Array(16)),
      ]
      // A Buffer would pass for one, but its `slice` shares memory.
      for (const result of results) expect(result?.constructor).toBe(Uint8Array)
      expect(hex(sealed)).toBe(gcm.sealed)
    })
  })
}
