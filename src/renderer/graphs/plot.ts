/** One uPlot canvas: scales from 0, bands, event marks, the crosshair and its readout. */
import uPlot from 'uplot'
import { formatMs, formatPercent, formatWeight, type Health } from '../../shared/words'
import type { Theme } from '../ui'
import type { GraphLine } from './graph'
import { formatRate, type Metric, rateUnit } from '../history'
import { createReadout } from './readout'
import { axisValues, niceTop } from './scale'

export interface EventMark {
  readonly seconds: number
  readonly health: Health
}

/** Behind each path's own column: nothing, a low and a high one, or the longest of what the line is the mean of. */
export type Beside = 'none' | 'band' | 'longest'

interface PlotOptions {
  readonly paths: readonly GraphLine[]
  readonly metric: Metric
  readonly beside: Beside
  readonly theme: Theme
  readonly timeAxis: boolean
  readonly selected: number | null
  readonly onZoom: (fromSeconds: number, toSeconds: number) => void
}

export interface Plot {
  show(data: uPlot.AlignedData, fromSeconds: number, toSeconds: number, marks: readonly EventMark[]): void
  destroy(): void
}

/** Columns of a path. */
const columnsOf: Readonly<Record<Beside, number>> = { none: 1, band: 3, longest: 2 }

const crosshairKey = 'pathscope'
/** A graph in a low window is still drawn whole. */
const leastHeightPx = 24
const yAxisPx = 62
const timeAxisPx = 20
/** Half of a time's width. */
const leastLabelPx = 28

/** Smallest top of each scale, so that noise near 0 does not fill the graph. */
const leastTop: Readonly<Record<Metric, number>> = {
  rtt: 10,
  rttLow: 10,
  rttHigh: 10,
  lossSent: 4,
  lossReceived: 4,
  rateSent: 2000,
  rateReceived: 2000,
  weight: 2,
  share: 100,
  queue: 10,
  capacity: 2000,
  spacing: 10,
  longestGap: 10,
  goodput: 2000,
}

export function createPlot(place: HTMLElement, options: PlotOptions): Plot {
  let marks: readonly EventMark[] = []
  const colours = themeColours(place)
  const readout = createReadout(place, options.paths, (values) => readoutText(options, values), options)
  const step = columnsOf[options.beside]
  const plot = new uPlot(
    {
      width: Math.max(200, place.clientWidth),
      height: Math.max(leastHeightPx, place.clientHeight),
      legend: { show: false },
      padding: [6, 26, options.timeAxis ? 0 : 4, 0],
      cursor: {
        sync: { key: crosshairKey },
        y: false,
        points: { size: 7, width: 1.5 },
        drag: { x: true, y: false, setScale: false },
      },
      scales: {
        x: { time: true, auto: false },
        y: { range: (_plot, _min, max) => [0, niceTop(Math.max(max ?? 0, leastTop[options.metric]))] },
      },
      axes: axesOf(options, colours),
      series: [{}, ...seriesOf(options)],
      bands: bandsOf(options),
      hooks: {
        setSelect: [
          (self) => {
            if (self.select.width < 4) return
            options.onZoom(
              self.posToVal(self.select.left, 'x'),
              self.posToVal(self.select.left + self.select.width, 'x'),
            )
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          },
        ],
        setCursor: [(self) => readout.move(self, step)],
        drawAxes: [(self) => drawMarks(self, marks, colours)],
      },
    },
    emptyData(options.paths.length * step),
    place,
  )
  const resizes = new ResizeObserver(() => {
    plot.setSize({
      width: Math.max(200, place.clientWidth),
      height: Math.max(leastHeightPx, place.clientHeight),
    })
  })
  resizes.observe(place)
  return {
    show(data, fromSeconds, toSeconds, nextMarks) {
      marks = nextMarks
      plot.batch(() => {
        plot.setData(data, false)
        plot.setScale('x', { min: fromSeconds, max: toSeconds })
      })
    },
    destroy() {
      resizes.disconnect()
      readout.destroy()
      plot.destroy()
    },
  }
}

interface Colours {
  readonly grid: string
  readonly text: string
  readonly good: string
  readonly warn: string
  readonly bad: string
}

function themeColours(place: HTMLElement): Colours {
  const style = getComputedStyle(place)
  const read = (name: string): string => style.getPropertyValue(name).trim()
  return {
    grid: read('--line'),
    text: read('--dim'),
    good: read('--ok'),
    warn: read('--warn'),
    bad: read('--bad'),
  }
}

