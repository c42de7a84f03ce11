export { button } from './button'
