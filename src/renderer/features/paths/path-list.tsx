/** The left column: every path that carries, and the rest folded away. */
import { countPaths, isPath, type PairSnapshot } from '../../../shared/view'
import { pairStateHealth, pairStateWords } from '../../../shared/words'
import { type Live, useStore } from '../../state'
import { Button, Health, PathKey } from '../../ui'
import { PathCard } from './path-card'
import { IncludeBox } from './include-box'
import { UseSelect } from './use-select'

/** Cards drawn in full; the rest is listed in one line each. */
const cardsLimit = 24
/** Lines listed below the cards; the table has them all. */
const linesLimit = 120

export function PathList({ live }: { readonly live: Live }) {
  const { snapshot } = live.view
  const idleShown = useStore((store) => store.idleShown)
  const showIdle = useStore((store) => store.showIdle)
  if (snapshot === null) return <aside className="paths" aria-label="Paths" />
  const paths = snapshot.pairs.filter(isPath)
  const idle = snapshot.pairs.filter((pair) => !isPath(pair))
  // What the user took out stays in sight, to be taken in again.
  const listed = idle.filter((pair) => idleShown || !pair.included)
  const rest = [...paths.slice(cardsLimit), ...listed]
  return (
    <aside className="paths" aria-label="Paths">
      <div className="paths-head">
        <h2>Paths</h2>
        <UseSelect live={live} />
      </div>
      {paths.length === 0 && <p className="empty dim">No path carries anything at the moment.</p>}
      <ul>
        {paths.slice(0, cardsLimit).map((pair) => (
          <PathCard key={pair.id} pair={pair} live={live} />
        ))}
        {rest.slice(0, linesLimit).map((pair) => (
          <PathLine key={pair.id} pair={pair} ended={live.view.ended !== null} />
        ))}
      </ul>
      {rest.length > linesLimit && <p className="empty dim">{rest.length - linesLimit} more in the table.</p>}
      {idle.some((pair) => pair.included) && (
        <p className="more">
          {moreText(
            live,
            idle.filter((pair) => pair.included),
          )}
          {' · '}
          <Button look="link" onClick={() => showIdle(!idleShown)}>
            {idleShown ? 'hide' : 'show'}
          </Button>
        </p>
      )}
    </aside>
  )
}

function moreText(live: Live, idle: readonly PairSnapshot[]): string {
  const ended = live.view.ended !== null
  const alive = idle.filter((pair) => pair.state === 'up').length
  const { checking, noReply } =
    live.view.snapshot === null ? { checking: 0, noReply: 0 } : countPaths(live.view.snapshot)
  const parts = [
    alive > 0
      ? `${alive} more ${alive === 1 ? 'pair' : 'pairs'} ${ended ? 'were ' : ''}kept alive, not carrying`
      : '',
    checking > 0 ? `${checking} checking` : '',
    noReply > 0 ? `${noReply} without reply` : '',
  ].filter((part) => part !== '')
  return parts.length > 0 ? parts.join(', ') : `${idle.length} more pairs`
}

function PathLine({ pair, ended }: { readonly pair: PairSnapshot; readonly ended: boolean }) {
  return (
    <li className="path-line">
      <PathKey pairId={pair.id} faded={pair.state !== 'up'} />
      <span className="name ellipsis" title={pair.label}>
        {pair.label}
      </span>
      <Health tone={pairStateHealth[pair.state]}>{pairStateWords[pair.state]}</Health>
      <IncludeBox pair={pair} disabled={ended} />
    </li>
  )
}
