import type { EnginePrimitives } from '../face/io'

/** The session key and session salt of one direction (RFC 3711 section 4.3). */
export interface SrtpKeys {
  /** 16 bytes. */
  readonly key: Uint8Array
  /** 12 bytes. */
  readonly salt: Uint8Array
}

export const masterKeyBytes = 16
export const masterSaltBytes = 12
/** Keying material of both directions: the offerer's key, the answerer's key, then their salts (RFC 5764 section 4.2). */
export const srtpExporterBytes = 2 * (masterKeyBytes + masterSaltBytes)

const labels = { encryption: 0, salting: 2 } as const
/** The label stands above 48 bits of index, which end where the 112-bit salt ends. */
const labelAt = 7

/**
 * Session keys by the AES-CM pseudo-random function with a key derivation rate of 0. The 96-bit salt of RFC 7714 stands in
 * the first bytes of the 112 bits that RFC 3711 knows; the rest is 0.
 */
export function deriveSrtpKeys(
  masterKey: Uint8Array,
  masterSalt: Uint8Array,
  primitives: Pick<EnginePrimitives, 'aesBlock'>,
): SrtpKeys {
  if (masterKey.length !== masterKeyBytes || masterSalt.length > 14)
    throw new RangeError(`SRTP keys from ${masterKey.length} and ${masterSalt.length} bytes`)
  const derive = (label: number): Uint8Array => {
    const block = new Uint8Array(16)
    block.set(masterSalt)
    block[labelAt] = (block[labelAt] as number) ^ label
    return primitives.aesBlock(masterKey, block)
  }
  return { key: derive(labels.encryption), salt: derive(labels.salting).slice(0, masterSaltBytes) }
}

/** Both directions' session keys, from what the DTLS session exports. */
export function splitSrtpExporter(
  exporter: Uint8Array,
  primitives: Pick<EnginePrimitives, 'aesBlock'>,
): { readonly offerer: SrtpKeys; readonly answerer: SrtpKeys } {
  if (exporter.length !== srtpExporterBytes)
    throw new RangeError(`an SRTP exporter of ${exporter.length} bytes`)
  const saltsAt = 2 * masterKeyBytes
  const keysOf = (side: number): SrtpKeys =>
    deriveSrtpKeys(
      exporter.slice(side * masterKeyBytes, (side + 1) * masterKeyBytes),
      exporter.slice(saltsAt + side * masterSaltBytes, saltsAt + (side + 1) * masterSaltBytes),
      primitives,
    )
  return { offerer: keysOf(0), answerer: keysOf(1) }
}
