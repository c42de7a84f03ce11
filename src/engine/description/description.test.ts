import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatAddress } from '../address'
import type { DescriptionProblem } from '../face/io'
import { limits } from '../face/limits'
import * as samples from './testing/samples'
import {
  answerShape,
  type DescribedCandidate,
  type LocalDescription,
  offerShape,
  readSdp,
  type RemoteDescription,
  writeSdp,
} from '.'

type Type = 'offer' | 'answer'

function read(sdp: string, type: Type = 'offer'): RemoteDescription {
  const result = readSdp({ type, sdp })
  if (result.kind === 'problem') throw new Error(result.problem.message)
  return result.remote
}

function problemOf(sdp: string, type: Type = 'offer'): DescriptionProblem {
  const result = readSdp({ type, sdp })
  if (result.kind === 'ok') throw new Error('no problem was found')
  return result.problem
}

const fingerprint = samples.sampleFingerprint
const host: DescribedCandidate = {
  foundation: '1',
  component: 1,
  priority: 2130706431,
  address: { family: 4, address: '192.0.2.1', port: 5000 },
  type: 'host',
  related: null,
}
const ours: LocalDescription = {
  ...offerShape,
  type: 'offer',
  sessionId: '1234567890123456789',
  ufrag: 'abcd',
  pwd: 'abcdefghijklmnopqrstuv',
  fingerprint,
  setup: 'actpass',
  candidates: [host],
  sctpPort: 5000,
  maxMessageSize: 65536,
  pathscope: { protocol: 1, integrity: 'sha1' },
}
const addresses = (remote: RemoteDescription) =>
  remote.candidates.map(({ address }) => `${address.address} ${address.port}`)

describe('a stock peer’s description', () => {
  it('of Chromium is read', () => {
    expect(read(samples.chromiumOffer)).toEqual({
      type: 'offer',
      ...offerShape,
      ufrag: '4aFv',
      pwd: 'by2GZGG1lw+040DWA6hXM5Bz',
      fingerprint,
      setup: 'actpass',
      candidates: [
        {
          foundation: '2999745851',
          component: 1,
          priority: 2122260223,
          address: { family: 4, address: '192.0.2.10', port: 52133 },
          type: 'host',
          related: null,
        },
        {
          foundation: '1510613869',
          component: 1,
          priority: 2122194687,
          address: { family: 6, address: '2001:db8::10', port: 40471 },
          type: 'host',
          related: null,
        },
        {
          foundation: '842163049',
          component: 1,
          priority: 1685987071,
          address: { family: 4, address: '198.51.100.7', port: 52133 },
          type: 'srflx',
          related: { address: '192.0.2.10', port: 52133 },
        },
      ],
      named: [],
      skipped: { tcp: 1, mdns: 0, invalid: 0, overLimit: 0 },
      sctpPort: 5000,
      maxMessageSize: 262144,
      iceLite: false,
      pathscope: null,
      trickle: true,
      endOfCandidates: false,
    })
  })

  it('with hidden addresses is usable all the same, since its own checks will show them', () => {
    const remote = read(samples.chromiumHiddenOffer)
    expect(remote.candidates).toEqual([])
    expect(remote.skipped).toEqual({ tcp: 0, mdns: 1, invalid: 0, overLimit: 0 })
  })

  it('of Firefox is read, fingerprint and options being session-level', () => {
    const remote = read(samples.firefoxOffer)
    expect(addresses(remote)).toEqual(['192.0.2.20 56114', '2001:db8::20 42261', '198.51.100.7 56114'])
    expect(remote).toMatchObject({
      ufrag: '31c0f1a9',
      fingerprint,
      maxMessageSize: 1073741823,
      trickle: true,
      endOfCandidates: true,
      skipped: { tcp: 1 },
    })
  })

  it('of pion is read without its candidates of a second component', () => {
    const remote = read(samples.pionAnswer, 'answer')
    expect(addresses(remote)).toEqual(['192.0.2.30 45678', 'fe80::5054:ff:fe12:3456 45679'])
    expect(remote).toMatchObject({
      setup: 'active',
      fingerprint,
      maxMessageSize: 65536,
      skipped: { invalid: 1 },
    })
  })

  it('of aiortc is read in its old form, and answered in it', () => {
    const remote = read(samples.aiortcOffer)
    expect(remote).toMatchObject({ sctpForm: 'sctpmap', sctpPort: 5000, maxMessageSize: 65536, fingerprint })
    const answer = writeSdp({ ...ours, ...answerShape(remote), type: 'answer', setup: 'active' })
    expect(answer).toContain('m=application 9 DTLS/SCTP 5000\r\n')
    expect(answer).toContain('a=sctpmap:5000 webrtc-datachannel 65535\r\n')
    expect(answer).not.toContain('sctp-port')
  })

  it('of werift is read', () => {
    const remote = read(samples.weriftAnswer, 'answer')
    expect(remote).toMatchObject({ ufrag: '3f9c', setup: 'active', fingerprint })
    expect(addresses(remote)).toEqual(['192.0.2.50 50505'])
  })
})

