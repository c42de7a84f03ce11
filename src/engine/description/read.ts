import { utf8 } from '../bytes'
import type { Description, DescriptionProblem } from '../face/io'
import { limits } from '../face/limits'
import { readCandidates, readInteger } from './candidate'
import {
  defaultMaxMessageSize,
  defaultSctpPort,
  OLDEST_PROTOCOL_VERSION,
  PROTOCOL_VERSION,
  type PathscopeMark,
  type RemoteDescription,
  type SectionShape,
  sha256Word,
  type Setup,
  unlimitedMessageSize,
} from './description'
import { problems } from './problems'
import { allValues, firstValue, type MediaSection, type Sections, splitSections } from './sections'

export type ReadSdp =
  | { readonly kind: 'ok'; readonly remote: RemoteDescription }
  | { readonly kind: 'problem'; readonly problem: DescriptionProblem }

type Type = Description['type']

/** Reads the peer's SDP, whoever made it: RFC 8839, 8866, 8841, 8122 and 9143 as far as one data channel needs them. */
export function readSdp({ type, sdp }: Description): ReadSdp {
  // The characters are counted first, so that a huge text is not even encoded.
  if (sdp.length > limits.sdpBytes || utf8(sdp).length > limits.sdpBytes)
    return problem(problems.tooLarge(type))
  const sections = splitSections(sdp)
  if ('malformed' in sections) return problem(problems.malformed(type, sections.malformed))
  const channel = sections.media.find(isDataChannel)
  if (!channel) {
    const refused = sections.media.some((section) => section.media === 'application' && section.port === 0)
    return problem(type === 'answer' && refused ? problems.rejected() : problems.noDataChannel(type))
  }
  const transport = readTransport(type, sections, channel)
  if ('kind' in transport) return problem(transport)
  const sctp = readSctp(type, channel)
  if ('kind' in sctp) return problem(sctp)
  const mark = readMark(type, sections)
  if (mark && 'kind' in mark) return problem(mark)
  return {
    kind: 'ok',
    remote: { type, ...shapeOf(sections, channel), ...transport, ...sctp, pathscope: mark },
  }
}

function problem(given: DescriptionProblem): ReadSdp {
  return { kind: 'problem', problem: given }
}

/** A port of 0 refuses a section, unless it only says that another section of its bundle has the port (RFC 9143). */
function isDataChannel(section: MediaSection): boolean {
  if (section.media !== 'application') return false
  if (section.port === 0 && !section.attributes.has('bundle-only')) return false
  return isSctpPort(section) || isSctpMap(section)
}

function isSctpPort({ proto, formats }: MediaSection): boolean {
  return /^(UDP|TCP)\/DTLS\/SCTP$/.test(proto) && formats === 'webrtc-datachannel'
}

function isSctpMap({ proto, formats }: MediaSection): boolean {
  return proto === 'DTLS/SCTP' && /^\d+$/.test(formats)
}

function shapeOf(sections: Sections, channel: MediaSection): SectionShape {
  return {
    mid: channel.mid ?? '',
    bundled: bundleOf(sections, channel).length > 0,
    sctpForm: isSctpMap(channel) ? 'sctpmap' : 'sctp-port',
    rejectedSections: sections.media
      .filter((section) => section !== channel)
      .map(({ index, media, proto, formats, mid }) => ({ index, media, proto, formats, mid })),
  }
}

/** The sections that share the channel's transport, itself included, the one that describes it first. */
function bundleOf(sections: Sections, channel: MediaSection): MediaSection[] {
  for (const group of allValues(sections.session, 'group')) {
    const [semantics, ...mids] = group.split(/ +/)
    if (semantics !== 'BUNDLE' || channel.mid === null || !mids.includes(channel.mid)) continue
    // Each once: a list that names a section a thousand times would have its candidates read a thousand times.
    return [...new Set(mids)].flatMap((mid) => sections.media.find((section) => section.mid === mid) ?? [])
  }
  return []
}

type Transport = Pick<
  RemoteDescription,
  | 'ufrag'
  | 'pwd'
  | 'fingerprint'
  | 'setup'
  | 'candidates'
  | 'named'
  | 'skipped'
  | 'iceLite'
  | 'trickle'
  | 'endOfCandidates'
>

