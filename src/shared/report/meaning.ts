/** What a colleague would say about the session, with n behind each claim. */
import { formatCount, formatFactor, formatMs, formatPercent, formatSpan } from '../words'
import { streamName } from './facts'
import type { Report, ReportPair } from './schema'

const firstsNeeded = 20

/** Sentences in plain text, most important first; never empty. */
export function meaningOf(report: Report): readonly string[] {
  const sentences = [
    ...connection(report),
    ...delivery(report),
    ...outages(report),
    ...speed(report),
    ...spread(report),
    ...cost(report),
  ]
  return sentences.length > 0 ? sentences : ['Nothing was measured in this session.']
}

const live = ({ pairs }: Report) => pairs.filter(({ inUse }) => inUse)

function connection(report: Report): readonly string[] {
  const { session, pairs } = report
  if (session.connectedAfterSeconds === null) {
    const checked = pairs.filter(({ stats }) => stats.requestsSent > 0).length
    return [
      `The two sides never connected: ${formatCount(checked)} of ${formatCount(pairs.length)} pairs were checked for ${formatSpan(session.durationSeconds * 1000)} and none worked.`,
    ]
  }
  const worked = pairs.filter(({ state }) => state === 'up' || state === 'down').length
  const kind = session.emulated ? ' All paths were emulated on one machine.' : ''
  return [
    `${formatCount(worked)} of ${formatCount(pairs.length)} pairs worked and ${formatCount(live(report).length)} carried traffic, for ${formatSpan(session.durationSeconds * 1000)}.${kind}`,
  ]
}

function delivery({ streams }: Report): readonly string[] {
  return streams.flatMap((stream) => {
    const { kind, direction, sent, lost, lostPercent, deliveredTwice, deliveryGapMaxMs } = stream
    if (sent === null || sent === 0 || lost === null) return []
    const [one, several] =
      kind === 'messages'
        ? ['message', 'messages']
        : [`packet of ${streamName(stream)}`, `packets of ${streamName(stream)}`]
    const way = direction === 'sent' ? 'to the peer' : 'from the peer'
    const missing =
      lost === 0
        ? `Every ${one} ${way} arrived (n = ${formatCount(sent)})`
        : `${formatCount(lost)} ${several} ${way} are missing (${formatPercent(lostPercent)} %, n = ${formatCount(sent)})`
    const twice =
      deliveredTwice !== null && deliveredTwice > 0 ? `, ${formatCount(deliveredTwice)} arrived twice` : ''
    const gap =
      deliveryGapMaxMs === null ? '' : `; the longest wait for a new one was ${formatSpan(deliveryGapMaxMs)}`
    return [`${missing}${twice}${gap}.`]
  })
}

function outages(report: Report): readonly string[] {
  const down = report.pairs.filter(({ measured }) => measured.timesDown > 0)
  if (down.length === 0 || report.streams.length === 0) return []
  const worst = down.reduce((a, b) => (b.measured.downSeconds > a.measured.downSeconds ? b : a))
  const others = down.length === 1 ? '' : ` ${formatCount(down.length - 1)} more pairs went down too.`
  const known = report.streams.filter(({ lost }) => lost !== null)
  const isWhole = known.length > 0 && known.every(({ lost }) => lost === 0)
  const what = report.streams.every(({ kind }) => kind === 'messages') ? 'no message was' : 'nothing was'
  const cost = isWhole ? `, and ${what} lost by it` : ''
  return [
    `${worst.label} was down for ${formatSpan(worst.measured.downSeconds * 1000)} in all (n = ${formatCount(worst.measured.timesDown)})${cost}.${others}`,
  ]
}

function speed(report: Report): readonly string[] {
  const known = live(report).flatMap((pair) =>
    pair.measured.rttMs === null ? [] : [{ pair, rtt: pair.measured.rttMs }],
  )
  if (known.length < 2) return []
  const ordered = [...known].sort((a, b) => a.rtt.p50 - b.rtt.p50)
  const [fastest, slowest] = [ordered[0], ordered.at(-1)]
  if (fastest === undefined || slowest === undefined) return []
  return [
    `${fastest.pair.label} has the shortest round trip, ${formatMs(fastest.rtt.p50)} ms in the median (n = ${formatCount(fastest.rtt.n)}); ${slowest.pair.label} the longest, ${formatMs(slowest.rtt.p50)} ms (n = ${formatCount(slowest.rtt.n)}).`,
  ]
}

function spread(report: Report): readonly string[] {
  return report.session.mode === 'weighted' ? weights(report) : firsts(report)
}

function firsts(report: Report): readonly string[] {
  // A stock peer sends nothing twice, so nothing comes first.
  if (report.config.negotiated.peerKind === 'stock') return []
  const pairs = live(report)
  const all = pairs.reduce((sum, { measured }) => sum + measured.firstArrivals, 0)
  if (all < firstsNeeded || pairs.length < 2) return []
  const best = pairs.reduce((a, b) => (b.measured.firstArrivals > a.measured.firstArrivals ? b : a))
  const share = ((100 * best.measured.firstArrivals) / all).toFixed(0)
  const never = pairs.filter(
    ({ measured }) => measured.firstArrivals === 0 && measured.duplicates >= firstsNeeded,
  )
  const slow =
    never.length === 0
      ? []
      : [
          `${listed(never)} added resilience but never speed: no packet came over ${never.length === 1 ? 'it' : 'them'} first.`,
        ]
  return [
    `${best.label} was first for ${share} % of the packets that arrived here (n = ${formatCount(all)}).`,
    ...slow,
  ]
}

/** Difference of shares below which nobody would call it uneven. */
const evenWithin = 0.02

function weights(report: Report): readonly string[] {
  const pairs = live(report).filter(({ measured }) => measured.sharePackets !== null)
  if (pairs.length < 2) return []
  const packets = pairs.reduce((sum, { stats }) => sum + stats.packetsSent, 0)
  const most = pairs.reduce((a, b) =>
    (b.measured.sharePackets ?? 0) > (a.measured.sharePackets ?? 0) ? b : a,
  )
  const least = pairs.reduce((a, b) =>
    (b.measured.sharePackets ?? 0) < (a.measured.sharePackets ?? 0) ? b : a,
  )
  const isBulk = ({ kind, direction }: Report['streams'][number]) => kind === 'bulk' && direction === 'sent'
  const by = report.streams.some(isBulk) ? 'By weight, and bulk by room' : 'By weight'
  const part = (pair: ReportPair) => ((pair.measured.sharePackets ?? 0) * 100).toFixed(0)
  if ((most.measured.sharePackets ?? 0) - (least.measured.sharePackets ?? 0) < evenWithin) {
    return [`${by}, the paths carried about the same (n = ${formatCount(packets)} packets sent).`]
  }
  return [
    `${by}, ${most.label} carried most (${part(most)} % of the packets sent) and ${least.label} least (${part(least)} %; n = ${formatCount(packets)}).`,
  ]
}

function cost({ totals, session }: Report): readonly string[] {
  if (totals.overheadFactor === null || session.mode !== 'redundant') return []
  const copies =
    totals.duplicatesDropped === null
      ? ''
      : `; ${formatCount(totals.duplicatesDropped)} copies were dropped here`
  return [`The price of redundancy was ${formatFactor(totals.overheadFactor)} the bytes needed${copies}.`]
}

const namedAtMost = 3

function listed(pairs: readonly ReportPair[]): string {
  const named = pairs.slice(0, namedAtMost).map(({ label }) => label)
  const rest = pairs.length - named.length
  return rest > 0 ? `${named.join(', ')} and ${rest} more` : named.join(', ')
}