describe('an offer of a whole call', () => {
  it('is answered with its data channel alone, each section in its place', () => {
    const remote = read(samples.chromiumCallOffer)
    expect(remote.mid).toBe('1')
    expect(addresses(remote)).toEqual(['192.0.2.10 52133'])
    expect(remote.rejectedSections.map(({ index, media, mid }) => [index, media, mid])).toEqual([
      [0, 'audio', '0'],
      [2, 'video', '2'],
    ])
    const lines = writeSdp({ ...ours, ...answerShape(remote), type: 'answer', setup: 'active' }).split('\r\n')
    expect(lines.filter((line) => /^(m=|a=mid|a=group|a=inactive)/.test(line))).toEqual([
      'a=group:BUNDLE 1',
      'm=audio 0 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126',
      'a=mid:0',
      'a=inactive',
      'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
      'a=mid:1',
      'm=video 0 UDP/TLS/RTP/SAVPF 96 97',
      'a=mid:2',
      'a=inactive',
    ])
  })

  it('may leave the transport of its data channel to the first section of the bundle', () => {
    const remote = read(samples.maxBundleOffer)
    expect(remote).toMatchObject({ mid: 'data', ufrag: '4aFv', fingerprint })
    expect(addresses(remote)).toEqual(['192.0.2.10 52133'])
  })

  it('whose sections have their own credentials lends no addresses from one to another', () => {
    const own = samples.chromiumCallOffer
      .replace('a=ice-ufrag:4aFv', 'a=ice-ufrag:audi')
      .replace('a=sctp-port', 'a=candidate:7 1 udp 1 192.0.2.77 7 typ host\r\na=sctp-port')
    expect(read(own).ufrag).toBe('4aFv')
    expect(addresses(read(own))).toEqual(['192.0.2.77 7'])
  })

  it('whose bundle names a section many times has its candidates read once', () => {
    const tcp = 'a=candidate:4 1 tcp 1518280447 192.0.2.10 9 typ host tcptype active\r\n'
    const offer = samples.maxBundleOffer
      .replace('BUNDLE audio', 'BUNDLE audio audio audio')
      .replace('a=candidate:', `${tcp}a=candidate:`)
    expect(read(offer).skipped.tcp).toBe(1)
  })

  it('without a bundle is answered without one, and does not lend another section’s addresses', () => {
    const apart = samples.chromiumCallOffer
      .replace('a=group:BUNDLE 0 1 2\r\n', '')
      .replace('a=sctp-port', 'a=candidate:7 1 udp 1 192.0.2.77 7 typ host\r\na=sctp-port')
    const remote = read(apart)
    expect(addresses(remote)).toEqual(['192.0.2.77 7'])
    expect(writeSdp({ ...ours, ...answerShape(remote), type: 'answer' })).not.toContain('BUNDLE')
  })
})

const iceChars = fc.constantFrom(...'ABCXYZabcxyz0189+/')
const iceText = (minLength: number, maxLength: number) => fc.string({ unit: iceChars, minLength, maxLength })
const unicast = fc
  .tuple(
    fc.constantFrom(4 as const, 6 as const),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    fc.nat(65534),
  )
  .map(([family, bytes, port]) => {
    bytes[0] = 32 + ((bytes[0] as number) % 64)
    return { family, address: formatAddress(family === 4 ? bytes.subarray(0, 4) : bytes), port: port + 1 }
  })
