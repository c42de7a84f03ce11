/** Graphs of a report as SVG text. Colours are CSS variables `--p0`, `--p1`…, so that one picture suits both grounds. */
import { pathStyle } from '../paths'
import { clock } from './facts'

export interface Line {
  /** Place in the order of paths. */
  readonly index: number
  /** Null is a gap: no data. */
  readonly points: readonly { readonly t: number; readonly value: number | null }[]
}

export interface Mark {
  readonly t: number
  readonly health: string
  readonly text: string
}

export interface GraphOptions {
  readonly title: string
  readonly unit: string
  /** Under every picture: title of the session, endpoints, date. */
  readonly caption: string
  readonly lines: readonly Line[]
  readonly marks: readonly Mark[]
  readonly untilSeconds: number
  readonly heightPx: number
}

const widthPx = 900
const marginPx = { left: 46, right: 8, top: 8, bottom: 20 }
const pointsPerLine = 800
const marksShown = 60

export function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, (char) => names[char] ?? '')
}

/** Up to five round values from 0 to at least `max`. */
export function ticksTo(max: number): readonly number[] {
  if (!(max > 0)) return [0, 1]
  const rough = max / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step =
    [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((value) => value >= rough) ?? 10 * power
  const count = Math.ceil(max / step - 1e-9)
  return Array.from({ length: count + 1 }, (_, at) => Number((at * step).toPrecision(6)))
}

export function graph(options: GraphOptions): string {
  const { lines, marks, heightPx, untilSeconds } = options
  const values = lines.flatMap(({ points }) => points.flatMap(({ value }) => (value === null ? [] : [value])))
  const ticks = ticksTo(values.reduce((max, value) => Math.max(max, value), 0))
  const top = ticks.at(-1) ?? 1
  const [left, right] = [marginPx.left, widthPx - marginPx.right]
  const [high, low] = [marginPx.top, heightPx - marginPx.bottom]
  const x = (t: number) =>
    left + (right - left) * (untilSeconds <= 0 ? 0 : Math.min(1, Math.max(0, t / untilSeconds)))
  const y = (value: number) => low - ((low - high) * value) / top
  const grid = ticks.map(
    (tick) =>
      `<line class="grid" x1="${left}" x2="${right}" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}"/><text class="tick" x="${left - 6}" y="${(y(tick) + 3).toFixed(1)}" text-anchor="end">${tick}</text>`,
  )
  const times = timeTicks(untilSeconds).map(
    (t) =>
      `<text class="tick" x="${x(t).toFixed(1)}" y="${heightPx - 5}" text-anchor="${t === 0 ? 'start' : 'middle'}">${clock(t)}</text>`,
  )
  const markLines = marks
    .slice(0, marksShown)
    .map(
      ({ t, health, text }) =>
        `<line class="mark ${health}" x1="${x(t).toFixed(1)}" x2="${x(t).toFixed(1)}" y1="${high}" y2="${low}"><title>${escapeHtml(`${clock(t)} ${text}`)}</title></line>`,
    )
  const paths = lines.map((line) => linePath(line, x, y))
  const label = escapeHtml(`${options.title}, ${options.unit}. ${options.caption}`)
  const empty =
    values.length === 0
      ? `<text class="none" x="${widthPx / 2}" y="${heightPx / 2}" text-anchor="middle">not measured</text>`
      : ''
  return `<figure><h3>${escapeHtml(options.title)} <span>${escapeHtml(options.unit)}</span></h3><svg viewBox="0 0 ${widthPx} ${heightPx}" role="img" aria-label="${label}">${grid.join('')}${times.join('')}${markLines.join('')}${paths.join('')}${empty}</svg><figcaption>${escapeHtml(options.caption)}</figcaption></figure>`
}

const longestSeconds = 20 * 604_800

function timeTicks(wholeSeconds: number): readonly number[] {
  // A damaged report can claim any length; the labels must stay few.
  const untilSeconds = Math.min(wholeSeconds, longestSeconds)
  const steps = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400, 604_800,
  ]
  const step = steps.find((candidate) => untilSeconds / candidate <= 8) ?? 604_800
  return Array.from({ length: Math.floor((untilSeconds * 0.97) / step) + 1 }, (_, at) => at * step)
}

/** A path element with gaps; lone points get a dot's length. */
function linePath({ index, points }: Line, x: (t: number) => number, y: (value: number) => number): string {
  const shown = thinned(points)
  let path = ''
  let isDrawing = false
  for (const { t, value } of shown) {
    if (value !== null)
      path += `${isDrawing ? 'L' : 'M'}${x(t).toFixed(1)} ${y(value).toFixed(1)}${isDrawing ? '' : 'h.1'}`
    isDrawing = value !== null
  }
  if (path === '') return ''
  const { dash } = pathStyle(index)
  const dashed = dash.length === 0 ? '' : ` stroke-dasharray="${dash.join(' ')}"`
  return `<path d="${path}" style="stroke:var(--p${index})"${dashed}/>`
}

/** Highest value of each group of points, so that a peak survives; a group is a gap only when all of it is. */
function thinned(points: Line['points']): Line['points'] {
  const size = Math.ceil(points.length / pointsPerLine)
  if (size <= 1) return points
  const groups = Array.from({ length: Math.ceil(points.length / size) }, (_, at) =>
    points.slice(at * size, (at + 1) * size),
  )
  return groups.flatMap((group) => {
    const highest = group.reduce((a, b) => ((b.value ?? -1) > (a.value ?? -1) ? b : a))
    return [highest]
  })
}
