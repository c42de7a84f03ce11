import { addressKey, canonicalAddress, isUnicast, parseAddress } from '../address'
import { limits } from '../face/limits'
import type { CandidateType } from '../face/snapshot'
import type { DescribedCandidate, NamedCandidate, SkippedCandidates } from './description'

/** The value of a=candidate (RFC 8839 section 5.1). */
export function writeCandidate(candidate: DescribedCandidate): string {
  const { foundation, component, priority, address, type, related } = candidate
  const text = `${foundation} ${component} udp ${priority} ${address.address} ${address.port} typ ${type}`
  return related ? `${text} raddr ${related.address} rport ${related.port}` : text
}

export interface ReadCandidates {
  readonly candidates: readonly DescribedCandidate[]
  readonly named: readonly NamedCandidate[]
  readonly skipped: SkippedCandidates
}

/** Sorts candidate values into those to use and those to skip. The first of equal addresses counts. */
export function readCandidates(values: readonly string[], ufrag: string): ReadCandidates {
  const named: NamedCandidate[] = []
  const byAddress = new Map<string, DescribedCandidate>()
  const skipped = { tcp: 0, mdns: 0, invalid: 0, overLimit: 0 }
  for (const value of values) {
    const candidate = readCandidate(value, ufrag)
    if (typeof candidate === 'object' && 'name' in candidate) {
      skipped.mdns++
      if (named.length < limits.namedCandidates) named.push(candidate)
      continue
    }
    if (typeof candidate === 'string') {
      skipped[candidate]++
      continue
    }
    const key = addressKey(candidate.address)
    if (byAddress.has(key)) continue
    if (byAddress.size >= limits.remoteCandidates) skipped.overLimit++
    else byAddress.set(key, candidate)
  }
  return { candidates: [...byAddress.values()], named, skipped }
}

const types: readonly CandidateType[] = ['host', 'srflx', 'prflx', 'relay']

function readCandidate(
  value: string,
  ufrag: string,
): DescribedCandidate | NamedCandidate | 'tcp' | 'mdns' | 'invalid' {
  const words = value.trim().split(/ +/)
  const [
    foundation = '',
    component = '',
    transport = '',
    priority = '',
    host = '',
    port = '',
    typ,
    typeName,
  ] = words
  const type = types.find((known) => known === typeName)
  if (!/^[A-Za-z0-9+/]{1,32}$/.test(foundation) || typ !== 'typ' || !type) return 'invalid'
  const componentNumber = readInteger(component, 256)
  const priorityNumber = readInteger(priority, 2 ** 32 - 1)
  const portNumber = readInteger(port, 65_535)
  if (componentNumber !== 1 || priorityNumber === undefined || portNumber === undefined) return 'invalid'
  if (/^(ssl)?tcp$/i.test(transport)) return 'tcp'
  if (!/^udp$/i.test(transport) || portNumber === 0) return 'invalid'
  if (/\.local\.?$/i.test(host)) {
    // Whatever else ends so is no name that a browser or a host has.
    const isName = /^[a-z\d-]{1,63}\.local$/i.test(host)
    return isName ? { name: host.toLowerCase(), port: portNumber, type, priority: priorityNumber } : 'mdns'
  }
  const parsed = parseAddress(host)
  const canonical = canonicalAddress(host)
  if (!parsed || canonical === undefined || !isUnicast(host)) return 'invalid'
  const extensions = readExtensions(words.slice(8))
  // A candidate of an earlier ICE generation says whose it is.
  if ((extensions.get('ufrag') ?? ufrag) !== ufrag) return 'invalid'
  return {
    foundation,
    component: componentNumber,
    priority: priorityNumber,
    address: { family: parsed.family, address: canonical, port: portNumber },
    type,
    related: readRelated(extensions),
  }
}

function readExtensions(words: readonly string[]): Map<string, string> {
  const extensions = new Map<string, string>()
  for (let i = 0; i + 1 < words.length; i += 2) extensions.set(words[i] as string, words[i + 1] as string)
  return extensions
}

function readRelated(extensions: ReadonlyMap<string, string>): DescribedCandidate['related'] {
  const address = canonicalAddress(extensions.get('raddr') ?? '')
  const port = readInteger(extensions.get('rport') ?? '', 65_535)
  return address === undefined || port === undefined ? null : { address, port }
}

/** A whole number in 0..max written in plain digits. */
export function readInteger(text: string, max: number): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined
  const value = Number(text)
  return value <= max ? value : undefined
}
