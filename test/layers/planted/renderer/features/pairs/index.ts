export { table } from './table'
