/**
 * How numbers look everywhere: ms with one decimal below 100, Mbit/s with two, per cent with two. What was not measured
 * is the empty text, never 0. Digits are grouped by a narrow no-break space.
 */

type Measured = number | null | undefined

function isMeasured(value: Measured): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** 12 604 */
export function formatCount(value: Measured): string {
  if (!isMeasured(value)) return ''
  return Math.round(value)
    .toString()
    .replace(/\B(?=(?:\d{3})+$)/g, '\u202f')
}

/** Milliseconds without their unit: 41.8, 118. */
export function formatMs(value: Measured): string {
  if (!isMeasured(value)) return ''
  return Math.abs(value) < 99.95 ? value.toFixed(1) : value.toFixed(0)
}

/** Bits a second as Mbit/s without the unit: 2.51. */
export function formatMbps(bps: Measured): string {
  return isMeasured(bps) ? (bps / 1e6).toFixed(2) : ''
}

/** Per cent without the sign: 0.48. What is not nothing does not look like it: <0.01. */
export function formatPercent(percent: Measured): string {
  if (!isMeasured(percent)) return ''
  return percent > 0 && percent < 0.005 ? '<0.01' : percent.toFixed(2)
}

/** A fraction of 1 as per cent without the sign and without decimals: 0.61 is 61. */
export function formatShare(fraction: Measured): string {
  return isMeasured(fraction) ? (fraction * 100).toFixed(0) : ''
}

/** A weight: 1.00. */
export function formatWeight(weight: Measured): string {
  return isMeasured(weight) ? weight.toFixed(2) : ''
}

/** A factor with its sign: ×2.9. */
export function formatFactor(factor: Measured): string {
  return isMeasured(factor) ? `\u00d7${factor.toFixed(1)}` : ''
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Bytes with their unit, decimal: 812 B, 12.4 kB. */
export function formatBytes(bytes: Measured): string {
  if (!isMeasured(bytes)) return ''
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 99.95 ? value.toFixed(0) : value.toFixed(1)} ${byteUnits[unit]}`
}

/** A span of time in words: 170 ms, 21 s, 4 min 12 s, 2 h 5 min. */
export function formatSpan(ms: Measured): string {
  if (!isMeasured(ms)) return ''
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return withRest(Math.floor(seconds / 60), 'min', seconds % 60, 's')
  return withRest(Math.floor(seconds / 3600), 'h', Math.floor((seconds % 3600) / 60), 'min')
}

function withRest(whole: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${restUnit}`
}

/** Time since the session began as a clock: 00:04:12. */
export function formatClock(ms: Measured): string {
  if (!isMeasured(ms)) return ''
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (value: number) => value.toString().padStart(2, '0')
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}
