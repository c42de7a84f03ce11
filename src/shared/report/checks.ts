/** Did the session do what it claims? Each check can fail; one that does not apply says why. */
import type { EngineSnapshot, MessageStreamSnapshot, Mode, PairSnapshot } from '../../engine'
import type { Recording } from '../recording'
import { pairTraffic } from '../streams'
import { formatCount } from '../words'
import type { CheckId, ReportCheck } from './schema'

interface Facts {
  readonly recording: Recording
  readonly last: EngineSnapshot
  readonly pairs: readonly PairSnapshot[]
  readonly isStock: boolean
  /** This side was to send messages. */
  readonly wanted: boolean
  readonly messages: readonly MessageStreamSnapshot[]
}

type Verdict = readonly [passed: boolean | null, detail: string]

const sum = <T>(values: readonly T[], read: (value: T) => number) =>
  values.reduce((total, value) => total + read(value), 0)
const n = formatCount
const labels = (pairs: readonly { readonly label: string }[]) => pairs.map(({ label }) => label).join(', ')

export function checksOf(recording: Recording): ReportCheck[] {
  const { last } = recording
  const ids = Object.keys(verdicts) as CheckId[]
  if (last === null) return ids.map((id) => ({ id, passed: null, detail: 'Nothing was measured.' }))
  const wanted = recording.header.request.settings.messages.enabled
  const facts: Facts = {
    recording,
    last,
    pairs: last.pairs,
    isStock: last.peer.kind === 'stock',
    wanted,
    messages: last.messages.filter(({ direction }) => wanted || direction === 'received'),
  }
  return ids.map((id) => {
    const [passed, detail] = last.pairs.length === 0 ? noPairs : verdicts[id](facts)
    return { id, passed, detail }
  })
}

const noPairs: Verdict = [null, 'There was no candidate pair.']

const verdicts: Readonly<Record<CheckId, (facts: Facts) => Verdict>> = {
  'pairs-active': pairsActive,
  'nominations-attempted': nominationsAttempted,
  'nominations-prevented': nominationsPrevented,
  'nominations-succeeded-none': nominationsSucceeded,
  'no-single-selected': noSingleSelected,
  'packets-on-several-paths': packetsOnSeveralPaths,
  'duplicates-dropped': duplicatesDropped,
  'messages-complete': messagesComplete,
  'messages-once': messagesOnce,
  'sctp-retransmissions-none': sctpRetransmissions,
}

function pairsActive({ recording }: Facts): Verdict {
  const active = recording.series.map(({ pairs }) => pairs.filter(({ state }) => state === 'up').length)
  const most = active.reduce((max, value) => Math.max(max, value), 0)
  return [most >= 2, `${n(most)} pairs were up at the same time.`]
}

function nominationsAttempted({ last, pairs, isStock }: Facts): Verdict {
  if (last.iceRole === 'controlling') {
    const attempted = sum(pairs, (pair) => pair.nominations.attempted)
    return [attempted > 0, `This side tried to nominate ${n(attempted)} times.`]
  }
  const received = sum(pairs, (pair) => pair.nominations.refusedByUs)
  if (isStock && received === 0) return [null, 'The peer, another WebRTC program, nominated nothing.']
  return [received > 0, `The peer tried to nominate ${n(received)} times.`]
}

function nominationsPrevented({ recording, pairs, isStock }: Facts): Verdict {
  if (!recording.header.request.settings.preventNomination) return [null, 'Prevention was switched off.']
  const total = sum(pairs, (pair) => pair.nominationsPrevented)
  if (isStock)
    return [
      null,
      `Another WebRTC program connects by a nomination: ${n(total)} were left without effect here.`,
    ]
  const connectedMs = connectedAtMs(recording)
  if (connectedMs === null) return [false, `${n(total)} prevented; the session never connected.`]
  const before = recording.series.filter(({ atMs }) => atMs <= connectedMs).at(-1)
  const atConnect = sum(before?.pairs ?? [], (pair) => pair.nominationsPrevented)
  const grown = total - atConnect
  return [total > 0 && grown > 0, `${n(total)} nominations prevented, ${n(grown)} of them after connecting.`]
}

function nominationsSucceeded({ pairs, isStock }: Facts): Verdict {
  const succeeded = sum(pairs, (pair) => pair.nominations.succeeded)
  if (isStock)
    return [null, `The peer is another WebRTC program, which needs one: ${n(succeeded)} succeeded.`]
  return [succeeded === 0, `${n(succeeded)} nominations succeeded.`]
}

