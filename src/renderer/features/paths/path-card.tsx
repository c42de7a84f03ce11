/** One path: its key, its name, the number that matters, and what stands behind it. */
import { firstShare, type PairSnapshot } from '../../../shared/view'
import {
  egressSentence,
  formatMs,
  formatPercent,
  formatShare,
  formatSpan,
  interfaceKindWords,
  pairStateHealth,
  pairStateWords,
  reasonText,
  switchWords,
} from '../../../shared/words'
import { type Live, useStore } from '../../state'
import { formatRate, formatRates } from '../../history'
import { Health, PathKey, Quantity } from '../../ui'
import { Sparkline } from './sparkline'
import { IncludeBox } from './include-box'
import { PathControls } from './path-controls'

export function PathCard({ pair, live }: { readonly pair: PairSnapshot; readonly live: Live }) {
  const selected = useStore((store) => store.selectedPair === pair.id)
  const select = useStore((store) => store.selectPair)
  return (
    <li className={selected ? 'path selected' : 'path'}>
      <button
        type="button"
        className="path-select"
        aria-pressed={selected}
        aria-label={`Highlight ${pair.label}`}
        onClick={() => select(pair.id)}
      />
      <PathKey pairId={pair.id} />
      <b className="name" title={pair.label}>
        {pair.label}
      </b>
      <span className="value">
        <span className="big">{formatMs(pair.state === 'up' ? shownRtt(pair) : null) || '–'}</span>
        <span className="unit">ms</span>
      </span>
      <span className="faint detail ellipsis" title={detailOf(pair)}>
        {detailOf(pair)}
      </span>
      <span className="value dim">
        <Health tone={pairStateHealth[pair.state]}>{stateText(pair, live)}</Health>
      </span>
      {pair.egress.verified === false && (
        <span className="wrong-link" title={egressSentence(pair.egress, pair.local.interfaceName)}>
          <Health tone="warn">
            leaves by {pair.egress.interfaceName}, not by {pair.local.interfaceName}
          </Health>
        </span>
      )}
      <Sparkline pairId={pair.id} live={live} />
      <PathFigures pair={pair} live={live} />
      <CapacityFigures pair={pair} />
      <PathReason pair={pair} live={live} whole={selected} />
      {selected && <PathControls pair={pair} live={live} />}
      <span className="include">
        <IncludeBox pair={pair} disabled={live.view.ended !== null} />
      </span>
    </li>
  )
}

/** Why it has its part of what is sent. */
function PathReason(props: { readonly pair: PairSnapshot; readonly live: Live; readonly whole: boolean }) {
  const { pair, live, whole } = props
  const { snapshot, ended } = live.view
  const told = snapshot?.spreading.reasons.find(({ pairId }) => pairId === pair.id)
  if (snapshot === null || told === undefined || ended !== null) return null
  const text = reasonText(told.reason, pair.share)
  if (!whole)
    return (
      <span className="reason faint ellipsis" title={text}>
        {text}
      </span>
    )
  const { lastSwitch } = snapshot.spreading
  return (
    <span className="reason dim">
      {text}
      {lastSwitch !== null && (lastSwitch.toId === pair.id || lastSwitch.fromId === pair.id) && (
        <>
          {' '}
          {lastSwitch.toId === pair.id ? 'Traffic came here ' : 'Traffic left it '}
          {formatSpan(Math.max(1000, snapshot.atMs - lastSwitch.atMs))} ago: {switchWords[lastSwitch.reason]}.
        </>
      )}
    </span>
  )
}

function PathFigures({ pair, live }: { readonly pair: PairSnapshot; readonly live: Live }) {
  const rates = live.history.rates(pair.id)
  const first = live.view.snapshot === null ? null : firstShare(pair, live.view.snapshot)
  const up = pair.state === 'up'
  return (
    <span className="figures">
      <span>
        p95{' '}
        <i>
          <Quantity value={formatMs(pair.rttMs?.p95)} />
        </i>
      </span>
      <span>
        loss{' '}
        <i>
          <Quantity value={formatPercent(pair.lossSent.percent)} unit="%" />
        </i>
      </span>
      <i>{formatRates(up ? (rates?.sentBps ?? null) : null, up ? (rates?.receivedBps ?? null) : null)}</i>
      <span>
        first{' '}
        <i>
          <Quantity value={formatShare(first)} unit="%" />
        </i>
      </span>
    </span>
  )
}

/** Towards the peer, by its word on the packets of streams; there is none before a stream went over the path. */
function CapacityFigures({ pair: { capacity, state } }: { readonly pair: PairSnapshot }) {
  if (capacity === null || state !== 'up') return null
  const { capacityBps, deliveryRateBps, queueMs } = capacity
  return (
    <span className="figures" title="Towards the peer, by its word on the packets of streams">
      <span>
        carries{' '}
        <i>
          <Quantity value={formatRate(capacityBps)} />
        </i>
      </span>
      <span>
        delivers{' '}
        <i>
          <Quantity value={formatRate(deliveryRateBps)} />
        </i>
      </span>
      <span>
        queue{' '}
        <i>
          <Quantity value={formatMs(queueMs)} unit="ms" />
        </i>
      </span>
    </span>
  )
}

/** The median of the last interval jumps; the smoothed time says where the path is. */
function shownRtt(pair: PairSnapshot): number | null {
  return pair.rttMs?.smoothed ?? null
}

function detailOf(pair: PairSnapshot): string {
  const kind = pair.local.interfaceKind
  const words = kind === null || kind === 'unknown' ? '' : `${interfaceKindWords[kind]} · `
  const pinned = pair.pinned ? 'pinned · ' : ''
  const cap = pair.capBps === null ? '' : `max ${formatRate(pair.capBps)} · `
  return `${pinned}${cap}${words}${pair.remote.type} · ${pair.remote.address}`
}

function stateText(pair: PairSnapshot, live: Live): string {
  const word = pairStateWords[pair.state]
  if (pair.state !== 'down') return word
  return `${word} ${formatSpan(Math.max(1000, (live.view.snapshot?.atMs ?? 0) - pair.stateSinceMs))}`
}
