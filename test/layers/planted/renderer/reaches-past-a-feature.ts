// caught by: door-renderer, door-features
export { table } from './features/pairs/table'
