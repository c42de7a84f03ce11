/**
 * SRTP of our own (RFC 3711) with AEAD_AES_128_GCM (RFC 7714): key derivation, sealing, and opening that several paths
 * cannot confuse. A packet is sealed once: its copies are the same bytes, as a second sealing would use a nonce again.
 */
export { deriveSrtpKeys, splitSrtpExporter, type SrtpKeys } from './keys'
export { rtpHeaderBytes, type RtpFields, srtpOverheadBytes } from './packet'
export { createSrtpReceiver, type SrtpReceipt, type SrtpReceiver } from './receiver'
export { createSrtpSealer, type SrtpSealer } from './sealer'
