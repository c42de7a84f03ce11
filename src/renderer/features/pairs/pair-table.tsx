/** Every pair with everything counted on it. Only the rows in sight are drawn: there may be a thousand. */
import { useRef, useState } from 'react'
import type { PairSnapshot } from '../../../shared/view'
import { type Live, useStore } from '../../state'
import { Button, PathKey } from '../../ui'
import { pairColumns } from './columns'
import { IncludeBox, UseSelect } from '../paths'

const rowPx = 28
/** Rows drawn beyond the edges. */
const overscan = 8

export function PairTable({ live }: { readonly live: Live }) {
  const place = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const attempt = useStore((store) => store.attemptNomination)
  const { snapshot, ended } = live.view
  if (snapshot === null) return <div className="pair-table" />
  const { pairs, forgotten } = snapshot
  const earlier =
    forgotten.pairs === 0 ? '' : `, and ${forgotten.pairs} closed earlier, which the report tells of`
  const first = Math.max(0, Math.floor(top / rowPx) - overscan)
  const count = Math.ceil((place.current?.clientHeight ?? 900) / rowPx) + 2 * overscan
  const drawn = pairs.slice(first, first + count)
  return (
    <div className="pair-table">
      <div className="section-head">
        <h2>Pairs</h2>
        <span className="dim">
          {pairs.length} in all{earlier}; ↑ sent to the peer, ↓ received from it
        </span>
        <span className="space" />
        <UseSelect live={live} />
        {ended === null && <Button onClick={() => void attempt()}>Try to nominate</Button>}
      </div>
      <div ref={place} className="table-scroll" onScroll={(event) => setTop(event.currentTarget.scrollTop)}>
        <table aria-rowcount={pairs.length + 1}>
          <Head />
          <tbody>
            <Filler px={first * rowPx} />
            {drawn.map((pair) => (
              <Row key={pair.id} pair={pair} live={live} />
            ))}
            <Filler px={Math.max(0, pairs.length - first - drawn.length) * rowPx} />
          </tbody>
        </table>
      </div>
    </div>
  )
}

function Head() {
  return (
    <thead>
      <tr>
        <th scope="col" className="pair-name-cell">
          Pair
        </th>
        {pairColumns.map((column) => (
          <th
            key={column.name}
            scope="col"
            title={column.title}
            className={column.left === true ? 'left' : ''}
            style={{ minWidth: column.widthPx }}
          >
            {column.head}
          </th>
        ))}
      </tr>
    </thead>
  )
}

function Filler({ px }: { readonly px: number }) {
  return px === 0 ? null : <tr aria-hidden="true" style={{ height: px }} />
}

function Row({ pair, live }: { readonly pair: PairSnapshot; readonly live: Live }) {
  const { snapshot, ended } = live.view
  if (snapshot === null) return null
  return (
    <tr data-pair={pair.id} className={pair.included ? '' : 'excluded'}>
      <th scope="row" className="pair-name-cell">
        <IncludeBox pair={pair} disabled={ended !== null} />
        <PathKey pairId={pair.id} faded={pair.state !== 'up'} />
        <span className="ellipsis" title={`${pair.label}, ${pair.local.address} → ${pair.remote.address}`}>
          {pair.label}
        </span>
      </th>
      {pairColumns.map((column) => {
        const content = column.cell(pair, snapshot)
        return (
          <td key={column.name} data-column={column.name} className={column.left === true ? 'left' : ''}>
            {content === '' ? <span className="none">–</span> : content}
          </td>
        )
      })}
    </tr>
  )
}
