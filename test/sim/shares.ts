import type { EngineSnapshot, PairSnapshot } from '../../src/engine'
import type { Report } from './checked-engine'

/** In `weighted` mode each path's part of the stream packets of a time is its share by weight, within this. */
const within = 0.1
/** So many packets tell, from one snapshot to the next. */
const leastPackets = 100
/** Where a share moved by more between the two, it is not known which held for how long. */
const steadyWithin = 0.03

interface Part {
  readonly label: string
  readonly part: number
  readonly share: number
}

/** What each path got of the stream packets between two snapshots, beside its share; nothing where that cannot be told. */
export function partsBetween(before: EngineSnapshot, now: EngineSnapshot): readonly Part[] {
  const hasBulk = now.streams.some(({ direction, spec }) => direction === 'sent' && spec.kind === 'bulk')
  if (hasBulk || before.mode !== 'weighted' || now.mode !== 'weighted') return []
  const rises = now.pairs.map((pair) => {
    const was = before.pairs.find(({ id }) => id === pair.id)
    return {
      label: pair.label,
      packets: pair.streamSent.packets - (was?.streamSent.packets ?? 0),
      isSteady: was !== undefined && isSteady(was, pair),
      share: pair.carryingStreams ? pair.share : 0,
    }
  })
  const all = rises.reduce((sum, { packets }) => sum + packets, 0)
  if (all < leastPackets || rises.some(({ isSteady }) => !isSteady)) return []
  return rises.map(({ label, packets, share }) => ({ label, share, part: packets / all }))
}

/** Avoided for a moment, a path gets nothing whatever its share is; what was under way is sent again then. */
function isSteady(was: PairSnapshot, is: PairSnapshot): boolean {
  const isAsBefore =
    was.carryingStreams === is.carryingStreams && Math.abs(was.share - is.share) < steadyWithin
  return isAsBefore && was.timesSuspected === is.timesSuspected && was.resent === is.resent
}

/** Held to each pair of snapshots that follow each other. */
export function watchShares(report: Report): (snapshot: EngineSnapshot) => void {
  let before: EngineSnapshot | undefined
  return (now) => {
    const parts = before === undefined ? [] : partsBetween(before, now)
    for (const { label, part, share } of parts) {
      if (Math.abs(part - share) > within)
        report(`${label} got ${part.toFixed(3)} of the stream packets at a share of ${share.toFixed(3)}`)
    }
    before = now
  }
}
