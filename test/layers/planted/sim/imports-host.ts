// caught by: sim-imports
export { host } from '../runtime/host'
