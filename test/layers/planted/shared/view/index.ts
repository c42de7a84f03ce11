export { view } from './model'
