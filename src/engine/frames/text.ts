import { canonicalAddress, isUnicast } from '../address'
import { tryFromUtf8, utf8 } from '../bytes'
import type { InterfaceKind } from '../face/address'
import { type Mode, modes, type Use } from '../face/settings'
import type { CandidateType, PeerInterface } from '../face/snapshot'
import { encodeCounts, readFinalSent, readStreamText, type StreamText } from './stream-text'

/** What two Pathscopes say to each other in words: JSON, in order and exactly once, inside the control channel. */
export type ControlText =
  | {
      readonly t: 'hello'
      readonly appVersion: string
      readonly os: string
      readonly interfaces: readonly PeerInterface[]
      /** Which of the sender's candidates belongs to which of its interfaces. */
      readonly candidates?: readonly CandidateInterface[]
      /** What the sender knows beyond the first version of this protocol, in words. */
      readonly features?: readonly string[]
    }
  /** How the sender spreads what it sends; `asked`: the mode is what the addressee asked for. */
  | { readonly t: 'mode'; readonly mode: Mode; readonly use: Use; readonly asked?: boolean }
  /** The addressee should spread so. */
  | { readonly t: 'ask-mode'; readonly mode: Mode }
  /** What has changed of the sender's candidates since its description, and all its interfaces as they are now. */
  | {
      readonly t: 'candidates'
      readonly candidates: readonly ToldCandidate[]
      /** Their sockets are closed. */
      readonly gone: readonly CandidatePlace[]
      readonly interfaces?: readonly PeerInterface[]
    }
  /** What the sender of this text has received of the addressee's test messages. */
  | ({ readonly t: 'counts' } & MessageCounts)
  | {
      readonly t: 'finish'
      readonly messagesSent: number
      /** What each of the sender's streams has sent. */
      readonly streams?: readonly { readonly id: number; readonly sent: number }[]
    }
  | StreamText
  | { readonly t: 'bye'; readonly reason: string }

export interface MessageCounts {
  readonly received: number
  readonly missing: number
  readonly duplicated: number
  readonly reordered: number
}

export interface CandidateInterface {
  /** Canonical. */
  readonly address: string
  /** Not told by earlier releases. */
  readonly port?: number
  readonly interfaceName: string
}

export interface CandidatePlace {
  /** Canonical, unicast. */
  readonly address: string
  readonly port: number
}

export interface ToldCandidate extends CandidatePlace {
  readonly type: Exclude<CandidateType, 'prflx'>
  readonly priority: number
  readonly interfaceName: string
}

export interface BadControlText {
  readonly kind: 'bad'
  readonly detail: string
}

export const textLimits = {
  interfaces: 32,
  addressesPerInterface: 16,
  candidates: 64,
  nameChars: 64,
  features: 16,
  versionChars: 64,
  reasonChars: 256,
  /** One encoded text. */
  bytes: 65_536,
} as const

const kinds: readonly InterfaceKind[] = [
  'ethernet',
  'wifi',
  'cellular',
  'vpn',
  'virtual',
  'loopback',
  'unknown',
]
const uses: readonly Use[] = ['auto', 'all', 'disjoint']
const candidateTypes = ['host', 'srflx', 'relay'] as const

/** The text's bytes. What is over a limit is cut, so that the peer never has to refuse what we say of ourselves. */
export function encodeControlText(text: ControlText): Uint8Array {
  return utf8(JSON.stringify(fitted(text)))
}

