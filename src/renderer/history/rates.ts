/** Rates of test traffic span five orders of magnitude: kbit/s below one Mbit/s, so that a message a second is not 0.00. */
import { formatMbps } from '../../shared/words'

/** With its unit: 2.51 Mbit/s, 4.2 kbit/s; empty where nothing was measured. */
export function formatRate(bps: number | null | undefined): string {
  if (bps === null || bps === undefined || !Number.isFinite(bps)) return ''
  if (bps >= 1e6) return `${formatMbps(bps)} Mbit/s`
  return `${(bps / 1000).toFixed(bps < 99_950 ? 1 : 0)} kbit/s`
}

/** Both directions in one unit, that of the larger: ↑2.51 ↓2.50 Mbit/s; a dash where nothing was measured. */
export function formatRates(sentBps: number | null, receivedBps: number | null): string {
  const unit = rateUnit(Math.max(sentBps ?? 0, receivedBps ?? 0))
  const show = (bps: number | null): string => {
    if (bps === null) return '–'
    return unit.bps === 1e6 ? formatMbps(bps) : (bps / 1000).toFixed(bps < 99_950 ? 1 : 0)
  }
  return `↑${show(sentBps)} ↓${show(receivedBps)} ${unit.name}`
}

/** The unit that suits a scale reaching `maxBps`. */
export function rateUnit(maxBps: number): { readonly name: string; readonly bps: number } {
  return maxBps >= 1e6 ? { name: 'Mbit/s', bps: 1e6 } : { name: 'kbit/s', bps: 1e3 }
}