const candidate: fc.Arbitrary<DescribedCandidate> = fc.record({
  foundation: iceText(1, 32),
  component: fc.constant(1),
  priority: fc.nat(0xffffffff),
  address: unicast,
  type: fc.constantFrom('host', 'srflx', 'prflx', 'relay'),
  related: fc.option(unicast.map(({ address, port }) => ({ address, port }))),
})
const mid = fc.string({ unit: fc.constantFrom(...'abz019-_'), minLength: 1, maxLength: 16 })
const local: fc.Arbitrary<LocalDescription> = fc.record({
  type: fc.constantFrom('offer', 'answer'),
  sessionId: fc.maxSafeNat().map(String),
  ufrag: iceText(4, 256),
  pwd: iceText(22, 256),
  fingerprint: fc.constant(fingerprint),
  setup: fc.constantFrom('active', 'passive'),
  mid,
  bundled: fc.boolean(),
  sctpForm: fc.constantFrom('sctp-port', 'sctpmap'),
  rejectedSections: fc.constantFrom(
    [],
    [{ index: 0, media: 'audio', proto: 'UDP/TLS/RTP/SAVPF', formats: '0 8', mid: 'aud' }],
    [{ index: 1, media: 'application', proto: 'TCP/BFCP', formats: '*', mid: null }],
  ),
  candidates: fc.uniqueArray(candidate, {
    minLength: 1,
    maxLength: 64,
    selector: ({ address }) => `${address.address} ${address.port}`,
  }),
  sctpPort: fc.integer({ min: 1, max: 65535 }),
  maxMessageSize: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  pathscope: fc.constantFrom(
    null,
    { protocol: 1, integrity: 'sha1' } as const,
    { protocol: 1, integrity: 'sha256' } as const,
  ),
})

describe('our own description', () => {
  it('is read as it was meant', () => {
    fc.assert(
      fc.property(local, ({ sessionId, ...given }) => {
        expect(read(writeSdp({ sessionId, ...given }), given.type)).toEqual({
          ...given,
          named: [],
          skipped: { tcp: 0, mdns: 0, invalid: 0, overLimit: 0 },
          iceLite: false,
          trickle: false,
          endOfCandidates: true,
        })
      }),
    )
  })

  it('is the text that the other implementations take', () => {
    expect(writeSdp(ours).split('\r\n')).toEqual([
      'v=0',
      'o=- 1234567890123456789 2 IN IP4 127.0.0.1',
      's=-',
      't=0 0',
      'a=group:BUNDLE 0',
      'a=pathscope:1',
      'a=ice-options:ice2',
      'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
      'c=IN IP4 0.0.0.0',
      'a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host',
      'a=end-of-candidates',
      'a=ice-ufrag:abcd',
      'a=ice-pwd:abcdefghijklmnopqrstuv',
      `a=fingerprint:sha-256 ${fingerprint}`,
      'a=setup:actpass',
      'a=mid:0',
      'a=sctp-port:5000',
      'a=max-message-size:65536',
      '',
    ])
  })

  it('carries no value that would begin a new line', () => {
    expect(() => writeSdp({ ...ours, mid: '0\r\na=ice-lite' })).toThrow(RangeError)
    expect(() => writeSdp({ ...ours, sessionId: 'x' })).toThrow(RangeError)
  })
})

describe('a candidate', () => {
  const offerWith = (...candidates: string[]) =>
    samples.chromiumOffer.replace(
      /(a=candidate.*\r\n)+/,
      ['1 1 udp 1 192.0.2.1 1 typ host', ...candidates].map((one) => `a=candidate:${one}\r\n`).join(''),
    )

  it.each([
    ['too short', '1 1 udp 1 192.0.2.2 2'],
    ['without typ', '1 1 udp 1 192.0.2.2 2 type host'],
    ['of an unknown type', '1 1 udp 1 192.0.2.2 2 typ teleport'],
    ['of another transport', '1 1 sctp 1 192.0.2.2 2 typ host'],
    ['with a name', '1 1 udp 1 example.org 2 typ host'],
    ['with a port above all ports', '1 1 udp 1 192.0.2.2 65536 typ host'],
    ['with port 0', '1 1 udp 1 192.0.2.2 0 typ host'],
    ['to everybody', '1 1 udp 1 255.255.255.255 2 typ host'],
    ['to a group', '1 1 udp 1 ff02::1 2 typ host'],
    ['to nobody', '1 1 udp 1 0.0.0.0 2 typ host'],
    ['with a foundation that is too long', `${'1'.repeat(33)} 1 udp 1 192.0.2.2 2 typ host`],
    ['of an earlier generation', '1 1 udp 1 192.0.2.2 2 typ host ufrag old1'],
    ['with a negative priority', '1 1 udp -1 192.0.2.2 2 typ host'],
  ])('%s is skipped and counted', (_, text) => {
    const remote = read(offerWith(text))
    expect(addresses(remote)).toEqual(['192.0.2.1 1'])
    expect(remote.skipped).toEqual({ tcp: 0, mdns: 0, invalid: 1, overLimit: 0 })
  })

  it('of an address that is listed already counts once', () => {
    const { candidates } = read(offerWith('9 1 UDP 9 192.0.2.1 1 typ srflx raddr 0.0.0.0 rport 0'))
    expect(candidates.map(({ type }) => type)).toEqual(['host'])
  })

  it('keeps its related address only when it is one', () => {
    const remote = read(offerWith('2 1 udp 1 192.0.2.2 2 typ srflx raddr x.local rport 5'))
    expect(remote.candidates[1]?.related).toBeNull()
  })

  it('beyond the limit is counted and left', () => {
    const many = Array.from({ length: 100 }, (_, i) => `1 1 udp 1 192.0.2.${i + 2} 2 typ host`)
    const remote = read(offerWith(...many))
    expect(remote.candidates).toHaveLength(limits.remoteCandidates)
    expect(remote.skipped.overLimit).toBe(101 - limits.remoteCandidates)
  })
})

