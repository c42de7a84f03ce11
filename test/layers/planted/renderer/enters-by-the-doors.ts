export { table } from './features/pairs'
export { button } from './ui'
