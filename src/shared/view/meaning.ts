/** What the numbers mean at the moment, in short true sentences with n behind each claim. */
import type { EngineSnapshot, Mode, PairSnapshot } from '../../engine'
import { allFirstArrivals } from './counts'
import { streamMeaning } from './stream-meaning'
import { formatCount, formatPercent, formatSpan, sharedLinkSentences, unreadSentence } from '../words'

/** A piece of a sentence; a `pair` piece is shown as that path's name in its colour. */
export type SentencePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'pair'; readonly pairId: number; readonly label: string }

export interface Sentence {
  readonly id: string
  readonly tone: 'plain' | 'warn' | 'bad'
  readonly parts: readonly SentencePart[]
}

/** Fewer records than this say nothing about who is first. */
const fewestFirstArrivals = 50

/** Sentences shown at once; the first ones matter most. */
const sentencesLimit = 9

const text = (value: string): SentencePart => ({ kind: 'text', text: value })
const name = (pair: PairSnapshot): SentencePart => ({ kind: 'pair', pairId: pair.id, label: pair.label })

function sentence(id: string, tone: Sentence['tone'], ...parts: SentencePart[]): Sentence {
  return { id, tone, parts }
}

export function meaningOf(snapshot: EngineSnapshot, emulated: boolean): readonly Sentence[] {
  const carrying = snapshot.pairs.filter((pair) => pair.carrying && pair.state === 'up')
  return [
    ...downSentences(snapshot),
    ...unreadSentences(snapshot),
    ...sharedLinkSentences(carrying).map((said, at) => sentence(`shared-link-${at}`, 'warn', text(said))),
    ...failureSentences(snapshot, carrying),
    ...streamSentences(snapshot),
    ...messageSentences(snapshot),
    ...(snapshot.peer.kind === 'stock' ? [stockSentence] : firstSentences(snapshot, carrying)),
    ...lossSentences(carrying),
    ...nominationSentences(snapshot),
    ...(emulated
      ? [sentence('emulated', 'plain', text('The paths are emulated: nothing left this machine.'))]
      : []),
  ].slice(0, sentencesLimit)
}

function streamSentences(snapshot: EngineSnapshot): Sentence[] {
  return streamMeaning(snapshot).map(({ id, tone, text: said, pair }) =>
    pair === null ? sentence(id, tone, text(said)) : sentence(id, tone, text(said), name(pair), text('.')),
  )
}

/** Who is first is no race there: a stock peer sends nothing twice. */
const stockSentence = sentence(
  'stock-peer',
  'plain',
  text(
    'The peer is another WebRTC program: it sends over one path, and loss and what it received stay unknown. Messages that it sends back are round trips of ours.',
  ),
)

function downSentences(snapshot: EngineSnapshot): Sentence[] {
  const down = snapshot.pairs.filter((pair) => pair.state === 'down')
  const first = down[0]
  if (first === undefined) return []
  if (down.length > 2)
    return [sentence('down', 'bad', text(`${down.length} pairs that worked are down now.`))]
  const since = formatSpan(Math.max(1000, snapshot.atMs - first.stateSinceMs))
  const others = down.slice(1).flatMap((pair) => [text(' and '), name(pair)])
  return [
    sentence(
      'down',
      'bad',
      name(first),
      ...others,
      text(down.length > 1 ? ' are down.' : ` has been down for ${since}.`),
    ),
  ]
}

/** Before all that is said of loss. */
function unreadSentences({ droppedUnread }: EngineSnapshot): Sentence[] {
  const said = unreadSentence(droppedUnread)
  return said === null ? [] : [sentence('dropped-unread', 'warn', text(said))]
}

function failureSentences(snapshot: EngineSnapshot, carrying: readonly PairSnapshot[]): Sentence[] {
  const only = carrying[0]
  if (only === undefined) {
    return snapshot.channel === 'open' ? [sentence('none', 'bad', text(standstillText(snapshot)))] : []
  }
  if (carrying.length === 1) {
    return [
      sentence(
        'single',
        'warn',
        text('Only '),
        name(only),
        text(' carries: when it fails, everything waits.'),
      ),
    ]
  }
  const shared = sharedEnd(carrying)
  if (shared !== null)
    return [sentence('shared', 'warn', text(`All ${carrying.length} carrying paths ${shared}.`))]
  const paths = streamPaths(snapshot) ?? carrying.length
  const said = withRests(snapshot, paths) ?? failureTexts[snapshot.mode](paths)
  return [
    sentence(snapshot.mode, 'plain', text(sendsBulk(snapshot) ? `${said}${bulkTexts[snapshot.mode]}` : said)),
  ]
}

