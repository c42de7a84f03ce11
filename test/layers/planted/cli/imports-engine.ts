// caught by: cli-imports
export { ice } from '../engine'
