// caught by: door-between-engine
export { ice } from '../ice/agent'