/** Streams may have fewer paths than messages; null while we send none, or they have no choice. */
function streamPaths({ streams, pairs }: EngineSnapshot): number | null {
  if (!streams.some(({ direction, running }) => direction === 'sent' && running)) return null
  const carrying = pairs.filter((pair) => pair.carryingStreams && pair.state === 'up').length
  return carrying < 2 ? null : carrying
}

/** Where a path rests for a stream that we send, its packets go neither over all paths nor by the order alone; else null. */
function withRests({ mode, streams }: EngineSnapshot, paths: number): string | null {
  const isAny = streams.some(
    ({ direction, running, rests }) =>
      direction === 'sent' && running && rests.some(({ state }) => state === 'resting'),
  )
  if (!isAny) return null
  if (mode === 'redundant')
    return `Every packet goes over those of ${paths} live paths that do not rest for its stream.`
  return mode === 'backup'
    ? `Every packet goes over the first of ${paths} live paths in the order that does not rest for its stream; the others stand by for when it dies.`
    : null
}

/** What a mode makes of a path that fails, with so many that carry. */
const failureTexts: Readonly<Record<Mode, (paths: number) => string>> = {
  redundant: (paths) => `Every packet goes over ${paths} live paths: losing any one of them loses nothing.`,
  weighted: (paths) =>
    `Each packet goes over one of ${paths} live paths, by weight: what a dying path held is sent again.`,
  'lowest-latency': (paths) =>
    `Each packet goes over the fastest of ${paths} live paths: when that one dies, what it held is sent again.`,
  backup: (paths) =>
    `All packets go over the first of ${paths} live paths in the order; the others stand by for when it dies.`,
  single: () =>
    'All packets go over the path that a stock WebRTC peer would use: when it falls silent, that is noticed after 2.5 s.',
  adaptive: (paths) =>
    `Each packet goes over the fastest of ${paths} live paths, and over another one as well where it is at risk.`,
}

function sendsBulk({ streams }: EngineSnapshot): boolean {
  return streams.some(
    ({ direction, running, spec }) => direction === 'sent' && running && spec.kind === 'bulk',
  )
}

const bulkAlso = ' Bulk also goes wherever else there is room.'

/** What is otherwise, or follows, for `bulk`. */
const bulkTexts: Readonly<Record<Mode, string>> = {
  redundant: ' Bulk goes at the pace of the slowest.',
  weighted: ' Bulk goes where there is room.',
  'lowest-latency': bulkAlso,
  backup: '',
  single: '',
  adaptive: bulkAlso,
}

/** All is down, or all is taken out: for how long, and what can be done. */
function standstillText(snapshot: EngineSnapshot): string {
  const down = snapshot.pairs.filter((pair) => pair.state === 'down')
  if (snapshot.pairs.some((pair) => pair.state === 'up' && !pair.included))
    return 'No path carries anything: those that work are taken out. Tick one to go on.'
  if (down.length === 0) return 'No path carries anything at the moment.'
  const since = formatSpan(Math.max(1000, snapshot.atMs - Math.max(...down.map((pair) => pair.stateSinceMs))))
  const waits = snapshot.waitingUntilMs
  const limit = waits === null ? '' : `, for ${formatSpan(Math.max(0, waits - snapshot.atMs))} more`
  return `Nothing has come from the other side for ${since}. Every pair is still tried and comes back by itself${limit}; if the other window is closed, stop and start a new session.`
}

function sharedEnd(carrying: readonly PairSnapshot[]): string | null {
  const ends = (side: 'local' | 'remote'): string[] => [
    ...new Set(carrying.map((pair) => pair[side].interfaceName ?? pair[side].address)),
  ]
  const local = ends('local')
  if (local.length === 1) return `leave by ${local[0]}: when it fails, all fail`
  const remote = ends('remote')
  return remote.length === 1 ? `end at the peer's ${remote[0]}: when it fails, all fail` : null
}

