/** What the user can ask of one path: to carry alone with others pinned, at most so much, earlier or later in the order. */
import { isPath, type PairSnapshot } from '../../../shared/view'
import { type Live, useStore } from '../../state'
import { Button, NumberField } from '../../ui'

/** Limit that is offered when one is set first, Mbit/s. */
const firstCapMbps = 5

export function PathControls({ pair, live }: { readonly pair: PairSnapshot; readonly live: Live }) {
  const pin = useStore((store) => store.pinPair)
  const cap = useStore((store) => store.capPair)
  if (live.view.ended !== null) return null
  return (
    <span className="row controls">
      <Button
        pressed={pair.pinned}
        title="Only pinned paths carry what we send"
        label={`Pin ${pair.label}`}
        onClick={() => void pin(pair.id, !pair.pinned)}
      >
        {pair.pinned ? 'Pinned' : 'Pin'}
      </Button>
      <OrderButtons pair={pair} live={live} />
      {pair.capBps === null ? (
        <Button
          title="Test streams get no more of this path"
          label={`Limit ${pair.label}`}
          onClick={() => void cap(pair.id, firstCapMbps * 1e6)}
        >
          Limit
        </Button>
      ) : (
        <>
          <NumberField
            label="max"
            unit="Mbit/s"
            min={0}
            max={100_000}
            value={pair.capBps / 1e6}
            onChange={(mbps) => {
              if (mbps * 1e6 !== pair.capBps) void cap(pair.id, Math.round(mbps * 1e6))
            }}
          />
          <Button look="link" label={`No limit for ${pair.label}`} onClick={() => void cap(pair.id, null)}>
            no limit
          </Button>
        </>
      )}
    </span>
  )
}

/** The order is that of the mode `backup`; in other modes it changes nothing, and is not offered. */
function OrderButtons({ pair, live }: { readonly pair: PairSnapshot; readonly live: Live }) {
  const order = useStore((store) => store.orderPairs)
  const { snapshot } = live.view
  if (snapshot === null || snapshot.mode !== 'backup') return null
  const ids = inOrder(snapshot.pairs.filter(isPath)).map(({ id }) => id)
  const at = ids.indexOf(pair.id)
  const moveTo = (to: number): void => {
    const others = ids.filter((id) => id !== pair.id)
    void order([...others.slice(0, to), pair.id, ...others.slice(to)])
  }
  return (
    <>
      <Button
        disabled={at <= 0}
        title="Earlier in the order of backup"
        label={`Move ${pair.label} up`}
        onClick={() => moveTo(at - 1)}
      >
        ↑
      </Button>
      <Button
        disabled={at < 0 || at === ids.length - 1}
        title="Later in the order of backup"
        label={`Move ${pair.label} down`}
        onClick={() => moveTo(at + 1)}
      >
        ↓
      </Button>
    </>
  )
}

/** As `backup` uses them: those that are ordered first, the others as they are listed. */
function inOrder(pairs: readonly PairSnapshot[]): readonly PairSnapshot[] {
  const place = ({ order }: PairSnapshot): number => order ?? Number.POSITIVE_INFINITY
  return [...pairs].sort((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)))
}
