// caught by: door-between-renderer
export { button } from '../ui/button'
