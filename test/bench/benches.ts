import type { Bench } from './bench'
import { bonding } from './bonding'
import { dataplane } from './dataplane'
import { failover } from './failover'
import { hour } from './hour'
import { ice } from './ice'
import { tail } from './tail'
import { unequal } from './unequal'

/** Every bench there is; `npm run bench` runs them in this order, but for those that are run by name only. */
export const benches: readonly Bench[] = [ice, dataplane, bonding, unequal, failover, tail, hour]