describe('the Pathscope mark', () => {
  const marked = (value: string) => writeSdp(ours).replace('a=pathscope:1', `a=pathscope:${value}`)

  it('names the newest protocol that both speak', () => {
    expect(read(marked('1')).pathscope).toEqual({ protocol: 1, integrity: 'sha1' })
    expect(read(marked('3 min=1')).pathscope).toEqual({ protocol: 1, integrity: 'sha1' })
    expect(read(marked('3 colour=blue min=1 x')).pathscope).toEqual({ protocol: 1, integrity: 'sha1' })
    const sha256 = { protocol: 1, integrity: 'sha256' }
    expect(read(marked('2 min=1 integrity=sha-256')).pathscope).toEqual(sha256)
    expect(read(marked('1 integrity=sha-512')).pathscope).toEqual({ ...sha256, integrity: 'sha1' })
    expect(read(writeSdp({ ...ours, pathscope: null })).pathscope).toBeNull()
  })

  it('of a newer Pathscope that no longer speaks ours asks for an update', () => {
    for (const value of ['2', '3 min=2']) {
      expect(problemOf(marked(value))).toMatchObject({ kind: 'newer-protocol' })
      expect(problemOf(marked(value)).message).toContain('Update Pathscope')
    }
  })

  it('that is unreadable shows a damaged text, not a stock peer', () => {
    for (const value of ['', 'x', '0', '1 min=2', '99999999999']) {
      expect(problemOf(marked(value)).kind).toBe('malformed')
    }
  })

  it('counts only where it belongs, before the first section', () => {
    const misplaced = writeSdp({ ...ours, pathscope: null }).replace('a=mid:0', 'a=mid:0\r\na=pathscope:1')
    expect(read(misplaced).pathscope).toBeNull()
  })
})

