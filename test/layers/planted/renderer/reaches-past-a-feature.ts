// caught by: door-features
export { table } from './features/pairs/table'
