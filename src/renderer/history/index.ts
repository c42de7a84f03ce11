/** What was measured, kept for the graphs: typed arrays, and the stretch of time that is looked at. */
export { type Column, levelFor, readColumns } from './columns'
export { createHistory, type History } from './history'
export type { Metric } from './level'
export { streamTrack } from './stream-tracks'
export { formatRate, formatRates, rateUnit } from './rates'
export {
  defaultTimeView,
  type Range,
  rangeOf,
  type TimeView,
  type WindowName,
  windowLabels,
  windowNames,
  zoomed,
} from './time-window'
