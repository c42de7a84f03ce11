/** How records of the secure session were put back in order, in words. */
import type { Distribution, RecordsSnapshot } from '../../engine'
import { formatCount, formatMs } from './numbers'

type Counts = Omit<RecordsSnapshot, 'waiting' | 'holdMs'>

interface Records extends Counts {
  readonly holdMs: Pick<Distribution, 'p50' | 'p99'> | null
}

/** What was not there is left out but for the reordering: that there was none is worth knowing. */
export function recordsText(records: Records): string {
  const { received, reordered, reorderingExtentMax, gapsGivenUp } = records
  const parts = [
    `${formatCount(received)} arrived`,
    `${formatCount(reordered)} reordered${reordered === 0 ? '' : ` (extent ${formatCount(reorderingExtentMax)})`}`,
    records.held === 0 ? '' : heldText(records),
    gapsGivenUp === 0 ? '' : `${formatCount(gapsGivenUp)} ${gapsGivenUp === 1 ? 'gap' : 'gaps'} given up`,
  ]
  return parts.filter((part) => part !== '').join(', ')
}

function heldText({ held, holdMs }: Pick<Records, 'held' | 'holdMs'>): string {
  const hold = holdMs === null ? '' : ` (p50 ${formatMs(holdMs.p50)}, p99 ${formatMs(holdMs.p99)} ms)`
  return `${formatCount(held)} held${hold}`
}
