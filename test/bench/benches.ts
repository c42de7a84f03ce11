import type { Bench } from './bench'
import { dataplane } from './dataplane'
import { ice } from './ice'

/** Every bench there is; `npm run bench` runs them in this order. */
export const benches: readonly Bench[] = [ice, dataplane]
