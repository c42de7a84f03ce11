// caught by: door-between-sim
export { world } from '../world/world'
