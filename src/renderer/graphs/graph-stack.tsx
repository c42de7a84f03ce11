/** The graphs in the centre: one time axis, one crosshair, the same colours and dashes as everywhere. */
import { useMemo } from 'react'
import { isPath, type SessionView } from '../../shared/view'
import type { SendingShown } from '../features/live'
import { type Live, useStore } from '../state'
import { Segmented } from '../ui'
import { pathStyle, streamStyle } from '../../shared/paths'
import { streamText } from '../../shared/streams'
import { Graph, type GraphLine, isBanded } from './graph'
import { rangeOf, streamTrack } from '../history'

/** Lines in one graph; more cannot be told apart. */
const linesLimit = 16

const sendingWays: readonly SendingShown[] = ['share', 'weight', 'queue', 'capacity']

const sendingTexts: Readonly<Record<SendingShown, { readonly title: string; readonly sub: string }>> = {
  share: { title: 'Share', sub: '% of what is sent' },
  weight: { title: 'Weight', sub: 'as the scheduler has it' },
  queue: { title: 'Queue', sub: 'ms waited towards the peer, by its word' },
  capacity: { title: 'Capacity', sub: 'towards the peer, as delivered while a queue stood' },
}

export function GraphStack({ live }: { readonly live: Live }) {
  const timeView = useStore((store) => store.timeView)
  const direction = useStore((store) => store.direction)
  const showDirection = useStore((store) => store.showDirection)
  const weightShown = useStore((store) => store.weightShown)
  const showWeight = useStore((store) => store.showWeight)
  const selectedPair = useStore((store) => store.selectedPair)
  const deliveryShown = useStore((store) => store.deliveryShown)
  const showDelivery = useStore((store) => store.showDelivery)
  const streams = useGraphStreams(live.view)
  const delivers = streams.length > 0
  // One that is listed no more would dim all others.
  const isListed = live.view.snapshot?.pairs.some(({ id }) => id === selectedPair) ?? false
  const selected = isListed ? selectedPair : null
  const measured = live.view.snapshot?.pairs.some((pair) => pair.capacity !== null) ?? false
  const ways = measured ? sendingWays : sendingWays.slice(0, 2)
  const shown = ways.includes(weightShown) ? weightShown : 'share'
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
        sub={roundTripSub(paths.length, live.view)}
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
        sub={`${direction} per path over 1 s, everything counted`}
        metric={direction === 'sent' ? 'rateSent' : 'rateReceived'}
        grow={1}
      />
      <Graph
        {...common}
        name="weight"
        {...sendingTexts[shown]}
        metric={shown}
        grow={1}
        timeAxis={!delivers}
        aside={
          <Segmented
            small
            label="How it is sent"
            value={shown}
            options={ways.map((value) => ({ value, label: sendingTexts[value].title }))}
            onChange={showWeight}
          />
        }
      />
      {delivers && (
        <Graph
          {...common}
          paths={streams}
          selected={null}
          name="delivery"
          title="Delivery"
          sub={
            deliveryShown === 'spacing'
              ? 'ms between new packets: mean, above it longest'
              : 'payload of each stream, all paths together'
          }
          metric={deliveryShown}
          grow={1}
          timeAxis
          aside={
            <Segmented
              small
              label="Delivery as"
              value={deliveryShown}
              options={[
                { value: 'spacing', label: 'Gaps' },
                { value: 'goodput', label: 'Goodput' },
              ]}
              onChange={showDelivery}
            />
          }
        />
      )}
    </div>
  )
}

/** What is drawn, and of how many paths where not of all. */
function roundTripSub(drawn: number, { snapshot }: SessionView): string {
  const band = isBanded(drawn) ? 'line p50, band p5–p95 of each second' : 'p50'
  const paths = snapshot?.pairs.filter(isPath).length ?? 0
  return paths > drawn ? `ms · ${band} · ${drawn} of ${paths} paths, the table has all` : `ms · ${band}`
}

/** Streams drawn; a panel and the report have all. */
const streamsLimit = 8

/** The streams drawn, what runs before what was stopped; the same list as long as nothing changes in it. */
function useGraphStreams(view: SessionView): readonly GraphLine[] {
  const all = view.snapshot?.streams ?? []
  const drawn = [...all].sort((a, b) => Number(b.running) - Number(a.running)).slice(0, streamsLimit)
  const key = drawn.map(({ direction, id, spec }) => `${direction} ${id} ${streamText(spec)}`).join('\n')
  return useMemo(
    () =>
      key === ''
        ? []
        : key.split('\n').map((line) => {
            const [way, number, text] = line.split(' ')
            const stream = { direction: way === 'sent' ? 'sent' : 'received', id: Number(number) } as const
            return {
              track: streamTrack(stream),
              label: `${stream.direction === 'sent' ? '↑' : '↓'} ${text}`,
              style: streamStyle(stream),
            }
          }),
    [key],
  )
}

/** The paths drawn: those that carry, and the chosen one; the same list as long as nothing changes in it. */
function useGraphPaths(view: SessionView, selected: number | null): readonly GraphLine[] {
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
            const track = Number(line.slice(0, space))
            return { track, label: line.slice(space + 1), style: pathStyle(track - 1) }
          }),
    [key],
  )
}
