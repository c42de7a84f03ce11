/** SDP as lines (RFC 8866 section 5), before anybody asks what they mean. */

export interface Section {
  /** Values of attributes in order; '' for one without a value. */
  readonly attributes: ReadonlyMap<string, readonly string[]>
}

export interface MediaSection extends Section {
  readonly index: number
  readonly media: string
  readonly port: number
  readonly proto: string
  readonly formats: string
  readonly mid: string | null
}

export interface Sections {
  readonly session: Section
  readonly media: readonly MediaSection[]
}

const maxMediaSections = 64
const token = /^[\x21\x23-\x27*+\-.0-9A-Z^-~]+$/
const maxMidChars = 64

/** The parts of an SDP text, or why it is none. Takes CRLF, LF and CR, and spaces at the end of a line. */
export function splitSections(sdp: string): Sections | { readonly malformed: string } {
  const lines = sdp.split(/\r\n|\n|\r/)
  const session: OpenSection = new Map()
  const media: { line: string; attributes: OpenSection }[] = []
  let first = true
  for (const [i, raw] of lines.entries()) {
    const line = raw.trimEnd()
    if (line === '') continue
    if (!/^[a-z]=/.test(line)) return { malformed: `line ${i + 1} is not of the form "x=…"` }
    if (first && line !== 'v=0') return { malformed: 'it does not begin with "v=0"' }
    first = false
    if (line.startsWith('m=')) media.push({ line: line.slice(2), attributes: new Map() })
    else if (line.startsWith('a=')) addAttribute(media.at(-1)?.attributes ?? session, line.slice(2))
  }
  if (first) return { malformed: 'it is empty' }
  if (media.length > maxMediaSections)
    return { malformed: `it has more than ${maxMediaSections} media sections` }
  const sections: MediaSection[] = []
  for (const [index, { line, attributes }] of media.entries()) {
    const section = readMediaSection(index, line, attributes)
    if (!section) return { malformed: `its media section ${index + 1} is malformed` }
    sections.push(section)
  }
  return { session: { attributes: session }, media: sections }
}

type OpenSection = Map<string, string[]>

function addAttribute(section: OpenSection, text: string): void {
  const colon = text.indexOf(':')
  const name = colon < 0 ? text : text.slice(0, colon)
  const value = colon < 0 ? '' : text.slice(colon + 1).trim()
  const values = section.get(name)
  if (values) values.push(value)
  else section.set(name, [value])
}

function readMediaSection(index: number, line: string, attributes: OpenSection): MediaSection | undefined {
  const match = /^(\S+) +(\d{1,5})(?:\/\d{1,5})? +(\S+) +(\S.*)$/.exec(line)
  if (!match) return undefined
  const [, media = '', port = '', proto = '', formats = ''] = match
  // These come back in our answer, so nothing odd may stand in them.
  const words = [media, ...proto.split('/'), ...formats.split(/ +/)]
  if (!words.every((word) => token.test(word)) || Number(port) > 65_535) return undefined
  const mid = attributes.get('mid')?.[0] ?? null
  if (mid !== null && (mid.length > maxMidChars || !token.test(mid))) return undefined
  return { attributes, index, media, port: Number(port), proto, formats: formats.split(/ +/).join(' '), mid }
}

/** The first value of an attribute. */
export function firstValue(section: Section | undefined, name: string): string | undefined {
  return section?.attributes.get(name)?.[0]
}

export function allValues(section: Section | undefined, name: string): readonly string[] {
  return section?.attributes.get(name) ?? []
}
