/** What is being tried before anything is connected. */
import {
  chosenInterfaces,
  countPaths,
  type PairSnapshot,
  type Phase,
  type SessionView,
} from '../../../shared/view'
import { formatCount, formatMs, pairStateHealth, pairStateWords } from '../../../shared/words'
import { useStore } from '../../state'
import { Health, PathKey } from '../../ui'

const shownLimit = 40

export function CheckedPairs({ view, phase }: { readonly view: SessionView; readonly phase: Phase }) {
  const { snapshot } = view
  if (snapshot === null || snapshot.pairs.length === 0) return <BeforePairs view={view} phase={phase} />
  const counts = countPaths(snapshot)
  const up = snapshot.pairs.filter((pair) => pair.state === 'up').length
  return (
    <>
      <div className="section-head">
        <h2>Pairs</h2>
        <span className="dim">
          {counts.all} in all, {up} up, {counts.checking} checking, {counts.noReply} without reply
        </span>
      </div>
      <ul className="checked-pairs">
        {snapshot.pairs.slice(0, shownLimit).map((pair) => (
          <CheckedPair key={pair.id} pair={pair} />
        ))}
      </ul>
      {snapshot.pairs.length > shownLimit && (
        <p className="dim">{snapshot.pairs.length - shownLimit} more pairs are being checked.</p>
      )}
    </>
  )
}

function CheckedPair({ pair }: { readonly pair: PairSnapshot }) {
  const rtt = formatMs(pair.rttMs?.last)
  return (
    <li>
      <PathKey pairId={pair.id} faded={pair.state !== 'up'} />
      <span className="name">{pair.label}</span>
      <span className="dim">
        {rtt === '' ? `${formatCount(pair.stun.requestsSent)} checks` : `${rtt} ms`}
      </span>
      <Health tone={pairStateHealth[pair.state]}>{pairStateWords[pair.state]}</Health>
    </li>
  )
}

function BeforePairs({ view, phase }: { readonly view: SessionView; readonly phase: Phase }) {
  const form = useStore((store) => store.form)
  const names = view.role === 'loopback' ? [] : chosenInterfaces(form.interfaces, view.interfaces)
  const chosen = view.interfaces.filter((each) => names.includes(each.name))
  return (
    <>
      <div className="section-head">
        <h2>What happens next</h2>
      </div>
      <p className="dim">
        {phase === 'starting'
          ? 'One socket is opened on each chosen address.'
          : 'Once both texts are exchanged, every address here is tried with every address there. Each pair that works stays active and is measured; none is thrown away.'}
      </p>
      {chosen.length > 0 && (
        <ul className="checked-pairs sockets">
          {chosen.map((each) => (
            <li key={each.name}>
              <span className="name">{each.name}</span>
              <span className="dim">{each.addresses.find((address) => !address.linkLocal)?.address}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
