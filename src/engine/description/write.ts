import { writeCandidate } from './candidate'
import {
  type LocalDescription,
  OLDEST_PROTOCOL_VERSION,
  type PathscopeMark,
  type RejectedSection,
  sha256Word,
} from './description'

/**
 * Our SDP: one data channel, shaped as JSEP (RFC 9429) has it, CRLF at every line's end. Throws a RangeError on a
 * value that no line can carry.
 */
export function writeSdp(local: LocalDescription): string {
  if (!/^\d{1,19}$/.test(local.sessionId)) throw new RangeError('a session id is a decimal number')
  const lines = [
    'v=0',
    `o=- ${local.sessionId} 2 IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    ...(local.bundled ? [`a=group:BUNDLE ${local.mid}`] : []),
    ...(local.pathscope ? [`a=pathscope:${writeMark(local.pathscope)}`] : []),
    // No trickle: all candidates are here, and none will follow.
    'a=ice-options:ice2',
  ]
  const rejected = [...local.rejectedSections].sort((a, b) => a.index - b.index)
  const before = rejected.filter((section, place) => section.index === place)
  const after = rejected.slice(before.length)
  for (const section of before) lines.push(...rejectedLines(section))
  lines.push(...channelLines(local))
  for (const section of after) lines.push(...rejectedLines(section))
  for (const line of lines) {
    if (!/^[\x20-\x7e]+$/.test(line)) throw new RangeError(`not an SDP line: ${JSON.stringify(line)}`)
  }
  return `${lines.join('\r\n')}\r\n`
}

function writeMark({ protocol, integrity }: PathscopeMark): string {
  return [
    `${protocol}`,
    ...(protocol > OLDEST_PROTOCOL_VERSION ? [`min=${OLDEST_PROTOCOL_VERSION}`] : []),
    ...(integrity === 'sha256' ? [sha256Word] : []),
  ].join(' ')
}

function channelLines(local: LocalDescription): string[] {
  const legacy = local.sctpForm === 'sctpmap'
  const { sctpPort } = local
  return [
    legacy ? `m=application 9 DTLS/SCTP ${sctpPort}` : 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    ...local.candidates.map((candidate) => `a=candidate:${writeCandidate(candidate)}`),
    'a=end-of-candidates',
    `a=ice-ufrag:${local.ufrag}`,
    `a=ice-pwd:${local.pwd}`,
    `a=fingerprint:sha-256 ${local.fingerprint}`,
    `a=setup:${local.setup}`,
    ...(local.mid === '' ? [] : [`a=mid:${local.mid}`]),
    legacy ? `a=sctpmap:${sctpPort} webrtc-datachannel 65535` : `a=sctp-port:${sctpPort}`,
    `a=max-message-size:${local.maxMessageSize}`,
  ]
}

/** Refused by its port of 0; it keeps its place and mid (RFC 3264 section 6, RFC 9429 section 5.3.1). */
function rejectedLines({ media, proto, formats, mid }: RejectedSection): string[] {
  return [
    `m=${media} 0 ${proto} ${formats}`,
    'c=IN IP4 0.0.0.0',
    ...(mid === null ? [] : [`a=mid:${mid}`]),
    'a=inactive',
  ]
}