function fitted(text: ControlText): object {
  switch (text.t) {
    case 'hello':
      return {
        t: 'hello',
        appVersion: clean(text.appVersion, textLimits.versionChars),
        os: clean(text.os, textLimits.versionChars),
        interfaces: fittedInterfaces(text.interfaces),
        ...(text.candidates && { candidates: fittedCandidates(text.candidates) }),
        ...(text.features && { features: text.features.slice(0, textLimits.features) }),
      }
    case 'mode':
      return { t: 'mode', mode: text.mode, use: text.use, ...(text.asked && { asked: true }) }
    case 'ask-mode':
      return { t: 'ask-mode', mode: text.mode }
    case 'candidates': {
      const { candidates, gone, interfaces } = text
      return {
        t: 'candidates',
        candidates: candidates.slice(0, textLimits.candidates).map((one) => ({
          ...one,
          interfaceName: clean(one.interfaceName, textLimits.nameChars),
        })),
        gone: gone.slice(0, textLimits.candidates),
        ...(interfaces && { interfaces: fittedInterfaces(interfaces) }),
      }
    }
    case 'counts': {
      const { received, missing, duplicated, reordered } = text
      return { t: 'counts', received, missing, duplicated, reordered }
    }
    case 'finish':
    case 'stream':
    case 'ask-stream':
    case 'stream-refused':
    case 'stream-rests':
      return text
    case 'stream-counts':
      return { t: 'stream-counts', streams: text.streams.map(encodeCounts) }
    case 'bye':
      return { t: 'bye', reason: clean(text.reason, textLimits.reasonChars) }
  }
}

function fittedInterfaces(interfaces: readonly PeerInterface[]): PeerInterface[] {
  return interfaces.slice(0, textLimits.interfaces).map(fittedInterface)
}

function fittedInterface({ name, kind, addresses }: PeerInterface): PeerInterface {
  const usable = addresses.flatMap((address) => canonicalAddress(address) ?? [])
  return {
    name: clean(name, textLimits.nameChars),
    kind,
    addresses: usable.slice(0, textLimits.addressesPerInterface),
  }
}

function fittedCandidates(candidates: readonly CandidateInterface[]): CandidateInterface[] {
  const usable = candidates.flatMap(({ address, port, interfaceName }) => {
    const canonical = canonicalAddress(address)
    if (canonical === undefined) return []
    const name = clean(interfaceName, textLimits.nameChars)
    return [{ address: canonical, ...(port === undefined ? {} : { port }), interfaceName: name }]
  })
  return usable.slice(0, textLimits.candidates)
}

/** Reads what the peer said. Unknown fields are skipped: a later version may add some. */
export function decodeControlText(bytes: Uint8Array): ControlText | BadControlText {
  if (bytes.length > textLimits.bytes) return bad('too long')
  const text = tryFromUtf8(bytes)
  if (text === undefined) return bad('not UTF-8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return bad('not JSON')
  }
  if (!isRecord(value)) return bad('not an object')
  switch (value['t']) {
    case 'hello':
      return readHello(value)
    case 'mode':
      return readMode(value)
    case 'ask-mode':
      return readAskMode(value)
    case 'candidates':
      return readCandidates(value)
    case 'counts':
      return readCounts(value)
    case 'finish':
      return readFinish(value)
    case 'stream':
    case 'ask-stream':
    case 'stream-refused':
    case 'stream-rests':
    case 'stream-counts':
      return readStreamText(value) ?? bad('of streams, malformed')
    case 'bye': {
      const reason = readText(value['reason'], textLimits.reasonChars)
      return reason === undefined ? bad('bye without a reason') : { t: 'bye', reason }
    }
    default:
      return bad('of an unknown type')
  }
}

function readHello(value: Record<string, unknown>): ControlText | BadControlText {
  const appVersion = readText(value['appVersion'], textLimits.versionChars)
  const os = readText(value['os'], textLimits.versionChars)
  if (appVersion === undefined || os === undefined) return bad('hello without a version or system')
  const interfaces = readList(value['interfaces'], textLimits.interfaces, readInterface)
  if (!interfaces) return bad('hello with malformed interfaces')
  const features = readList(value['features'] ?? [], textLimits.features, readFeature)
  if (!features) return bad('hello with malformed features')
  const hello = {
    t: 'hello',
    appVersion,
    os,
    interfaces,
    ...(value['features'] !== undefined && { features }),
  } as const
  if (value['candidates'] === undefined) return hello
  const candidates = readList(value['candidates'], textLimits.candidates, readCandidate)
  return candidates ? { ...hello, candidates } : bad('hello with malformed candidates')
}

function readFeature(value: unknown): string | undefined {
  return readText(value, textLimits.nameChars)
}

function readFinish(value: Record<string, unknown>): ControlText | BadControlText {
  const { messagesSent } = value
  if (!isCount(messagesSent)) return bad('finish without a count')
  if (value['streams'] === undefined) return { t: 'finish', messagesSent }
  const streams = readFinalSent(value['streams'])
  return streams ? { t: 'finish', messagesSent, streams } : bad('finish with malformed streams')
}