function messageSentences(snapshot: EngineSnapshot): Sentence[] {
  const sent = snapshot.messages.find((stream) => stream.direction === 'sent')
  const got = snapshot.messages.find((stream) => stream.direction === 'received')
  const known = [sent, got].filter(
    (stream) => stream !== undefined && stream.missing !== null && stream.sent !== null,
  )
  // Of those under way nobody knows yet.
  const total = known.reduce((sum, stream) => sum + (stream?.received ?? 0) + (stream?.missing ?? 0), 0)
  const missing = known.reduce((sum, stream) => sum + (stream?.missing ?? 0), 0)
  const lines: Sentence[] = []
  if (total > 0) {
    lines.push(
      missing === 0
        ? sentence(
            'messages',
            'plain',
            text(`No message is missing, both ways together (n = ${formatCount(total)}).`),
          )
        : sentence(
            'messages',
            'bad',
            text(`${formatCount(missing)} of ${formatCount(total)} messages are missing.`),
          ),
    )
  }
  if (snapshot.sctpRetransmissions > 0) {
    const n = formatCount(snapshot.sctpRetransmissions)
    lines.push(
      sentence('sctp', 'warn', text(`The data channel sent ${n} chunks again: loss that shows as delay.`)),
    )
  }
  return lines
}

const resilience = ' resilience but hardly ever speed.'

function firstSentences(snapshot: EngineSnapshot, carrying: readonly PairSnapshot[]): Sentence[] {
  if (snapshot.mode !== 'redundant' || carrying.length < 2) return []
  const n = allFirstArrivals(snapshot)
  if (n < fewestFirstArrivals) return []
  const ordered = [...carrying].sort((a, b) => b.firstArrivals - a.firstArrivals)
  const fastest = ordered[0]
  if (fastest === undefined) return []
  const percent = Math.round((100 * fastest.firstArrivals) / n)
  const lines = [
    sentence(
      'first',
      'plain',
      name(fastest),
      text(` is first ${percent} % of the time (n = ${formatCount(n)}).`),
    ),
  ]
  const never = ordered.filter(
    (pair) => pair.firstArrivals / n < 0.01 && pair.duplicates >= fewestFirstArrivals,
  )
  const [slow, other] = never
  if (slow === undefined) return lines
  if (never.length > 2) {
    return [...lines, sentence('never-first', 'plain', text(`${never.length} of the paths add${resilience}`))]
  }
  const subject =
    other === undefined ? [name(slow), text(' adds')] : [name(slow), text(' and '), name(other), text(' add')]
  return [...lines, sentence('never-first', 'plain', ...subject, text(resilience))]
}

function lossSentences(carrying: readonly PairSnapshot[]): Sentence[] {
  const worst = [...carrying]
    .filter((pair) => (pair.lossSent.percent ?? 0) >= 0.1 && pair.lossSent.sent >= 100)
    .sort((a, b) => (b.lossSent.percent ?? 0) - (a.lossSent.percent ?? 0))[0]
  if (worst === undefined) return []
  const { sent, received, percent } = worst.lossSent
  const lost = Math.max(0, sent - received)
  return [
    sentence(
      'loss',
      'plain',
      name(worst),
      text(
        ` loses most: ${formatPercent(percent)} % towards the peer (${formatCount(lost)} of ${formatCount(sent)}).`,
      ),
    ),
  ]
}

function nominationSentences(snapshot: EngineSnapshot): Sentence[] {
  const { pairs, forgotten } = snapshot
  const prevented = pairs.reduce(
    (sum, pair) => sum + pair.nominationsPrevented,
    forgotten.nominationsPrevented,
  )
  const succeeded = snapshot.pairs.filter((pair) => pair.nominations.succeeded > 0)
  const nominated = succeeded[0]
  if (nominated !== undefined) {
    return [
      sentence(
        'nominated',
        'warn',
        name(nominated),
        text(' is nominated, because this peer needs one; the other pairs it tolerates still carry.'),
      ),
    ]
  }
  if (prevented === 0 || forgotten.nominationsSucceeded > 0) return []
  return [
    sentence(
      'prevented',
      'plain',
      text(`Nomination was prevented ${formatCount(prevented)} times and never happened.`),
    ),
  ]
}
