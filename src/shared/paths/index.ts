/** How a path looks, the same in the live view and in every report. */

/** Colour and dash of a path. `dash` is for canvas (`setLineDash`) and, joined by spaces, for SVG; empty = solid. */
export interface PathStyle {
  /** On a dark ground. */
  readonly dark: string
  /** On a light ground. */
  readonly light: string
  readonly dash: readonly number[]
}

/** After Okabe and Ito (2008), distinct to colour-blind eyes, with darker kin on light; no grey, which means no data. */
const colours: readonly { readonly dark: string; readonly light: string }[] = [
  { dark: '#56b4e9', light: '#0072b2' },
  { dark: '#e69f00', light: '#b36b00' },
  { dark: '#cc79a7', light: '#a6447f' },
  { dark: '#009e73', light: '#00785a' },
  { dark: '#f0e442', light: '#857500' },
  { dark: '#f07a3c', light: '#b8420a' },
  { dark: '#8c9cff', light: '#4b4fc4' },
  { dark: '#f4f1ea', light: '#2c333d' },
]

const dashes: readonly (readonly number[])[] = [
  [],
  [6, 3],
  [2, 3],
  [8, 3, 2, 3],
  [12, 4],
  [10, 3, 2, 3, 2, 3],
  [4, 4],
  [1, 4],
]

/** Number of paths with a look of their own; after that they repeat. */
export const distinctPathStyles = colours.length * dashes.length

/** Streams have no colour, which is for paths; each has a dash of its own among those that run. */
export function streamStyle({
  direction,
  id,
}: {
  readonly direction: 'sent' | 'received'
  readonly id: number
}): PathStyle {
  const dash = dashes[(2 * (id - 1) + (direction === 'sent' ? 0 : 1)) % dashes.length] ?? []
  return { dark: '#d3d9e2', light: '#333b47', dash }
}

/** The look of the path at `index`, its place (from 0) in the order of pair ids. */
export function pathStyle(index: number): PathStyle {
  const place = Math.max(0, Math.trunc(index)) % distinctPathStyles
  const colour = colours[place % colours.length]
  // The second round of colours starts one dash further, so that no two of the paths look alike.
  const dash = dashes[(place + Math.floor(place / colours.length)) % dashes.length]
  if (colour === undefined || dash === undefined) throw new Error('path style out of its table')
  return { ...colour, dash }
}
