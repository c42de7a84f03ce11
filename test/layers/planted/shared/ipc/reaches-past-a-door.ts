// caught by: door-between-shared
export { view } from '../view/model'