function axesOf(options: PlotOptions, colours: Colours): uPlot.Axis[] {
  const font = '11px system-ui, sans-serif'
  return [
    {
      show: options.timeAxis,
      size: timeAxisPx,
      font,
      stroke: colours.text,
      gap: 3,
      space: 90,
      grid: { show: false },
      ticks: { show: false },
      // The first one would lie over the 0 of the other axis.
      values: (plot, splits) =>
        splits.map((seconds) =>
          plot.valToPos(seconds, 'x') < leastLabelPx
            ? ''
            : new Date(seconds * 1000).toLocaleTimeString('en-GB'),
        ),
    },
    {
      size: yAxisPx,
      font,
      gap: 4,
      // About eight lines at most, however tall the graph is.
      space: (_plot, _axis, _min, _max, heightPx) => Math.max(26, heightPx / 8),
      splits: (_plot, _axis, _min, max, step) => axisValues(max, step),
      stroke: colours.text,
      grid: { stroke: colours.grid, width: 1 },
      ticks: { show: false },
      values: (_plot, splits) => axisTexts(options.metric, splits),
    },
  ]
}

function seriesOf(options: PlotOptions): uPlot.Series[] {
  return options.paths.flatMap(({ track, style }) => {
    const colour = style[options.theme]
    const others = options.selected !== null && options.selected !== track
    const line: uPlot.Series = {
      stroke: colour,
      width: options.selected === track ? 2.6 : 1.6,
      alpha: others ? 0.3 : 1,
      dash: [...style.dash],
      points: { show: false },
      spanGaps: false,
    }
    const bound: uPlot.Series = { stroke: 'transparent', width: 0, points: { show: false }, spanGaps: false }
    const longest: uPlot.Series = { ...line, width: 1, alpha: others ? 0.2 : 0.6 }
    return [line, ...{ none: [], band: [bound, bound], longest: [longest] }[options.beside]]
  })
}

function bandsOf(options: PlotOptions): uPlot.Band[] {
  if (options.beside === 'none') return []
  return options.paths.map(({ track, style }, index) => {
    const others = options.selected !== null && options.selected !== track
    const colour = style[options.theme]
    const fill = `${colour}${others ? '0c' : '28'}`
    return options.beside === 'band'
      ? { series: [3 * index + 3, 3 * index + 2], fill }
      : { series: [2 * index + 2, 2 * index + 1], fill }
  })
}

function drawMarks(plot: uPlot, marks: readonly EventMark[], colours: Colours): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.lineWidth = window.devicePixelRatio
  ctx.setLineDash([2 * window.devicePixelRatio, 3 * window.devicePixelRatio])
  for (const mark of marks) {
    const x = Math.round(plot.valToPos(mark.seconds, 'x', true))
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    ctx.strokeStyle = mark.health === 'none' ? colours.text : colours[mark.health]
    ctx.globalAlpha = mark.health === 'bad' ? 0.9 : 0.6
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
  }
  ctx.restore()
}

function isRate(metric: Metric): boolean {
  return ['rateSent', 'rateReceived', 'capacity', 'goodput'].includes(metric)
}

function axisTexts(metric: Metric, splits: readonly number[]): string[] {
  if (!isRate(metric)) return splits.map((value) => String(Number(value.toFixed(2))))
  const unit = rateUnit(splits[splits.length - 1] ?? 0)
  const last = splits.length - 1
  return splits.map((value, index) => {
    const number = String(Number((value / unit.bps).toFixed(2)))
    return index === last ? `${number} ${unit.name}` : number
  })
}

function formatMetric(metric: Metric, value: number): string {
  switch (metric) {
    case 'lossSent':
    case 'lossReceived':
      return `${formatPercent(value)} %`
    case 'rateSent':
    case 'rateReceived':
    case 'capacity':
    case 'goodput':
      return formatRate(value)
    case 'weight':
      return formatWeight(value)
    case 'share':
      return `${value.toFixed(0)} %`
    default:
      return `${formatMs(value)} ms`
  }
}

/** Of what stands under the crosshair for one path. */
function readoutText({ metric, beside }: PlotOptions, [value, next]: readonly (number | null)[]): string {
  const text = value === null || value === undefined ? '–' : formatMetric(metric, value)
  if (beside !== 'longest' || next === null || next === undefined) return text
  return `${text}, longest ${formatMetric(metric, next)}`
}

function emptyData(columns: number): uPlot.AlignedData {
  return [[], ...Array.from({ length: columns }, () => [])] as uPlot.AlignedData
}
