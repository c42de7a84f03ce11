/** One graph: a title line and a uPlot canvas that is fed, never rebuilt, as long as its paths stay the same. */
import { type ReactNode, useEffect, useMemo, useRef } from 'react'
import type uPlot from 'uplot'
import type { PathStyle } from '../../shared/paths'
import { type Live, useStore } from '../state'
import { useTheme } from '../ui'
import { levelFor, type Metric, type Range, readColumns } from '../history'
import { type Beside, createPlot, type Plot } from './plot'

/** A path or a stream. */
export interface GraphLine {
  /** Its track in the history. */
  readonly track: number
  readonly style: PathStyle
  readonly label: string
}

interface Props {
  readonly live: Live
  readonly paths: readonly GraphLine[]
  readonly range: Range
  readonly selected: number | null
  /** Short name, for tests and for the synchronised crosshair. */
  readonly name: string
  readonly title: string
  readonly sub: string
  readonly metric: Metric
  readonly grow: number
  readonly timeAxis?: boolean
  readonly aside?: ReactNode
}

/** What is drawn beside the line itself. */
const columnsBeside: Readonly<Record<Beside, readonly Metric[]>> = {
  none: [],
  band: ['rttLow', 'rttHigh'],
  longest: ['longestGap'],
}

/** Bands of more lines would lie over each other. */
export const isBanded = (lines: number): boolean => lines <= 8

export function Graph(props: Props) {
  const { live, paths, range, selected, name, title, sub, metric, grow, timeAxis = false, aside } = props
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<Plot | null>(null)
  const theme = useTheme()
  const zoomTo = useStore((store) => store.zoomTo)
  const wallMs = live.view.wallMs ?? 0
  const banded = metric === 'rtt' && isBanded(paths.length)
  const beside = metric === 'spacing' ? 'longest' : banded ? 'band' : 'none'
  const wanted = useMemo(() => [metric, ...columnsBeside[beside]], [metric, beside])

  useEffect(() => {
    if (place.current === null) return undefined
    const made = createPlot(place.current, {
      paths,
      metric,
      beside,
      theme,
      timeAxis,
      selected,
      onZoom: (fromSeconds, toSeconds) => zoomTo(fromSeconds * 1000 - wallMs, toSeconds * 1000 - wallMs),
    })
    plot.current = made
    return () => {
      plot.current = null
      made.destroy()
    }
  }, [paths, metric, beside, theme, timeAxis, selected, wallMs, zoomTo])

  useEffect(() => {
    const level = levelFor(live.history, range)
    const { xs, ys } = readColumns(
      level,
      range,
      paths.map((path) => path.track),
      wanted,
      wallMs,
    )
    const data = [xs, ...ys] as uPlot.AlignedData
    const marks = live.view.events
      .filter((line) => line.marked)
      .map((line) => ({
        seconds: (wallMs + line.atMs) / 1000,
        health: line.health,
      }))
    plot.current?.show(data, (wallMs + range.fromMs) / 1000, (wallMs + range.toMs) / 1000, marks)
    // `theme` and `selected` rebuild the plot, which then needs its data again.
  }, [live, range.fromMs, range.toMs, paths, wanted, wallMs, theme, selected, timeAxis, range])

  return (
    <figure className="graph" style={{ flexGrow: grow }} data-graph={name}>
      <figcaption>
        <h2>{title}</h2>
        <span className="dim">{sub}</span>
        <span className="space" />
        {aside}
      </figcaption>
      <div
        ref={place}
        className="plot"
        role="img"
        aria-label={`${title}, ${sub}; the numbers are in the table`}
      />
    </figure>
  )
}
