/** What the session warned of before there is a live view with its events: a STUN server not used, a socket not opened. */
import type { SessionView } from '../../../shared/view'
import { Health } from '../../ui'

export function Warnings({ view }: { readonly view: SessionView }) {
  if (view.warnings.length === 0) return null
  return (
    <ul className="warnings" role="status">
      {view.warnings.map((message, index) => (
        <li key={index}>
          <Health tone="warn">{message}</Health>
        </li>
      ))}
    </ul>
  )
}
