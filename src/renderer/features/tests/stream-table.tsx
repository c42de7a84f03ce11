/** One row a stream, what runs first; each figure says in its heading what it is. */
import { type ReactNode, useRef } from 'react'
import { streamLimits, streamText } from '../../../shared/streams'
import type { StreamSnapshot, StreamSpec } from '../../../shared/view'
import {
  brokenText,
  formatCount,
  formatMbps,
  formatMs,
  formatPercent,
  formatSpan,
  tooNarrowText,
} from '../../../shared/words'
import { type Live, useStore } from '../../state'
import { Button, NumberField, StreamKey } from '../../ui'
import { useCoveredColumns } from './covered-columns'
import { RateField, SizeField } from './stream-picker'

interface Column {
  readonly name: string
  readonly head: string
  readonly title: string
  readonly cell: (stream: StreamSnapshot) => string
}

function column(name: string, head: string, title: string, cell: Column['cell']): Column {
  return { name, head, title, cell }
}

const columns: readonly Column[] = [
  column('sent', 'Sent', 'Packets made by the sender, copies not counted', ({ sent }) => formatCount(sent)),
  column('received', 'Received', 'Different packets received', ({ received }) => formatCount(received)),
  column('lost', 'Lost', 'Sent long enough ago and never received', lostText),
  column('goodput', 'Goodput\nMbit/s', 'Payload received, first to last arrival', ({ goodputBps }) =>
    formatMbps(goodputBps),
  ),
  column(
    'p50',
    'Latency over\nleast ms p50',
    'ms above the smallest one-way delay of the stream',
    ({ latencyMs }) => formatMs(latencyMs?.p50),
  ),
  column('p99', 'p99', 'ms above the smallest one-way delay of the stream', ({ latencyMs }) =>
    formatMs(latencyMs?.p99),
  ),
  column('p999', 'p99.9', 'The same, from 1000 packets on', ({ latencyMs }) => formatMs(latencyMs?.p999)),
  column('jitter', 'Jitter\nms', 'Interarrival jitter of RFC 3550, as it stands', ({ jitterMs }) =>
    formatMs(jitterMs),
  ),
  column('gap', 'Gap\nms', 'Longest time without a new packet', ({ deliveryGapMaxMs }) =>
    formatMs(deliveryGapMaxMs),
  ),
  column('gap-in-order', 'in order', 'The same, had packets been handed on in order only', (stream) =>
    formatMs(stream.inOrderGapMaxMs),
  ),
  column(
    'deadline',
    'Waits at\nmost ms',
    'The deadline: how long a packet waits for those before it; 0 hands each on at once, as it comes. Of what we send the peer says it',
    deadlineText,
  ),
  column(
    'held',
    'Held',
    'Packets that waited for earlier ones, had they been handed on in order, and the median of that wait',
    heldText,
  ),
  column('late', 'Late', 'Packets that came when the wait for them had been given up', ({ playout }) =>
    formatCount(playout?.late),
  ),
  column(
    'extent',
    'Extent',
    'How many packets before a reordered one the first of those came that it should have preceded (RFC 4737)',
    ({ playout }) => formatCount(playout?.reorderingExtentMax),
  ),
  column(
    'overhead',
    'Cost',
    'Bytes of all copies over those of the packets, since the stream began',
    ({ overheadFactor }) => (overheadFactor === null ? '' : `×${overheadFactor.toFixed(2)}`),
  ),
]

