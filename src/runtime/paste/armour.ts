/** The compact text form: `pathscope-offer:<base64url>.<checksum>`; what is in front of the dot is a version byte and the SDP, deflated. */
import { createHash } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { limits, type Description } from '../../engine'
import type { PasteProblem } from '../../shared/session'
import { problems } from './problem'

const version = 1
export const checksumChars = 8
export const armourStart = /pathscope-(offer|answer):/gi

/** Text that every description has, so that the deflated form need not carry it. Belongs to version 1: never change it. */
const dictionary = Buffer.from(
  [
    'a=x-pathscope:1 ',
    'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=msid-semantic: WMS *\r\n',
    'a=extmap-allow-mixed\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n',
    'a=ice-options:trickle ice2\r\na=ice-ufrag:\r\na=ice-pwd:\r\na=fingerprint:sha-256 \r\na=setup:actpass\r\n',
    'a=setup:active\r\na=mid:0\r\na=sctp-port:5000\r\na=max-message-size:65536\r\na=end-of-candidates\r\n',
    ' typ srflx raddr 0.0.0.0 rport 0 generation 0 network-cost 999 ufrag \r\na=candidate:1 1 udp 2130706431 10.0.0. typ host\r\n',
    'a=candidate:2 1 udp 2130706431 192.168. typ host\r\na=candidate:',
  ].join(''),
)

function checksum(type: string, content: Uint8Array): string {
  const digest = createHash('sha256').update(`${type}:`).update(content).digest('base64url')
  return digest.slice(0, checksumChars)
}

export function toArmour({ type, sdp }: Description): string {
  const deflated = deflateRawSync(Buffer.from(sdp, 'utf8'), { level: 9, dictionary })
  const content = Buffer.concat([Buffer.of(version), deflated])
  return `pathscope-${type}:${content.toString('base64url')}.${checksum(type, content)}`
}

export type ArmourResult =
  | { readonly kind: 'ok'; readonly description: Description }
  | { readonly kind: 'problem'; readonly problem: PasteProblem }

/** Reads an armour whose name (`pathscope-offer:`) ends at `from`. Line breaks, spaces and mail quoting in it are skipped. */
export function fromArmour(type: 'offer' | 'answer', text: string, from: number): ArmourResult {
  const dot = text.indexOf('.', from)
  if (dot < 0) return { kind: 'problem', problem: problems.truncatedEnd }
  const content = Buffer.from(letters(text.slice(from, dot)), 'base64url')
  const rest = letters(text.slice(dot + 1, dot + 1 + checksumChars * 4)).slice(0, checksumChars)
  if (rest.length < checksumChars) return { kind: 'problem', problem: problems.truncatedEnd }
  if (content.length < 2 || rest !== checksum(type, content)) {
    return { kind: 'problem', problem: problems.damaged }
  }
  if (content[0] !== version) return { kind: 'problem', problem: problems.newerForm }
  try {
    const sdp = inflateRawSync(content.subarray(1), { dictionary, maxOutputLength: limits.sdpBytes })
    return { kind: 'ok', description: { type, sdp: sdp.toString('utf8') } }
  } catch {
    // A right checksum over what does not inflate within the bound was not made by Pathscope.
    return { kind: 'problem', problem: problems.damaged }
  }
}

/** What a base64 of either alphabet is made of; typographic dashes go back to hyphens. */
function letters(text: string): string {
  return text
    .replace(/\u2014/g, '--')
    .replace(/[\u2010-\u2013\u2212]/g, '-')
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/[^A-Za-z0-9_-]/g, '')
}
