/**
 * How packets are spread: which live pairs carry, what each weighs, and which ones the next packet takes.
 *
 * - `chooseCarrying`, `chooseControl`: the pairs that carry streams, and control.
 * - `createWeights`: their weights, from RTT, loss, estimated rate, queue and the user's limits.
 * - `createSpreader`: the mode of a direction. Give it `PathFacts` by `update` on every change and every 100 ms, ask
 *   `choose` for each packet, and tell it what the peer acknowledged by `heard`: a path whose acknowledgements are
 *   overdue is avoided at once and returned by `takeDoubted`, so that it is checked and what is in flight on it resent.
 */
export { chooseCarrying, chooseControl, type SpreadCandidate } from './carrying'
export {
  type Choice,
  type ChoiceReason,
  isTooNarrow,
  noRests,
  type PacketFacts,
  type PathFacts,
  type PathRests,
} from './facts'
export { createRoundRobin, expectedShares, type RoundRobin } from './round-robin'
export { createSpreader, type Overdue, type Spreader } from './spreader'
export type { Told } from './pulse'
export { createWeights, type WeightInput, type Weights, type WeightSettings } from './weights'
export { streamShares, type WireInput } from './wire-shares'
