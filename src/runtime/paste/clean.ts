/**
 * Mail, chat and word processors change a text on its way. Everything here undoes a change that leaves no doubt; all of
 * it is one pass over the text.
 */

const entities: Readonly<Record<string, string>> = {
  quot: '"',
  '#34': '"',
  '#x22': '"',
  apos: "'",
  '#39': "'",
  '#x27': "'",
  amp: '&',
  '#38': '&',
  lt: '<',
  '#60': '<',
  gt: '>',
  '#62': '>',
  nbsp: ' ',
  '#160': ' ',
  '#10': '\n',
  '#13': '',
}

/** Invisible characters, as ranges: soft hyphen, joiners, zero-width ones, direction marks, variation selectors, BOM. */
const invisibleRanges = [
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x180e, 0x180e],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x2069],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
] as const

const invisible = new RegExp(
  `[${invisibleRanges.map(([from, to]) => `${String.fromCharCode(from)}-${String.fromCharCode(to)}`).join('')}]`,
  'g',
)

/** The text with plain quotes, spaces and line breaks. */
export function cleanText(text: string): string {
  return text
    .replace(/&(#?[0-9a-z]{1,6});/gi, (whole, name: string) => entities[name.toLowerCase()] ?? whole)
    .replace(/<br ?\/?>/gi, '\n')
    .replace(invisible, '')
    .replace(/[\u201c\u201d\u201e\u201f\u2033\u2036\u00ab\u00bb\uff02]/g, '"')
    .replace(/[\u2018\u2019\u201a\u201b\u2032\u2035]/g, "'")
    .replace(/[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\t]/g, ' ')
    .replace(/\r\n?|[\u0085\u2028\u2029\v\f]/g, '\n')
}

/** Stands for a line break that something inserted; a private-use character that no SDP holds. */
export const breakMark = '\ue000'

/** Line breaks (with the `> ` of a quoted mail after them) become marks. */
export function markBreaks(text: string): string {
  return text.replaceAll(breakMark, '').replace(/\n(?:>[> ]*)?/g, breakMark)
}

/** How whole SDP lines look that a wrap can fall into. Used only to choose between joining with and without a space. */
const wholeLine: readonly (readonly [RegExp, RegExp])[] = [
  [
    /^a=candidate:/,
    /^a=candidate:[\w+/]+ \d{1,5} \w+ \d{1,10} [\w.:-]+ \d{1,5} typ (?:host|srflx|prflx|relay)(?: [\w-]+ [^ ]+)*$/,
  ],
  [/^a=fingerprint:/, /^a=fingerprint:[\w-]+ [0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})+$/],
  [/^m=/, /^m=\w+ \d+ [\w/]+ [\w -]+$/],
  [/^c=/, /^c=IN IP[46] [0-9A-Fa-f.:]+$/],
  [/^o=/, /^o=[^ ]+ \d+ \d+ IN IP[46] [^ ]+$/],
  [/^t=/, /^t=\d+ \d+$/],
  [/^a=(?:ice-ufrag|ice-pwd|setup|mid|sctp-port|max-message-size|sctpmap):/, /^a=[^ ]+$/],
]

const wrapsTriedPerLine = 6

/**
 * One SDP line whose wraps are marked, joined again. A wrap at a space may have eaten it, a wrap inside a word has not:
 * the variant is taken that is a whole line of its kind; without any, wraps are simply removed.
 */
function joinLine(marked: string): string {
  const parts = marked.split(breakMark)
  const plain = parts.join('')
  const kind = wholeLine.find(([start]) => start.test(plain))
  if (kind === undefined || kind[1].test(plain) || parts.length > wrapsTriedPerLine + 1) return plain
  for (let choice = 1; choice < 1 << (parts.length - 1); choice += 1) {
    const joined = parts.reduce((line, part, at) => line + ((choice >> (at - 1)) & 1 ? ' ' : '') + part)
    if (kind[1].test(joined)) return joined
  }
  return plain
}

/** An SDP whose inserted breaks are marked, with lines ended by CRLF as RFC 8866 section 5 asks. */
export function joinSdp(marked: string): string {
  // Somebody printed the text instead of its JSON: then the breaks themselves end the lines.
  const lines = (marked.includes('\n') ? marked : marked.replaceAll(breakMark, '\n')).split(/\r\n|\n|\r/)
  return lines
    .map((line) => (line.includes(breakMark) ? joinLine(line) : line))
    .filter((line) => line !== '')
    .map((line) => `${line}\r\n`)
    .join('')
}
