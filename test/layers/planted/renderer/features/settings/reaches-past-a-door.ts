// caught by: door-between-features
export { table } from '../pairs/table'