export function StreamTable(props: { readonly live: Live; readonly streams: readonly StreamSnapshot[] }) {
  const { live, streams } = props
  const scroller = useRef<HTMLDivElement>(null)
  const covered = useCoveredColumns(scroller)
  const ordered = [...streams].sort((a, b) => Number(b.running) - Number(a.running))
  return (
    <div ref={scroller} className="table-scroll streams-scroll">
      <table className="streams">
        <thead>
          <tr>
            <th scope="col" className="left">
              Stream
            </th>
            {columns.map(({ name, head, title }) => (
              <th
                key={name}
                scope="col"
                title={title}
                data-column={name}
                className={covered.has(name) ? 'covered' : ''}
              >
                {head}
              </th>
            ))}
            <th scope="col" className="stop" />
          </tr>
        </thead>
        <tbody>
          {ordered.map((stream) => (
            <Row key={`${stream.direction}-${stream.id}`} stream={stream} live={live} covered={covered} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row(props: {
  readonly stream: StreamSnapshot
  readonly live: Live
  readonly covered: ReadonlySet<string>
}) {
  const { stream, live, covered } = props
  const stop = useStore((store) => store.stopStream)
  const able = stream.running && live.view.ended === null
  return (
    <tr data-stream={`${stream.direction}-${stream.id}`} className={stream.running ? '' : 'excluded'}>
      <th scope="row" className="left">
        <span className="stream-name">
          <StreamKey stream={stream} />
          <span title={stream.direction === 'sent' ? 'to the peer' : 'from the peer'}>
            {stream.direction === 'sent' ? '↑' : '↓'}
          </span>
          <Spec stream={stream} able={able} />
          <State stream={stream} live={live} />
        </span>
      </th>
      {columns.map(({ name, cell }) => {
        if (name === 'deadline' && able && stream.direction === 'received' && stream.playout !== null)
          return (
            <Deadline
              key={name}
              stream={stream}
              deadlineMs={stream.playout.deadlineMs}
              covered={covered.has(name)}
            />
          )
        const text = cell(stream)
        const isLoss = name === 'lost' && (stream.lost ?? 0) > 0
        return (
          <td
            key={name}
            data-column={name}
            className={`${isLoss ? 'some' : ''}${covered.has(name) ? ' covered' : ''}`}
          >
            {text === '' ? <span className="none">–</span> : text}
          </td>
        )
      })}
      <td className="stop">
        {able && (
          <Button look="link" label={`Stop ${labelOf(stream)}`} onClick={() => void stop(stream)}>
            Stop
          </Button>
        )}
      </td>
    </tr>
  )
}

/** The one in force, to be changed while the stream runs. */
function Deadline(props: {
  readonly stream: StreamSnapshot
  readonly deadlineMs: number
  readonly covered: boolean
}) {
  const { stream, deadlineMs, covered } = props
  const set = useStore((store) => store.setDeadline)
  return (
    <td data-column="deadline" className={`deadline${covered ? ' covered' : ''}`}>
      <NumberField
        bare
        whole
        label={`Deadline of ${labelOf(stream)}`}
        unit="ms"
        min={0}
        max={streamLimits.deadlineMs}
        value={deadlineMs}
        onChange={(ms) => {
          if (ms !== deadlineMs) void set(stream, ms)
        }}
      />
      {deadlineMs === 0 && <span className="dim">at once</span>}
    </td>
  )
}

/** Its rate and size can be changed while it runs. */
function Spec({ stream, able }: { readonly stream: StreamSnapshot; readonly able: boolean }): ReactNode {
  const change = useStore((store) => store.changeStream)
  const { spec } = stream
  if (!able || spec.kind === 'voice' || spec.kind === 'bulk') return <b>{streamText(spec)}</b>
  const take = (next: StreamSpec): void => {
    if (streamText(next) !== streamText(spec)) void change(stream, next)
  }
  return (
    <>
      <b>{spec.kind}</b>
      <RateField
        value={spec.rateBps / 1e6}
        onChange={(mbps) => take({ ...spec, rateBps: Math.round(mbps * 1e6) })}
      />
      {spec.kind === 'cbr' && (
        <SizeField value={spec.sizeBytes} onChange={(sizeBytes) => take({ ...spec, sizeBytes })} />
      )}
    </>
  )
}

function labelOf({ spec, direction }: StreamSnapshot): string {
  return `${streamText(spec)} ${direction === 'sent' ? 'to' : 'from'} the peer`
}

function State({ stream, live }: { readonly stream: StreamSnapshot; readonly live: Live }) {
  const { broken, direction } = stream
  if (broken === null) {
    return (
      <>
        <span className="dim">{stateText(stream, live)}</span>
        <Rests stream={stream} />
      </>
    )
  }
  const why = brokenText(broken, direction)
  return (
    <span className="stream-broken" title={`${why[0]?.toUpperCase()}${why.slice(1)}.`}>
      stopped by the breaker: {formatPercent(broken.lostPercent)} % lost
    </span>
  )
}

/** The paths that it goes on without. */
function Rests({ stream }: { readonly stream: StreamSnapshot }): ReactNode {
  return stream.rests
    .filter(({ state }) => state === 'resting')
    .map((rest) => (
      <span
        key={rest.pairId}
        className="stream-rests"
        title={`${rest.label ?? 'A path'} is too narrow for it: ${tooNarrowText(rest)}.`}
      >
        {rest.label ?? 'a path'} rests: {formatPercent(rest.lostPercent)} % lost
      </span>
    ))
}

function stateText({ running, by, startedAtMs, stoppedAtMs }: StreamSnapshot, live: Live): string {
  const whose = by === 'us' ? 'here' : 'by the peer'
  const until = stoppedAtMs ?? live.view.snapshot?.atMs ?? startedAtMs
  const span = formatSpan(Math.max(1000, until - startedAtMs))
  return running ? `${span}, asked for ${whose}` : `ran ${span}, stopped ${whose}`
}

function deadlineText({ playout }: StreamSnapshot): string {
  if (playout === null) return ''
  return playout.deadlineMs === 0 ? '0, at once' : formatCount(Math.round(playout.deadlineMs))
}

function heldText({ playout }: StreamSnapshot): string {
  if (playout === null) return ''
  const hold = playout.holdMs === null ? '' : ` (${formatMs(playout.holdMs.p50)} ms)`
  return `${formatCount(playout.held)}${hold}`
}

function lostText({ lost, sent }: StreamSnapshot): string {
  if (lost === null) return ''
  return lost === 0 || sent === null || sent === 0
    ? formatCount(lost)
    : `${formatCount(lost)} (${formatPercent((100 * lost) / sent)} %)`
}
