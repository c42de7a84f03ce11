// caught by: door-engine
export { ice } from '../../engine/ice'
