// caught by: door-renderer
export { button } from './ui/button'
