import { ProtectionProfileAeadAes128Gcm, RtpHeader, SrtpSession } from 'werift'
import { expect, it } from 'vitest'
import { createSrtpReceiver, createSrtpSealer, deriveSrtpKeys, rtpHeaderBytes } from '../../../engine/srtp'
import { nodeEntropy } from '../node'

const entropy = nodeEntropy()
const ours = { key: entropy.random(16), salt: entropy.random(12) }
const theirs = { key: entropy.random(16), salt: entropy.random(12) }

function weriftSession(): SrtpSession {
  return new SrtpSession({
    keys: {
      localMasterKey: Buffer.from(theirs.key),
      localMasterSalt: Buffer.from(theirs.salt),
      remoteMasterKey: Buffer.from(ours.key),
      remoteMasterSalt: Buffer.from(ours.salt),
    },
    profile: ProtectionProfileAeadAes128Gcm,
  })
}

const fields = { ssrc: 0x1234_5678, payloadType: 96, marker: true, timestamp: 0xfedc_ba98 }
/** Across a wrap of the sequence number, which werift follows as long as little is lost. */
const indices = Array.from({ length: 40 }, (_, at) => 65_516 + at)

it('opens in werift what we seal, over a wrap of the sequence number', () => {
  const sealer = createSrtpSealer(deriveSrtpKeys(ours.key, ours.salt, entropy), entropy)
  const session = weriftSession()
  for (const index of indices) {
    const packet = new Uint8Array(rtpHeaderBytes + 160).fill(index % 251)
    const plain = session.decrypt(Buffer.from(sealer.seal(packet, 160, fields, index)))
    expect(plain.subarray(rtpHeaderBytes).equals(Buffer.alloc(160, index % 251))).toBe(true)
    expect(RtpHeader.deSerialize(plain)).toMatchObject({ ...fields, sequenceNumber: index % 65_536 })
  }
})

it('opens what werift seals, over a wrap of the sequence number', () => {
  const receiver = createSrtpReceiver(deriveSrtpKeys(theirs.key, theirs.salt, entropy), entropy, 0)
  const session = weriftSession()
  for (const index of indices) {
    const header = new RtpHeader({ ...fields, sequenceNumber: index % 65_536 })
    const sealed = session.encrypt(Buffer.alloc(160, index % 251), header)
    expect(receiver.receive(new Uint8Array(sealed), 0)).toBe('new')
    expect(receiver.index).toBe(index)
    expect(Buffer.from(receiver.payload).equals(Buffer.alloc(160, index % 251))).toBe(true)
  }
})
