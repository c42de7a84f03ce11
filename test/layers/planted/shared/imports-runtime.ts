// caught by: shared-imports
export { host } from '../runtime/host'