describe('a text that cannot be used', () => {
  const without = (name: string) =>
    samples.chromiumOffer.replaceAll(new RegExp(`a=${name}[^\\r]*\\r\\n`, 'g'), '')
  const swap = (from: string | RegExp, to: string) => samples.chromiumOffer.replace(from, to)

  it.each<[string, DescriptionProblem['kind'], string]>([
    ['is empty', 'malformed', ''],
    ['is prose', 'malformed', 'Hello!\nHow are you?'],
    ['does not begin as SDP', 'malformed', samples.chromiumOffer.slice(5)],
    ['has a broken line', 'malformed', swap('a=mid:0', 'mid:0')],
    ['has a broken media section', 'malformed', swap('m=application 52133', 'm=application many')],
    ['has a strange mid', 'malformed', swap('a=mid:0', 'a=mid:a b')],
    ['has a strange setup', 'malformed', swap('a=setup:actpass', 'a=setup:holdconn')],
    ['has a strange SCTP port', 'malformed', swap('a=sctp-port:5000', 'a=sctp-port:0')],
    ['has a strange limit', 'malformed', swap('a=max-message-size:262144', 'a=max-message-size:big')],
    ['has no data channel', 'no-data-channel', swap(/m=application[^\r]*/, 'm=audio 9 UDP/TLS/RTP/SAVPF 0')],
    ['has a data channel of an unknown kind', 'no-data-channel', swap('webrtc-datachannel', 'telepathy')],
    ['has no sections', 'no-data-channel', 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n'],
    ['has no user fragment', 'no-ice', without('ice-ufrag')],
    ['has no password', 'no-ice', without('ice-pwd')],
    ['has a password that is too short', 'no-ice', swap(/ice-pwd:[^\r]*/, 'ice-pwd:abc')],
    ['has a password of other characters', 'no-ice', swap(/ice-pwd:[^\r]*/, `ice-pwd:${'ä'.repeat(24)}`)],
    ['has no fingerprint', 'no-fingerprint', without('fingerprint')],
    ['has a weak fingerprint only', 'no-fingerprint', swap('sha-256', 'sha-1')],
    ['has a fingerprint cut off', 'no-fingerprint', swap(':8F:90', '')],
    ['has no candidates', 'no-candidates', without('candidate')],
    ['has too many sections', 'malformed', `v=0\r\n${'m=audio 9 RTP/AVP 0\r\n'.repeat(65)}`],
    ['is too long', 'too-many', `${samples.chromiumOffer}${'a=x\r\n'.repeat(20_000)}`],
    ['is too long in bytes', 'too-many', `${samples.chromiumOffer}a=${'ä'.repeat(40_000)}`],
  ])('because it %s is told so (%s)', (_, kind, sdp) => {
    const problem = problemOf(sdp)
    expect(problem.kind).toBe(kind)
    expect(problem.message).toMatch(/^This offer .*\. [A-Z].*\.$/)
  })

  it('says what is the matter with the addresses', () => {
    const only = (line: string) => without('candidate').replace('a=mid', `a=candidate:${line}\r\na=mid`)
    expect(problemOf(without('candidate')).message).toContain('wait until gathering has finished')
    expect(problemOf(only('1 1 tcp 1 192.0.2.1 9 typ host tcptype active')).message).toContain('TCP')
    expect(problemOf(only('1 1 udp 1 nowhere 9 typ host')).message).toContain('None of the network addresses')
  })

  it('as an answer is told what became of the data channel', () => {
    const refused = samples.pionAnswer.replace('m=application 9', 'm=application 0')
    expect(problemOf(refused, 'answer')).toMatchObject({ kind: 'no-data-channel' })
    expect(problemOf(refused, 'answer').message).toContain('refused')
  })

  it('that is an offer marked as an answer is not taken for one', () => {
    expect(problemOf(samples.chromiumOffer, 'answer').kind).toBe('wrong-type')
  })
})

describe('texts of any kind', () => {
  const all = Object.entries(samples).filter(([name]) => /Offer|Answer/.test(name))
  const sample = fc.constantFrom(...all.map(([, sdp]) => sdp), writeSdp(ours))
  const type = fc.constantFrom<Type>('offer', 'answer')

  function neverThrows(sdp: string, given: Type): void {
    const result = readSdp({ type: given, sdp })
    if (result.kind === 'problem') {
      expect(result.problem.message).toMatch(/^[A-Z].*\.$/s)
      return
    }
    expect(result.remote.candidates.length).toBeLessThanOrEqual(limits.remoteCandidates)
    // Whatever was accepted can be answered.
    const answer = writeSdp({ ...ours, ...answerShape(result.remote), type: 'answer', setup: 'active' })
    expect(readSdp({ type: 'answer', sdp: answer }).kind).toBe('ok')
  }

  it('never make the reader throw when cut off', () => {
    for (const [, sdp] of all) {
      for (let length = 0; length < sdp.length; length += 7) neverThrows(sdp.slice(0, length), 'offer')
    }
  })

  it('never make the reader throw when changed here and there', () => {
    const change = fc.tuple(
      fc.nat(3000),
      fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom(' ', '\r\n', ':', '%')),
    )
    fc.assert(
      fc.property(sample, fc.array(change, { minLength: 1, maxLength: 5 }), type, (sdp, changes, given) => {
        let changed = sdp
        for (const [place, text] of changes) {
          const at = place % changed.length
          changed = changed.slice(0, at) + text + changed.slice(at + 1)
        }
        neverThrows(changed, given)
      }),
      { numRuns: 1000 },
    )
  })

  it('never make the reader throw when their lines are mixed', () => {
    fc.assert(
      fc.property(sample, fc.array(fc.nat(1000), { maxLength: 80 }), type, (sdp, order, given) => {
        const lines = sdp.split('\r\n')
        const mixed = order.map((place) => lines[place % lines.length])
        neverThrows(['v=0', ...mixed].join('\n'), given)
      }),
      { numRuns: 500 },
    )
  })
})