function readTransport(
  type: Type,
  sections: Sections,
  channel: MediaSection,
): Transport | DescriptionProblem {
  const bundle = bundleOf(sections, channel)
  const tagged = channel.attributes.has('bundle-only') ? bundle[0] : undefined
  // What the section does not say itself, the bundle's first section says for it, or the session for all.
  const places = [channel, tagged, sections.session]
  const value = (name: string) =>
    places.map((place) => firstValue(place, name)).find((given) => given !== undefined)

  const ufrag = value('ice-ufrag') ?? ''
  const pwd = value('ice-pwd') ?? ''
  if (!/^[A-Za-z0-9+/]{4,256}$/.test(ufrag) || !/^[A-Za-z0-9+/]{22,256}$/.test(pwd))
    return problems.noIce(type)
  const fingerprints = places
    .map((place) => allValues(place, 'fingerprint'))
    .find((values) => values.length > 0)
  const fingerprint = sha256Of(fingerprints ?? [])
  if (fingerprint === undefined) return problems.noFingerprint(type)
  const setup = readSetup(type, value('setup'))
  if (typeof setup === 'object') return setup

  const sharing = [channel, ...bundle.filter((section) => section !== channel && sameIce(section, ufrag))]
  const values = sharing.flatMap((section) => allValues(section, 'candidate'))
  const { candidates, named, skipped } = readCandidates(values, ufrag)
  if (candidates.length === 0 && skipped.mdns === 0) return problems.noCandidates(type, skipped)
  const options = [...allValues(sections.session, 'ice-options'), ...allValues(channel, 'ice-options')]
  return {
    ufrag,
    pwd,
    fingerprint,
    setup,
    candidates,
    named,
    skipped,
    iceLite: sections.session.attributes.has('ice-lite'),
    trickle: options.some((option) => option.split(/ +/).includes('trickle')),
    endOfCandidates: [sections.session, ...sharing].some((section) =>
      section.attributes.has('end-of-candidates'),
    ),
  }
}

function sameIce(section: MediaSection, ufrag: string): boolean {
  return (firstValue(section, 'ice-ufrag') ?? ufrag) === ufrag
}

/** The value of a=fingerprint (RFC 8122 section 5) with SHA-256, in upper case. */
function sha256Of(values: readonly string[]): string | undefined {
  for (const value of values) {
    const [hash, digest, ...rest] = value.split(/ +/)
    if (hash?.toLowerCase() !== 'sha-256' || rest.length > 0) continue
    if (/^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){31}$/.test(digest ?? '')) return (digest as string).toUpperCase()
  }
  return undefined
}

/** Who shall be DTLS client (RFC 8842 section 5). What is not said is what every WebRTC peer would say. */
function readSetup(type: Type, value: string | undefined): Setup | DescriptionProblem {
  if (value === undefined) return type === 'offer' ? 'actpass' : 'active'
  if (value === 'actpass' && type === 'answer') return problems.answerWithOfferSetup()
  if (value === 'actpass' || value === 'active' || value === 'passive') return value
  return problems.malformed(type, 'its "setup" is not known')
}

type Sctp = Pick<RemoteDescription, 'sctpPort' | 'maxMessageSize'>

function readSctp(type: Type, channel: MediaSection): Sctp | DescriptionProblem {
  const portText = isSctpMap(channel) ? channel.formats : firstValue(channel, 'sctp-port')
  const sctpPort = portText === undefined ? defaultSctpPort : readInteger(portText, 65_535)
  if (!sctpPort) return problems.malformed(type, 'its SCTP port is not a port')
  const sizeText = firstValue(channel, 'max-message-size')
  if (sizeText === undefined) return { sctpPort, maxMessageSize: defaultMaxMessageSize }
  if (!/^\d{1,20}$/.test(sizeText)) return problems.malformed(type, 'its max-message-size is not a number')
  const size = Number(sizeText)
  return {
    sctpPort,
    maxMessageSize: size === 0 ? unlimitedMessageSize : Math.min(size, unlimitedMessageSize),
  }
}

/** a=pathscope:<newest protocol> [min=<oldest protocol>] [integrity=sha-256], further words ignored (docs/protocol.md). */
function readMark(type: Type, { session }: Sections): PathscopeMark | DescriptionProblem | null {
  const value = firstValue(session, 'pathscope')
  if (value === undefined) return null
  const [newestText = '', ...words] = value.split(/ +/)
  const newest = readInteger(newestText, 65_535)
  const oldest = readInteger(
    words.find((word) => word.startsWith('min='))?.slice('min='.length) ?? newestText,
    65_535,
  )
  if (!newest || !oldest || oldest > newest)
    return problems.malformed(type, 'its Pathscope mark is unreadable')
  if (oldest > PROTOCOL_VERSION) return problems.newerProtocol(type, newest, PROTOCOL_VERSION)
  const protocol = Math.max(OLDEST_PROTOCOL_VERSION, Math.min(newest, PROTOCOL_VERSION))
  return { protocol, integrity: words.includes(sha256Word) ? 'sha256' : 'sha1' }
}
