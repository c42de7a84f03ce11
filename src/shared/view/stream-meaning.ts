/** What test streams show, in short true sentences. */
import type { EngineSnapshot, PairSnapshot, StreamSnapshot } from '../../engine'
import { streamText } from '../streams'
import {
  brokenText,
  formatCount,
  formatMbps,
  formatMs,
  formatShare,
  formatSpan,
  tooNarrowText,
} from '../words'

export interface StreamSentence {
  readonly id: string
  readonly tone: 'plain' | 'warn' | 'bad'
  readonly text: string
  /** Told at the end of the sentence. */
  readonly pair: PairSnapshot | null
}

/** Streams spoken of; the panel of tests has all. */
const streamsLimit = 3

/** Fewer packets than this say nothing about a stream. */
const fewestPackets = 50

/** Paths that brought less than this part of a stream do not make it one of several paths. */
const leastPart = 0.05

export function streamMeaning(snapshot: EngineSnapshot): readonly StreamSentence[] {
  return [...brokenSentence(snapshot), ...runningSentences(snapshot)]
}

/** The one that was stopped last. */
function brokenSentence({ streams }: EngineSnapshot): StreamSentence[] {
  const all = streams.filter(({ broken }) => broken !== null)
  all.sort((a, b) => (b.stoppedAtMs ?? 0) - (a.stoppedAtMs ?? 0))
  const [last] = all
  if (last === undefined || last.broken === null) return []
  const text = `${nameOf(last)} was ${brokenText(last.broken, last.direction)}.`
  return [{ id: `broken-${last.direction}-${last.id}`, tone: 'bad', text, pair: null }]
}

function runningSentences(snapshot: EngineSnapshot): readonly StreamSentence[] {
  return snapshot.streams
    .filter((stream) => stream.running && (stream.received ?? 0) >= fewestPackets)
    .slice(0, streamsLimit)
    .flatMap((stream) => [
      deliverySentence(stream),
      ...restSentence(stream),
      ...bondingSentence(stream, snapshot),
      ...overheadSentence(stream),
    ])
}

const nameOf = ({ spec, direction }: StreamSnapshot): string =>
  `${streamText(spec)} ${direction === 'sent' ? 'to' : 'from'} the peer`

function deliverySentence(stream: StreamSnapshot): StreamSentence {
  const lost = stream.lost ?? 0
  const n = (stream.received ?? 0) + lost
  const loses =
    lost === 0
      ? `nothing is lost (n = ${formatCount(n)})`
      : `${formatCount(lost)} of ${formatCount(n)} are lost`
  return {
    id: `stream-${stream.direction}-${stream.id}`,
    tone: lost === 0 ? 'plain' : 'warn',
    text: `${nameOf(stream)}: ${loses}${gapText(stream)}.`,
    pair: null,
  }
}

/** Of the paths that it goes on without. */
function restSentence({ rests, direction, id, spec }: StreamSnapshot): StreamSentence[] {
  return rests
    .filter(({ state }) => state === 'resting')
    .map((rest) => ({
      id: `rest-${direction}-${id}-${rest.pairId}`,
      tone: 'warn',
      text: `${rest.label ?? 'A path'} rests for ${streamText(spec)}, which the others carry: ${tooNarrowText(rest)}.`,
      pair: null,
    }))
}

function gapText({ deliveryGapMaxMs, inOrderGapMaxMs }: StreamSnapshot): string {
  if (deliveryGapMaxMs === null) return ''
  const inOrder = inOrderGapMaxMs === null ? '' : `, ${formatSpan(inOrderGapMaxMs)} in order`
  return `; the longest gap was ${deliveryGapMaxMs < 100 ? `${formatMs(deliveryGapMaxMs)} ms` : formatSpan(deliveryGapMaxMs)}${inOrder}`
}

/** By first arrivals, so that copies do not count. What the best path would have brought alone is not known. */
function bondingSentence(stream: StreamSnapshot, { pairs }: EngineSnapshot): StreamSentence[] {
  // Also over pairs that are forgotten by now.
  const firsts = stream.direction === 'received' ? (stream.received ?? 0) : 0
  if (stream.goodputBps === null || firsts === 0) return []
  const parts = stream.paths
    .map((path) => ({ pairId: path.pairId, part: (path.firstArrivals ?? 0) / firsts }))
    .filter(({ part }) => part >= leastPart)
    .sort((a, b) => b.part - a.part)
  const [most] = parts
  const pair = pairs.find(({ id }) => id === most?.pairId)
  if (most === undefined || pair === undefined || parts.length < 2) return []
  return [
    {
      id: `bonding-${stream.id}`,
      tone: 'plain',
      text: `Of its ${formatMbps(stream.goodputBps)} Mbit/s, brought by ${parts.length} paths, ${formatShare(most.part)} % came first over `,
      pair,
    },
  ]
}

function overheadSentence({ overheadFactor, direction, id, spec }: StreamSnapshot): StreamSentence[] {
  if (overheadFactor === null || overheadFactor < 1.01) return []
  const percent = Math.round(100 * (overheadFactor - 1))
  return [
    {
      id: `overhead-${direction}-${id}`,
      tone: 'plain',
      text: `So far copies of ${streamText(spec)} have cost ${percent} % more than its own bytes.`,
      pair: null,
    },
  ]
}
