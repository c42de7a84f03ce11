import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPasteScanner, decodePaste, descriptionProblem, encodePaste } from '.'

const lines = [
  'v=0',
  'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:Zk4a',
  'a=ice-pwd:9uB+cd/fghijklmnopqrstuv',
  'a=fingerprint:sha-256 AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89',
  'a=setup:actpass',
  'a=mid:0',
  'a=sctp-port:5000',
  'a=candidate:1 1 udp 2130706431 10.0.0.1 50000 typ host',
  'a=candidate:2 1 udp 2130706175 fd00::12 50001 typ host',
  'a=candidate:3 1 udp 1694498815 203.0.113.7 50002 typ srflx raddr 10.0.0.1 rport 50000',
]
const sdp = `${lines.join('\r\n')}\r\n`
const offer = { type: 'offer', sdp } as const
const text = encodePaste(offer)

function problemOf(pasted: string): { kind: string; message: string } {
  const result = decodePaste(pasted)
  if (result.kind === 'ok') throw new Error('was accepted')
  return result.problem
}

function wrap(line: string, width: number, between = '\n'): string {
  return line.replace(new RegExp(`(.{${width}})`, 'g'), `$1${between}`)
}

describe('a pasted offer is understood', () => {
  it('in both forms as made', () => {
    expect(text.json).not.toContain('\n')
    expect(text.compact).toMatch(/^pathscope-offer:[\w-]+\.[\w-]{8}$/)
    expect(text.compact.length).toBeLessThan(text.json.length * 0.75)
    expect(decodePaste(text.json)).toEqual({ kind: 'ok', description: offer })
    expect(decodePaste(text.compact)).toEqual({ kind: 'ok', description: offer })
  })

  for (const [form, line] of Object.entries({ json: text.json, compact: text.compact })) {
    const noises: Readonly<Record<string, string>> = {
      'a chat prefix': `Alice 10:32: ${line}`,
      'prose around it': `Hi Bob,\nhere is the offer { as agreed }:\n\n${line}\n\nBest, Alice`,
      quotes: `"${line}"`,
      'typographic quotes': `\u201c${line.replace(/"/g, '\u201d')}\u201d`,
      'a markdown fence': `\`\`\`json\n${line}\n\`\`\``,
      backticks: `\`${line}\``,
      'a BOM and zero-width characters': `\ufeff${line.slice(0, 40)}\u200b${line.slice(40)}\u2060`,
      'non-breaking spaces': ` \u00a0${line.replace(/ /g, '\u00a0')}\u00a0`,
      'HTML entities': line.replace(/"/g, '&quot;').replace(/ /g, '&nbsp;'),
      'hard wraps at 76 columns': wrap(line, 76),
      'hard wraps at 80 columns with CRLF': wrap(line, 80, '\r\n'),
      'a quoted mail': `> ${wrap(line, 72, '\n> ')}\n> Alice`,
      'itself once more below': `${line}\n\n> ${line}`,
    }
    for (const [name, pasted] of Object.entries(noises)) {
      it(`as ${form} with ${name}`, () => {
        expect(decodePaste(pasted)).toEqual({ kind: 'ok', description: offer })
      })
    }
  }

  it('when a mail wrapped it at spaces and ate them', () => {
    const wrapped = text.json
      .replace('udp 2130706431 10', 'udp\n2130706431\n10')
      .replace('IN IP4 0', 'IN\nIP4 0')
    expect(decodePaste(wrapped)).toEqual({ kind: 'ok', description: offer })
  })

  it('when it was put into a JSON string, a wrapper object or a Python dictionary', () => {
    expect(decodePaste(JSON.stringify(text.json))).toEqual({ kind: 'ok', description: offer })
    expect(decodePaste(JSON.stringify({ room: 1, description: offer }))).toEqual({
      kind: 'ok',
      description: offer,
    })
    const python = `{'sdp': '${sdp.replaceAll('\r\n', '\\r\\n')}', 'type': 'offer'}`
    expect(decodePaste(python)).toEqual({ kind: 'ok', description: offer })
  })

  it('when it was printed with real line breaks inside the string', () => {
    const printed = `{"type": "offer", "sdp": "${lines.join('\n')}\n"}`
    expect(decodePaste(printed)).toEqual({ kind: 'ok', description: offer })
  })

  it('as bare SDP, whose setup attribute tells its type', () => {
    expect(decodePaste(lines.join('\n'))).toEqual({ kind: 'ok', description: offer })
    const answer = sdp.replace('actpass', 'active')
    expect(decodePaste(`sdp:\n\n${answer}\n\nthanks`)).toEqual({
      kind: 'ok',
      description: { type: 'answer', sdp: answer },
    })
    expect(problemOf(sdp.replace('a=setup:actpass\r\n', '')).kind).toBe('unknown-type')
  })
})

describe('a text that is no offer or answer is refused with its reason', () => {
  const table: readonly (readonly [string, string, string])[] = [
    ['nothing', ' \n\u200b ', 'empty'],
    ['prose', 'let us meet at 10:30 {really}', 'not-a-description'],
    ['2 MB of noise', '{"a":['.repeat(350_000), 'too-long'],
    ['JSON cut short', text.json.slice(0, -40), 'truncated'],
    ['JSON without its beginning', text.json.slice(40), 'truncated'],
    ['the compact form cut before its checksum', text.compact.slice(0, -30), 'truncated'],
    ['the compact form cut in its checksum', text.compact.slice(0, -3), 'truncated'],
    ['the compact form with a letter missing', text.compact.replace(/:(.{20})./, ':$1'), 'damaged'],
    ['the compact form under the other name', text.compact.replace('offer', 'answer'), 'damaged'],
    ['a candidate', '{"candidate":"candidate:1 1 udp 1 10.0.0.1 9 typ host","sdpMid":"0"}', 'other-json'],
    ['JSON of another kind', '{"name":"pathscope","version":"1.0.0"}', 'other-json'],
    ['a provisional answer', JSON.stringify({ type: 'pranswer', sdp }), 'unsupported-type'],
    ['a rollback', '{"type":"rollback","sdp":""}', 'unsupported-type'],
    ['a type that is none', JSON.stringify({ type: 7, sdp }), 'unsupported-type'],
    ['an empty SDP', '{"type":"offer","sdp":""}', 'malformed'],
    ['damaged JSON', text.json.replace('","sdp', '",sdp'), 'damaged'],
    ['two descriptions', `${text.json}\n${encodePaste({ type: 'answer', sdp }).compact}`, 'several'],
  ]
  for (const [name, pasted, kind] of table) {
    it(name, () => {
      const problem = problemOf(pasted)
      expect(problem.kind).toBe(kind)
      expect(problem.message).toMatch(/^[A-Z].{30,}[.]$/)
    })
  }

  it('an armour that inflates beyond the limit', () => {
    const bomb = encodePaste({ type: 'offer', sdp: `v=0\r\n${'a=x\r\n'.repeat(100_000)}` })
    expect(problemOf(bomb.compact).kind).toBe('damaged')
  })
})

describe('whatever is pasted', () => {
  it('never throws', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '"',
      '\\',
      'pathscope-offer:',
      '.',
      text.json,
      text.compact,
      '\n',
      'v=0\n',
    )
    const pasted = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 30 })
    fc.assert(
      fc.property(pasted, (parts) => {
        expect(['ok', 'problem']).toContain(decodePaste(parts.join('')).kind)
      }),
      { numRuns: 500 },
    )
  })

  it('takes time linear in its size', () => {
    for (const unit of [
      '{"',
      'pathscope-offer:',
      '{ "sdp',
      '&quot',
      'v=0\n',
      '<br ',
      '\\"',
      '{\\"',
      '\u201c>',
    ]) {
      const pasted = unit.repeat(Math.floor(262_000 / unit.length))
      const before = performance.now()
      decodePaste(pasted)
      expect(performance.now() - before).toBeLessThan(1500)
    }
  })

  it('survives the round trip through any description', () => {
    const description = fc.record({
      type: fc.constantFrom('offer' as const, 'answer' as const),
      sdp: fc
        .array(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 80 }), { maxLength: 40 })
        .map((rest) => `v=0\r\n${rest.map((line) => `a=${line.replace(/["'&<>]/g, '')}\r\n`).join('')}`),
    })
    fc.assert(
      fc.property(description, (given) => {
        const encoded = encodePaste(given)
        expect(decodePaste(encoded.json)).toEqual({ kind: 'ok', description: given })
        expect(decodePaste(`x ${encoded.compact} y`)).toEqual({ kind: 'ok', description: given })
      }),
    )
  })
})

