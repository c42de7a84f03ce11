/** What a pair or stream is measured by: distributions, round trip times, loss, one-way delay. docs/measurements.md */
export { createDelaySpread, type DelaySpread } from './delay'
export { createHistogram, type Histogram } from './histogram'
export { createLoss, type Loss } from './loss'
export { createRtt, type Rtt } from './rtt'
export { createSettling, type Settling } from './settling'
