/** The graphs in the centre: one time axis, one crosshair, the same colours and dashes as everywhere. */
import { useMemo } from 'react'
import { isPath, type SessionView } from '../../shared/view'
import { type Live, useStore } from '../state'
import { Segmented } from '../ui'
import { Graph, type GraphPath } from './graph'
import { rangeOf } from '../history'

/** Lines in one graph; more cannot be told apart. */
const linesLimit = 16

export function GraphStack({ live }: { readonly live: Live }) {
  const timeView = useStore((store) => store.timeView)
  const direction = useStore((store) => store.direction)
  const showDirection = useStore((store) => store.showDirection)
  const weightShown = useStore((store) => store.weightShown)
  const showWeight = useStore((store) => store.showWeight)
  const selected = useStore((store) => store.selectedPair)
  const paths = useGraphPaths(live.view, selected)
  const range = rangeOf(timeView, live.history.lastMs())
  const common = { live, paths, range, selected }
  const way = direction === 'sent' ? 'towards the peer' : 'from the peer'
  const directions = (
    <Segmented
      small
      label="Direction"
      value={direction}
      options={[
        { value: 'sent', label: 'Sent' },
        { value: 'received', label: 'Received' },
      ]}
      onChange={showDirection}
    />
  )
  return (
    <div className="graphs">
      <Graph
        {...common}
        name="rtt"
        title="Round trip"
        sub="ms · line p50, band p5–p95 of each second"
        metric="rtt"
        grow={2.2}
      />
      <Graph
        {...common}
        name="loss"
        title="Loss"
        sub={`% ${way}, over the last 5 s`}
        metric={direction === 'sent' ? 'lossSent' : 'lossReceived'}
        grow={1}
        aside={directions}
      />
      <Graph
        {...common}
        name="rate"
        title="Rate"
        sub={`${direction} per path, everything counted`}
        metric={direction === 'sent' ? 'rateSent' : 'rateReceived'}
        grow={1}
      />
      <Graph
        {...common}
        name="weight"
        title={weightShown === 'weight' ? 'Weight' : 'Share'}
        sub={weightShown === 'weight' ? 'as the scheduler has it' : '% of what is sent'}
        metric={weightShown}
        grow={1}
        timeAxis
        aside={
          <Segmented
            small
            label="Weight or share"
            value={weightShown}
            options={[
              { value: 'share', label: 'Share' },
              { value: 'weight', label: 'Weight' },
            ]}
            onChange={showWeight}
          />
        }
      />
    </div>
  )
}

/** The paths drawn: those that carry, and the chosen one; the same list as long as nothing changes in it. */
function useGraphPaths(view: SessionView, selected: number | null): readonly GraphPath[] {
  const pairs = view.snapshot?.pairs ?? []
  const drawn = pairs.filter((pair) => isPath(pair) || pair.id === selected)
  const shown = drawn.slice(0, linesLimit)
  const chosen = drawn.find((pair) => pair.id === selected)
  if (chosen !== undefined && !shown.includes(chosen)) shown[linesLimit - 1] = chosen
  const key = shown.map((pair) => `${pair.id} ${pair.label}`).join('\n')
  // The key says all that a graph needs to know of a path, and changes only when that does.
  return useMemo(
    () =>
      key === ''
        ? []
        : key.split('\n').map((line) => {
            const space = line.indexOf(' ')
            return { pairId: Number(line.slice(0, space)), label: line.slice(space + 1) }
          }),
    [key],
  )
}