/** Part of the records on one pair above which it carried alone. */
const aloneFrom = 0.99
/** Part of the connected samples in which one pair alone may carry while others are up (pairs come up one by one). */
const aloneSamples = 0.1
/** In these modes most or all packets go over one path, by intention. */
const preferringModes: readonly Mode[] = ['lowest-latency', 'backup', 'single', 'adaptive']

function noSingleSelected({ recording, pairs, last }: Facts): Verdict {
  if (preferringModes.includes(last.mode)) return [null, 'In this mode packets prefer one path.']
  const points = recording.series
    .map((point) => point.pairs.filter(({ state, included }) => state === 'up' && included))
    .filter((up) => up.length >= 2)
  if (points.length === 0) return [false, 'There were never two pairs up to choose from.']
  const alone = points.filter((up) => up.filter(({ carrying }) => carrying).length === 1).length
  const all = sum(pairs, (pair) => pairTraffic(pair).sent.packets)
  const busiest = Math.max(0, ...pairs.map((pair) => pairTraffic(pair).sent.packets))
  if (all === 0) return [false, 'Nothing was sent over any pair.']
  const detail = `One pair alone carried in ${n(alone)} of ${n(points.length)} samples with several up; the busiest one had ${((100 * busiest) / all).toFixed(0)} % of the packets.`
  return [alone <= points.length * aloneSamples && busiest / all < aloneFrom, detail]
}

function packetsOnSeveralPaths({ pairs, isStock, last }: Facts): Verdict {
  const here = pairs.filter((pair) => pairTraffic(pair).received.packets > 0)
  const there = pairs.filter((pair) => (pair.peerFirstArrivals ?? 0) + (pair.peerDuplicates ?? 0) > 0)
  const named = here.length === 0 ? '' : ` (${labels(here)})`
  const counted = `Received here over ${n(here.length)} pairs${named}`
  if (isStock) return [null, `${counted}; the peer does not say what it received.`]
  const prefers =
    preferringModes.includes(last.mode) || (last.peerMode !== null && preferringModes.includes(last.peerMode))
  if (prefers) return [null, `${counted}; a mode in use prefers one path.`]
  return [
    here.length >= 2 && there.length >= 2,
    `${counted}; the peer says that it received over ${n(there.length)}.`,
  ]
}

function duplicatesDropped({ last, isStock }: Facts): Verdict {
  const dropped = last.duplicatesDropped
  // What is dropped here are the copies that the peer sends, in its own mode.
  if (!isStock && last.peerMode !== 'redundant')
    return [null, `The peer sends copies of every packet in redundant mode only (${n(dropped)} dropped).`]
  if (isStock) return [null, `The peer sends no copies (${n(dropped)} dropped).`]
  return [dropped > 0, `${n(dropped)} copies dropped because another copy had come first.`]
}

const side = ({ direction }: MessageStreamSnapshot) =>
  direction === 'sent' ? 'sent' : 'received from the peer'

function messagesComplete({ messages, wanted }: Facts): Verdict {
  const known = messages.filter(({ missing, sent }) => missing !== null && sent !== null)
  if (messages.length === 0) return [null, 'No messages were sent.']
  if (known.length === 0) return [null, 'The counts of the two sides were never compared.']
  const missing = sum(known, (stream) => stream.missing ?? 0)
  const said = known.map((stream) => `${n(stream.missing)} of ${n(stream.sent)} ${side(stream)}`).join(', ')
  if (sum(known, (stream) => stream.sent ?? 0) === 0)
    return wanted ? [false, 'No message was sent.'] : [null, 'No messages were asked for, and none was sent.']
  return [missing === 0, `Messages missing: ${said}.`]
}

function messagesOnce({ messages }: Facts): Verdict {
  const known = messages.filter(({ duplicated, received }) => duplicated !== null && (received ?? 0) > 0)
  if (known.length === 0) return [null, 'No message was received.']
  const twice = sum(known, (stream) => stream.duplicated ?? 0)
  return [
    twice === 0,
    `${n(twice)} of ${n(sum(known, (stream) => stream.received ?? 0))} messages delivered twice.`,
  ]
}

function sctpRetransmissions({ last, recording }: Facts): Verdict {
  const total = last.sctpRetransmissions
  if (last.mode !== 'redundant') return [null, `Asked of the redundant mode only (${n(total)} sent again).`]
  const opened = recording.events.some((event) => event.kind === 'channel-state' && event.state === 'open')
  if (!opened) return [null, 'The data channel never opened.']
  return [total === 0, `${n(total)} SCTP chunks were sent again.`]
}

/** When ICE first said connected, engine ms. */
export function connectedAtMs({ events }: Recording): number | null {
  const event = events.find((candidate) => candidate.kind === 'ice-state' && candidate.state === 'connected')
  return event?.atMs ?? null
}
