import { type RefObject, useCallback, useEffect, useState } from 'react'

interface Extent {
  readonly left: number
  readonly right: number
}

/** Names of the columns that are in sight in part: some of them lies outside `open`, the room between those that stay. */
export function coveredColumns(
  columns: readonly (Extent & { readonly name: string })[],
  open: Extent,
): readonly string[] {
  return columns
    .filter(({ left, right }) => right > open.left && left < open.right)
    .filter(({ left, right }) => left < open.left - tolerance || right > open.right + tolerance)
    .map(({ name }) => name)
}

/** CSS pixels: where a column ends is rounded, and its padding holds nothing. */
const tolerance = 2

/**
 * The columns of a table scrolled sideways of which the ones that stay in sight cover a part: what is left of a number there
 * reads as another number. Columns are its head's cells with `data-column`; the first cell and the last stay in sight.
 */
export function useCoveredColumns(scroller: RefObject<HTMLElement | null>): ReadonlySet<string> {
  const [covered, setCovered] = useState('')
  const measure = useCallback(() => {
    const head = [...(scroller.current?.querySelectorAll<HTMLElement>('thead th') ?? [])]
    const [first, last] = [head[0], head[head.length - 1]]
    if (first === undefined || last === undefined) return
    const columns = head.flatMap((cell) => {
      const name = cell.dataset['column']
      const { left, right } = cell.getBoundingClientRect()
      return name === undefined ? [] : [{ name, left, right }]
    })
    const open = { left: first.getBoundingClientRect().right, right: last.getBoundingClientRect().left }
    setCovered(coveredColumns(columns, open).join(' '))
  }, [scroller])
  useEffect(() => {
    const element = scroller.current
    const table = element?.querySelector('table')
    if (element === null || !table) return undefined
    const resized = new ResizeObserver(measure)
    resized.observe(element)
    resized.observe(table)
    for (const cell of table.querySelectorAll('thead th')) resized.observe(cell)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      resized.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [scroller, measure])
  return new Set(covered === '' ? [] : covered.split(' '))
}
