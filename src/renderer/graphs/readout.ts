/** The values under the crosshair, beside it, in the graph the pointer is in. */
import type uPlot from 'uplot'
import type { Theme } from '../ui'
import type { GraphLine } from './graph'

/** Rows shown; a selected path is always among them. */
const rowsLimit = 9

export interface Readout {
  /** `step` is the number of columns of one path. */
  move(plot: uPlot, step: number): void
  destroy(): void
}

export function createReadout(
  place: HTMLElement,
  paths: readonly GraphLine[],
  /** Of a path's columns; null where there is no value. */
  format: (values: readonly (number | null)[]) => string,
  look: { readonly theme: Theme },
): Readout {
  const box = document.createElement('div')
  box.className = 'readout'
  box.hidden = true
  box.setAttribute('aria-hidden', 'true')
  place.append(box)
  let inside = false
  const enter = (): void => {
    inside = true
  }
  const leave = (): void => {
    inside = false
    box.hidden = true
  }
  place.addEventListener('pointerenter', enter)
  place.addEventListener('pointerleave', leave)

  const fill = (plot: uPlot, index: number, step: number): void => {
    const seconds = plot.data[0][index] ?? 0
    const head = document.createElement('div')
    head.className = 'dim'
    head.textContent = clockWithTenths(seconds)
    const rows = paths.slice(0, rowsLimit).map(({ style, label }, at) => {
      const values = plot.data
        .slice(1 + at * step, 1 + (at + 1) * step)
        .map((column) => nearest(column, index))
      const row = document.createElement('div')
      const name = document.createElement('span')
      name.textContent = label
      name.style.color = style[look.theme]
      const number = document.createElement('span')
      number.textContent = format(values)
      row.append(name, number)
      return row
    })
    box.replaceChildren(head, ...rows)
  }

  return {
    move(plot, step) {
      const { idx, left } = plot.cursor
      if (
        !inside ||
        idx === null ||
        idx === undefined ||
        left === undefined ||
        left < 0 ||
        paths.length === 0
      ) {
        box.hidden = true
        return
      }
      fill(plot, idx, step)
      box.hidden = false
      const edge = plot.over.offsetLeft + left
      const room = place.clientWidth - edge
      box.style.left = room > box.offsetWidth + 24 ? `${edge + 14}px` : `${edge - box.offsetWidth - 14}px`
      box.style.top = '8px'
    },
    destroy() {
      place.removeEventListener('pointerenter', enter)
      place.removeEventListener('pointerleave', leave)
      box.remove()
    },
  }
}

/** The value at an index, or the last one before it where no sample fell into the row. */
function nearest(column: ArrayLike<number | null | undefined> | undefined, index: number): number | null {
  for (let at = index; at >= 0 && index - at < 30; at -= 1) {
    const value = column?.[at]
    if (value !== undefined) return value
  }
  return null
}

function clockWithTenths(seconds: number): string {
  const date = new Date(seconds * 1000)
  return `${date.toLocaleTimeString('en-GB')}.${Math.floor(date.getMilliseconds() / 100)}`
}
