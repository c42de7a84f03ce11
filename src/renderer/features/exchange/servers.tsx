/** STUN and TURN servers while addresses are gathered: who was asked from where, and what came of it. */
import type { GatheringServer, SessionView } from '../../../shared/view'
import { formatSpan, serverHealth, serverSentence } from '../../../shared/words'
import { Health } from '../../ui'

const shownLimit = 32

export function Servers({ view }: { readonly view: SessionView }) {
  const servers = view.snapshot?.servers ?? []
  if (servers.length === 0) return null
  return (
    <section aria-label="Servers">
      <div className="section-head">
        <h2>Servers</h2>
        <span className="dim">
          {servers.filter(({ state }) => state === 'answered').length} of {servers.length} answered
        </span>
      </div>
      <ul className="checked-pairs servers">
        {servers.slice(0, shownLimit).map((server) => (
          <Server key={`${server.from} ${server.url}`} server={server} />
        ))}
      </ul>
    </section>
  )
}

function Server({ server }: { readonly server: GatheringServer }) {
  return (
    <li>
      <span className="name">
        {server.interfaceName} <span className="dim">{server.from}</span>
      </span>
      <span className="dim">{formatSpan(server.elapsedMs)}</span>
      <span className="dim url">{server.url}</span>
      <Health tone={serverHealth[server.state]}>{serverSentence(server)}</Health>
    </li>
  )
}
