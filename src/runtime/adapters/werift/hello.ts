/** Reading the handshake messages whose content a proof rests on (RFC 5246 section 7.4, RFC 8422 section 5.4). */

export interface Hello {
  readonly version: number
  readonly random: Buffer
  /** The chosen suite; a ClientHello has none. */
  readonly cipherSuite: number | null
  readonly extensions: ReadonlySet<number>
}

/** A cursor that gives undefined past the end, so that parsers stay straight. */
class Reader {
  private at = 0
  constructor(private readonly bytes: Buffer) {}

  take(length: number): Buffer | undefined {
    if (this.at + length > this.bytes.length) return undefined
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  uint(bytes: 1 | 2 | 3): number | undefined {
    return this.take(bytes)?.readUIntBE(0, bytes)
  }

  /** A vector behind its length. */
  vector(lengthBytes: 1 | 2 | 3): Buffer | undefined {
    const length = this.uint(lengthBytes)
    return length === undefined ? undefined : this.take(length)
  }

  get position(): number {
    return this.at
  }

  get ended(): boolean {
    return this.at === this.bytes.length
  }
}

export function parseClientHello(body: Buffer): Hello | undefined {
  const reader = new Reader(body)
  const version = reader.uint(2)
  const random = reader.take(32)
  const sessionId = reader.vector(1)
  const cookie = reader.vector(1)
  const suites = reader.vector(2)
  const compressions = reader.vector(1)
  const extensions = parseExtensions(reader)
  if (version === undefined || random === undefined || extensions === undefined) return undefined
  if (!sessionId || !cookie || !suites || !compressions) return undefined
  return { version, random, cipherSuite: null, extensions }
}

export function parseServerHello(body: Buffer): Hello | undefined {
  const reader = new Reader(body)
  const version = reader.uint(2)
  const random = reader.take(32)
  const sessionId = reader.vector(1)
  const cipherSuite = reader.uint(2)
  const compression = reader.uint(1)
  const extensions = parseExtensions(reader)
  if (version === undefined || random === undefined || cipherSuite === undefined) return undefined
  if (sessionId === undefined || compression !== 0 || extensions === undefined) return undefined
  return { version, random, cipherSuite, extensions }
}

function parseExtensions(reader: Reader): Set<number> | undefined {
  const types = new Set<number>()
  if (reader.ended) return types
  const block = reader.vector(2)
  if (block === undefined || !reader.ended) return undefined
  const list = new Reader(block)
  while (!list.ended) {
    const type = list.uint(2)
    if (type === undefined || list.vector(2) === undefined || types.has(type)) return undefined
    types.add(type)
  }
  return types
}

/** The peer's own certificate, DER: the first of the list. */
export function parseCertificate(body: Buffer): Buffer | undefined {
  const list = new Reader(body).vector(3)
  const certificate = list === undefined ? undefined : new Reader(list).vector(3)
  return certificate === undefined || certificate.length === 0 ? undefined : certificate
}

export interface Signed {
  /** SignatureAndHashAlgorithm, hash in the high byte. */
  readonly algorithm: number
  readonly signature: Buffer
}

export interface ServerKeyExchange extends Signed {
  readonly curve: number
  readonly publicKey: Buffer
  /** ServerECDHParams as signed. */
  readonly params: Buffer
}

export function parseServerKeyExchange(body: Buffer): ServerKeyExchange | undefined {
  const reader = new Reader(body)
  const namedCurveType = reader.uint(1)
  const curve = reader.uint(2)
  const publicKey = reader.vector(1)
  const params = body.subarray(0, reader.position)
  const signed = parseSigned(reader)
  if (namedCurveType !== 3 || curve === undefined || publicKey === undefined || signed === undefined)
    return undefined
  return { curve, publicKey, params, ...signed }
}

export function parseCertificateVerify(body: Buffer): Signed | undefined {
  return parseSigned(new Reader(body))
}

function parseSigned(reader: Reader): Signed | undefined {
  const algorithm = reader.uint(2)
  const signature = reader.vector(2)
  if (algorithm === undefined || signature === undefined || !reader.ended) return undefined
  return { algorithm, signature }
}

export function parseClientKeyExchange(body: Buffer): Buffer | undefined {
  const reader = new Reader(body)
  const publicKey = reader.vector(1)
  return reader.ended ? publicKey : undefined
}