function readMode(value: Record<string, unknown>): ControlText | BadControlText {
  const mode = modes.find((known) => known === value['mode'])
  const use = uses.find((known) => known === value['use'])
  if (!mode || !use) return bad('mode with unknown words')
  return { t: 'mode', mode, use, ...(value['asked'] === true && { asked: true }) }
}

function readAskMode(value: Record<string, unknown>): ControlText | BadControlText {
  const mode = modes.find((known) => known === value['mode'])
  return mode ? { t: 'ask-mode', mode } : bad('wish for an unknown mode')
}

function readCandidates(value: Record<string, unknown>): ControlText | BadControlText {
  const candidates = readList(value['candidates'], textLimits.candidates, readTold)
  const gone = readList(value['gone'] ?? [], textLimits.candidates, readPlace)
  if (!candidates || !gone) return bad('candidates that are malformed')
  if (value['interfaces'] === undefined) return { t: 'candidates', candidates, gone }
  const interfaces = readList(value['interfaces'], textLimits.interfaces, readInterface)
  return interfaces ? { t: 'candidates', candidates, gone, interfaces } : bad('malformed interfaces')
}

function readTold(value: unknown): ToldCandidate | undefined {
  const place = readPlace(value)
  if (place === undefined || !isRecord(value)) return undefined
  const type = candidateTypes.find((known) => known === value['type'])
  const priority = value['priority']
  const interfaceName = readText(value['interfaceName'], textLimits.nameChars)
  if (!type || !isCount(priority) || priority > 2 ** 31 - 1 || interfaceName === undefined) return undefined
  return { ...place, type, priority, interfaceName }
}

function readPlace(value: unknown): CandidatePlace | undefined {
  if (!isRecord(value)) return undefined
  const address = readAddress(value['address'])
  const port = value['port']
  if (address === undefined || !isUnicast(address) || !isCount(port)) return undefined
  return port >= 1 && port <= 65_535 ? { address, port } : undefined
}

function readCounts(value: Record<string, unknown>): ControlText | BadControlText {
  const { received, missing, duplicated, reordered } = value
  const valid = isCount(received) && isCount(missing) && isCount(duplicated) && isCount(reordered)
  return valid ? { t: 'counts', received, missing, duplicated, reordered } : bad('counts that are not counts')
}

function readInterface(value: unknown): PeerInterface | undefined {
  if (!isRecord(value)) return undefined
  const name = readText(value['name'], textLimits.nameChars)
  const kind = kinds.find((known) => known === value['kind']) ?? 'unknown'
  const addresses = readList(value['addresses'], textLimits.addressesPerInterface, readAddress)
  return name !== undefined && addresses ? { name, kind, addresses } : undefined
}

function readCandidate(value: unknown): CandidateInterface | undefined {
  if (!isRecord(value)) return undefined
  const address = readAddress(value['address'])
  const interfaceName = readText(value['interfaceName'], textLimits.nameChars)
  if (address === undefined || interfaceName === undefined) return undefined
  const port = value['port']
  if (port === undefined) return { address, interfaceName }
  return isCount(port) && port <= 65_535 ? { address, port, interfaceName } : undefined
}

function readAddress(value: unknown): string | undefined {
  return typeof value === 'string' ? canonicalAddress(value) : undefined
}

/** All items, or undefined when it is no list, too long, or one item is malformed. */
function readList<T>(value: unknown, max: number, read: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(value) || value.length > max) return undefined
  const items: T[] = []
  for (const item of value) {
    const one = read(item)
    if (one === undefined) return undefined
    items.push(one)
  }
  return items
}

function readText(value: unknown, maxChars: number): string | undefined {
  return typeof value === 'string' && value.length <= maxChars ? clean(value, maxChars) : undefined
}

/** Control characters and marks that turn the writing direction could make a name pass for something else. */
function clean(text: string, maxChars: number): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '\ufffd')
    .slice(0, maxChars)
    .replace(/[\ud800-\udbff]$/, '')
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function bad(detail: string): BadControlText {
  return { kind: 'bad', detail: `a control text ${detail}` }
}
