// caught by: preload-imports
export { view } from '../shared/view'
