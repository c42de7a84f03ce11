// caught by: sim-only-for-loopback
export { world } from '../../sim/world'
