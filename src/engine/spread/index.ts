/** How packets are spread: which live pairs carry, what each weighs, and which one the next packet takes. */
export { chooseCarrying, chooseControl, type SpreadCandidate } from './carrying'
export { createRoundRobin, expectedShares, type RoundRobin } from './round-robin'
export { createWeights, type WeightInput, type Weights, type WeightSettings } from './weights'
export { streamShares, type WireInput } from './wire-shares'