describe('the scanner of typed input', () => {
  function feedAll(input: string, size: number): { kind: string; consumed: number } {
    const scanner = createPasteScanner()
    for (let at = 0; at < input.length; at += size) {
      const { kind } = scanner.feed(input.slice(at, at + size))
      if (kind !== 'more') return { kind, consumed: Math.min(at + size, input.length) }
    }
    return { kind: 'more', consumed: input.length }
  }

  it('is complete exactly at the closing brace or the last checksum letter, however it is cut', () => {
    for (const line of [text.json, text.compact]) {
      for (const size of [1, 7, 4096]) {
        expect(feedAll(`Alice: ${line}`, size).kind).toBe('complete')
      }
      expect(feedAll(line.slice(0, -1), 1).kind).toBe('more')
      expect(feedAll(wrap(line, 76, '\r'), 13).kind).toBe('complete')
    }
  })

  it('gives back a text that decodes', () => {
    const scanner = createPasteScanner()
    scanner.feed(`> ${text.json}`)
    expect(decodePaste(scanner.text())).toEqual({ kind: 'ok', description: offer })
  })

  it('lets a blank line end anything else', () => {
    expect(feedAll('hello\r', 1).kind).toBe('more')
    expect(feedAll('hello\r\r', 1).kind).toBe('complete')
    expect(feedAll('hello\r\n', 1).kind).toBe('more')
    expect(feedAll(`${text.json.slice(0, 300)}\r\r\r`, 50).kind).toBe('complete')
  })

  it('says how often Enter ends the text, and keeps to it', () => {
    for (const begun of ['hello', text.json.slice(0, 300), text.compact.slice(0, 40)]) {
      const scanner = createPasteScanner()
      const { enters } = scanner.feed(begun)
      expect(scanner.feed('\r'.repeat(enters - 1)).kind).toBe('more')
      expect(scanner.feed('\r').kind).toBe('complete')
    }
  })

  it('takes a text of line ends alone without looking back over it each time', () => {
    const startedMs = performance.now()
    expect(feedAll('\n'.repeat(300_000), 65_536).kind).toBe('too-long')
    expect(performance.now() - startedMs).toBeLessThan(5000)
  })

  it('takes a text of colons, each of which may begin an armour, without looking back over it each time', () => {
    const startedMs = performance.now()
    expect(feedAll(':'.repeat(300_000), 65_536).kind).toBe('too-long')
    expect(performance.now() - startedMs).toBeLessThan(5000)
  })

  it('stops at the limit', () => {
    expect(feedAll('x'.repeat(300_000), 65_536).kind).toBe('too-long')
  })
})

it('knows before any session whether a description can be used', () => {
  expect(descriptionProblem(offer)).toBeNull()
  const bare = sdp.replace(/a=candidate.*\r\n/g, '')
  expect(descriptionProblem({ type: 'offer', sdp: bare })?.kind).toBe('no-candidates')
})
