/** Why a path has the part of the traffic that it has, and why traffic moved: one sentence each. */
import type {
  BulkHold,
  BulkReason,
  ModeReason,
  PathReason,
  RestReason,
  SwitchReason,
  WeightLimit,
} from '../../engine'
import { formatMbps, formatMs, formatPercent, formatShare, formatSpan } from './numbers'

/** A path's reason as a short sentence, without its name. `share`: its part of what is sent, 0..1. */
export function reasonText(reason: PathReason, share: number): string {
  return reason.kind === 'bulk' ? bulkText(reason, share) : modeText(reason, share)
}

function modeText(reason: ModeReason, share: number): string {
  switch (reason.kind) {
    case 'not-working':
      return 'Does not answer.'
    case 'excluded':
      return 'Taken out by the user.'
    case 'not-pinned':
      return 'Other paths are pinned.'
    case 'not-in-set':
      return 'Another pair of its interface carries in its place.'
    case 'multipath-off':
      return 'Multipath is off, and another pair is used.'
    case 'copies':
      return reason.capBps === null
        ? 'Gets a copy of every packet.'
        : `Gets a copy of every packet that your limit of ${formatMbps(reason.capBps)} Mbit/s has room for.`
    case 'weighed':
      return weighedText(reason, share)
    case 'fastest':
      return reason.marginMs === null
        ? `The only usable path: ${formatMs(reason.delayMs)} ms expected.`
        : `${reason.marginMs < 0 ? 'Fastest until now' : 'The fastest'}: ${formatMs(reason.delayMs)} ms expected, the next ${differenceText(reason.marginMs)}.`
    case 'slower':
      return `${paceText(reason.byMs)}: ${formatMs(reason.delayMs)} ms expected, ${formatMs(Math.abs(reason.byMs))} ms ${reason.byMs < 0 ? 'less, but by too little or for too short a time' : 'more'}.`
    case 'spill':
      return `Takes what the fastest has no room for: ${formatMs(reason.delayMs)} ms expected.`
    case 'risk-copies':
      return `${paceText(reason.byMs)}: ${formatMs(reason.delayMs)} ms expected; gets copies of what is at risk.`
    case 'active':
      // An earlier one may work, and rest, be in doubt, or have to prove itself.
      return `Number ${reason.place} in the order, and the first of those that ${reason.place === 1 ? 'work' : 'can be relied on now'}.`
    case 'standing-by':
      return `Number ${reason.place} in the order, standing by.`
    case 'stands-in':
      return `Number ${reason.place} in the order, carrying what an earlier one is too narrow for.`
    case 'resting':
      return reason.streams.map(restText).join(' ')
    case 'selected':
      return 'The one that a stock WebRTC peer would use.'
    case 'not-selected':
      return 'Not the one that a stock WebRTC peer would use.'
    case 'avoided':
      return reason.because === 'suspect'
        ? 'Avoided: it fell silent and is being checked.'
        : 'Avoided: what went over it has not been acknowledged in time.'
    case 'proving':
      return `Works without trouble for too short a time, and has to prove itself for ${formatMs(reason.remainingMs)} ms more.`
  }
}

/** By how much longer than over the preferred path a packet is expected to take. */
function paceText(byMs: number): string {
  return byMs < 0 ? 'Faster now' : 'Slower'
}

function restText({ streamId, sentBps, lostPercent, againInMs }: RestReason): string {
  const why = `of ${formatMbps(sentBps)} Mbit/s over it, ${formatPercent(lostPercent)} % were lost`
  if (againInMs === null) return `Tried again for stream ${streamId}, as it was too narrow: ${why}.`
  const until = againInMs === 0 ? 'once it is estimated to carry that' : `in ${formatSpan(againInMs)}`
  return `Rests for stream ${streamId}, as it is too narrow: ${why}; tried again ${until}.`
}

function differenceText(marginMs: number): string {
  return `${formatMs(Math.abs(marginMs))} ms ${marginMs < 0 ? 'less' : 'more'}`
}

const limitTexts: Readonly<Record<WeightLimit, string>> = {
  capacity: 'by what it carries',
  trial: 'for a moment, to see whether it carries more',
  queue: 'as a queue stands',
  overload: 'more than it carries, as all paths together carry too little',
  cap: 'by your limit',
  range: 'by the range of weights',
}

/** In `weighted`, `bulk` makes the share, and the weight holds for other streams; else the mode's own sentence goes before. */
function bulkText({ bulkBps, hold, mode, othersShare }: BulkReason, share: number): string {
  const bulk = bulkTexts[hold](`${formatMbps(bulkBps)} Mbit/s now`)
  if (mode !== null && mode.kind !== 'weighed') return `${modeText(mode, share)} Bulk ${bulk}.`
  const gets = `Gets ${formatShare(share)} %: bulk ${bulk}.`
  return mode === null ? gets : `${gets} Of other streams ${partText(mode, othersShare)}`
}

const takes = 'takes what it has room for'
const bulkTexts: Readonly<Record<BulkHold, (rate: string) => string>> = {
  window: (rate) => `${takes}, ${rate}; its window is full`,
  startup: (rate) => `takes more and more, to see what it carries, ${rate}`,
  queue: (rate) => `${takes}, ${rate}, less as a queue stands`,
  competing: (rate) => `${takes}, ${rate}, beside others that keep a queue`,
  cap: (rate) => `${takes}, ${rate}, held by your limit`,
  limit: (rate) => `${takes}, ${rate}, the most that one path gets`,
  suspect: () => 'waits until it answers again',
  slowest: (rate) => `waits for the slowest path, ${rate}, with room for more`,
}

function weighedText(reason: Extract<PathReason, { kind: 'weighed' }>, share: number): string {
  return `Gets ${partText(reason, share)}`
}

function partText(
  { rttMs, lossPercent, limit, limitBps }: Extract<PathReason, { kind: 'weighed' }>,
  share: number,
): string {
  const rtt = rttMs === null ? 'round trip not known yet' : `round trip ${formatMs(rttMs)} ms`
  const loss = lossPercent === null ? '' : `, recent loss ${formatPercent(lossPercent)} %`
  const gets = `${formatShare(share)} %`
  if (limit === null) return `${gets} by ${rtt}${loss}.`
  const held =
    limit === 'overload' ? '' : limitBps === null ? 'held ' : `held to ${formatMbps(limitBps)} Mbit/s `
  return `${gets}, ${held}${limitTexts[limit]}; ${rtt}${loss}.`
}

/** Why traffic moved to another path; follows "A → B: ". */
export const switchWords: Readonly<Record<SwitchReason, string>> = {
  started: 'the first path in use',
  mode: 'the mode was changed',
  user: 'the user chose so',
  down: 'the one before went down, or is not in use any more',
  suspect: 'the one before fell silent',
  overdue: 'acknowledgements over the one before were overdue',
  narrow: 'the one before is too narrow for it',
  silent: 'nothing came over the one before for 2.5 s',
  faster: 'it has been faster for long enough',
  queue: 'a queue built up on the one before',
  returned: 'it comes first and has proved itself',
}
