// caught by: door-shared
export { view } from '../shared/view/model'
