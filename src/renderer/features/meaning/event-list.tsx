import type { EventLine } from '../../../shared/view'
import type { Live } from '../../state'
import { Health, Unbroken } from '../../ui'

/** Lines drawn; the recording has all events. */
const linesShown = 120

export function EventList({ live }: { readonly live: Live }) {
  const { events, wallMs } = live.view
  if (events.length === 0) return <p className="dim">Nothing has happened yet.</p>
  const shown = events.slice(-linesShown).reverse()
  return (
    <ol className="events" aria-label="Events, newest first">
      {shown.map((line, index) => (
        <Line key={`${events.length - index}-${line.group ?? ''}`} line={line} wallMs={wallMs ?? 0} />
      ))}
    </ol>
  )
}

function Line({ line, wallMs }: { readonly line: EventLine; readonly wallMs: number }) {
  const text = line.text.endsWith('.') ? line.text.slice(0, -1) : line.text
  return (
    <li>
      <time>{new Date(wallMs + line.atMs).toLocaleTimeString('en-GB')}</time>
      {line.health === 'none' ? (
        <span>
          <Unbroken text={text} />
        </span>
      ) : (
        <Health tone={line.health}>
          <Unbroken text={text} />
        </Health>
      )}
    </li>
  )
}
