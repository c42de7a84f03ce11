import { getU48, maxU48, setU48, utf8, viewOf } from '../bytes'
import type { EnginePrimitives } from '../face/io'
import { controlFirstByte } from './classify'
import { ReplayWindow } from './replay'
import type { SessionRole } from './shim'

export const controlVersion = 1
const headerBytes = 8
const tagBytes = 16
/** What sealing adds to a plain text. */
export const controlOverheadBytes = headerBytes + tagBytes

export interface OpenedControl {
  readonly plain: Uint8Array
  /** The sender's number of this datagram, from 0: of two reports the one with the higher number is the later. */
  readonly sequence: number
}

/** Seals and opens the control datagrams of one end. One per session: a second one with the same keys reuses nonces. */
export interface ControlSealer {
  seal(plain: Uint8Array): Uint8Array
  /** Undefined when the peer did not make it; `replayed` when it did, but it came before or is too old to tell. */
  open(datagram: Uint8Array): OpenedControl | 'replayed' | undefined
}

/** `exporter`: 32 bytes of keying material that only the two ends of the DTLS session know. */
export function createControlSealer(
  exporter: Uint8Array,
  role: SessionRole,
  primitives: EnginePrimitives,
): ControlSealer {
  if (exporter.length !== 32) throw new RangeError(`the exporter has ${exporter.length} bytes, not 32`)
  const toAnswerer = deriveDirection(exporter, 'offerer -> answerer', primitives)
  const toOfferer = deriveDirection(exporter, 'answerer -> offerer', primitives)
  const [sending, receiving] = role === 'offerer' ? [toAnswerer, toOfferer] : [toOfferer, toAnswerer]
  const window = new ReplayWindow()
  let nextSequence = 0

  return {
    seal(plain) {
      if (nextSequence > maxU48) throw new RangeError('every control nonce is used up')
      const header = new Uint8Array(headerBytes)
      header[0] = controlFirstByte
      header[1] = controlVersion
      setU48(viewOf(header), 2, nextSequence)
      return primitives.seal(sending.key, nonceOf(sending.iv, nextSequence++), plain, header)
    },
    open(datagram) {
      if (datagram.length < controlOverheadBytes) return undefined
      if (datagram[0] !== controlFirstByte || datagram[1] !== controlVersion) return undefined
      const header = datagram.subarray(0, headerBytes)
      const sequence = getU48(viewOf(header), 2)
      const sealed = datagram.subarray(headerBytes)
      // Opened before the window is asked: a forged number must neither move it nor count as a replay.
      const plain = primitives.open(receiving.key, nonceOf(receiving.iv, sequence), sealed, header)
      if (!plain) return undefined
      return window.accept(sequence) ? { plain, sequence } : 'replayed'
    },
  }
}

interface DirectionKeys {
  readonly key: Uint8Array
  readonly iv: Uint8Array
}

function deriveDirection(exporter: Uint8Array, label: string, primitives: EnginePrimitives): DirectionKeys {
  const material = primitives.hmacSha256(exporter, utf8(`pathscope control 1 ${label}`))
  return { key: material.slice(0, 16), iv: material.slice(16, 28) }
}

/** As in TLS 1.3 (RFC 8446 section 5.3): the number, padded on the left, XORed into a secret start value. */
function nonceOf(iv: Uint8Array, sequence: number): Uint8Array {
  const nonce = new Uint8Array(12)
  setU48(viewOf(nonce), 6, sequence)
  for (let i = 0; i < nonce.length; i++) nonce[i] = (nonce[i] as number) ^ (iv[i] as number)
  return nonce
}
