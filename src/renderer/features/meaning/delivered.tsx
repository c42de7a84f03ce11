/** Test messages in both directions, counted at both ends, and the records that carry them. */
import type { MessageStreamSnapshot, RecordsSnapshot } from '../../../shared/view'
import { formatCount, formatMs, formatPercent } from '../../../shared/words'
import type { Live } from '../../state'
import { Quantity } from '../../ui'

export function Delivered({ live }: { readonly live: Live }) {
  const { snapshot } = live.view
  const sent = snapshot?.messages.find((stream) => stream.direction === 'sent')
  const received = snapshot?.messages.find((stream) => stream.direction === 'received')
  if (snapshot === null || (sent === undefined && received === undefined)) {
    return <p className="dim">No messages yet.</p>
  }
  return (
    <table className="delivered">
      <thead>
        <tr>
          <th scope="col">messages</th>
          <th scope="col">to peer</th>
          <th scope="col">from peer</th>
        </tr>
      </thead>
      <tbody>
        <Line name="sent" of={(stream) => formatCount(stream?.sent)} sent={sent} received={received} />
        <Line name="arrived" of={(stream) => formatCount(stream?.received)} sent={sent} received={received} />
        <Line name="missing" of={missingText} sent={sent} received={received} />
        <Line
          name="doubled"
          of={(stream) => formatCount(stream?.duplicated)}
          sent={sent}
          received={received}
        />
        <Line
          name="reordered"
          of={(stream) => formatCount(stream?.reordered)}
          sent={sent}
          received={received}
        />
        <Line
          name="round trip p50"
          of={(stream) => withUnit(formatMs(stream?.roundTripMs?.p50), 'ms')}
          sent={sent}
          received={received}
        />
        <Line
          name="longest gap"
          of={(stream) => withUnit(formatMs(stream?.deliveryGapMaxMs), 'ms')}
          sent={sent}
          received={received}
        />
        <tr title="Of records and of packets of streams">
          <th scope="row">copies dropped</th>
          <td />
          <td>
            <Quantity value={formatCount(snapshot.duplicatesDropped)} />
          </td>
        </tr>
        <tr>
          <th scope="row">sent again by SCTP</th>
          <td>
            <Quantity value={formatCount(snapshot.sctpRetransmissions)} />
          </td>
          <td />
        </tr>
        {snapshot.records !== null && <Records records={snapshot.records} />}
      </tbody>
    </table>
  )
}

function Line(props: {
  readonly name: string
  readonly of: (stream: MessageStreamSnapshot | undefined) => string
  readonly sent: MessageStreamSnapshot | undefined
  readonly received: MessageStreamSnapshot | undefined
}) {
  const { name, of, sent, received } = props
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <Quantity value={of(sent)} />
      </td>
      <td>
        <Quantity value={of(received)} />
      </td>
    </tr>
  )
}

/** Of what came here alone. */
function Records({ records }: { readonly records: RecordsSnapshot }) {
  return recordLines.map(({ name, title, of }) => (
    <tr key={name} title={title}>
      <th scope="row">{name}</th>
      {/* Of one side only: it may take the room of both. */}
      <td colSpan={2}>
        <Quantity value={of(records)} />
      </td>
    </tr>
  ))
}

const recordLines: readonly {
  readonly name: string
  readonly title: string
  readonly of: (records: RecordsSnapshot) => string
}[] = [
  {
    name: 'records',
    title: 'Records of the secure session that arrived, each once: they carry the messages',
    of: ({ received }) => formatCount(received),
  },
  {
    name: 'records reordered',
    title: 'Records that came after one of a higher number',
    of: ({ reordered }) => formatCount(reordered),
  },
  {
    name: 'extent',
    title:
      'How many records before a reordered one the first of those came that it should have preceded (RFC 4737)',
    of: ({ reorderingExtentMax }) => formatCount(reorderingExtentMax),
  },
  {
    name: 'records held',
    title: 'Records that waited for earlier ones, and the median of that wait',
    of: ({ held, holdMs }) => `${formatCount(held)}${holdMs === null ? '' : ` (${formatMs(holdMs.p50)} ms)`}`,
  },
  {
    name: 'gaps given up',
    title: 'Times that the wait for missing records was given up',
    of: ({ gapsGivenUp }) => formatCount(gapsGivenUp),
  },
]

const withUnit = (value: string, unit: string): string => (value === '' ? '' : `${value} ${unit}`)

function missingText(stream: MessageStreamSnapshot | undefined): string {
  if (stream?.missing === null || stream?.missing === undefined) return ''
  if (stream.sent === null || stream.sent === 0) return formatCount(stream.missing)
  return `${formatCount(stream.missing)} (${formatPercent((100 * stream.missing) / stream.sent)} %)`
}
