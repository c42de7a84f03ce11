// caught by: shared-takes-types-of-engine
export { ice } from '../engine'
