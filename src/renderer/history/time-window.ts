/** Which stretch of time the graphs show. */

export type WindowName = '10s' | '1min' | '5min' | 'all'

export const windowNames: readonly WindowName[] = ['10s', '1min', '5min', 'all']

export const windowLabels: Readonly<Record<WindowName, string>> = {
  '10s': '10 s',
  '1min': '1 min',
  '5min': '5 min',
  all: 'All',
}

const windowMs: Readonly<Record<Exclude<WindowName, 'all'>, number>> = {
  '10s': 10_000,
  '1min': 60_000,
  '5min': 300_000,
}

/** `follow` moves with the session; `fixed` stays where it was put, in engine ms. */
export type TimeView =
  | { readonly kind: 'follow'; readonly name: WindowName }
  | { readonly kind: 'fixed'; readonly fromMs: number; readonly toMs: number }

/** What a session starts with. */
export const defaultTimeView: TimeView = { kind: 'follow', name: '1min' }

export interface Range {
  readonly fromMs: number
  readonly toMs: number
}

/** Shortest stretch shown while following. */
const shortestWindowMs = 10_000

/** Shortest stretch that can be zoomed to. */
const shortestMs = 2000

export function rangeOf(view: TimeView, lastMs: number): Range {
  if (view.kind === 'fixed') return view
  if (view.name === 'all') return { fromMs: 0, toMs: Math.max(lastMs, shortestWindowMs) }
  // A young session fills the width at once instead of a corner of it.
  const fromMs = Math.max(lastMs - windowMs[view.name], 0)
  return { fromMs, toMs: Math.max(lastMs, fromMs + shortestWindowMs) }
}

/** The next view when zooming by one step; a following view takes the next window, a fixed one halves or doubles. */
export function zoomed(view: TimeView, direction: 'in' | 'out', lastMs: number): TimeView {
  if (view.kind === 'follow') {
    const at = windowNames.indexOf(view.name) + (direction === 'in' ? -1 : 1)
    return { kind: 'follow', name: windowNames[Math.max(0, Math.min(windowNames.length - 1, at))] ?? 'all' }
  }
  const middle = (view.fromMs + view.toMs) / 2
  const half = ((view.toMs - view.fromMs) / 2) * (direction === 'in' ? 0.5 : 2)
  if (direction === 'in' && 2 * half < shortestMs) return view
  return { kind: 'fixed', fromMs: Math.max(0, middle - half), toMs: Math.min(lastMs, middle + half) }
}
