// caught by: engine-imports
export { view } from '../shared/view'
