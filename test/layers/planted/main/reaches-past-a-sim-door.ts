// caught by: main-imports, door-sim
export { world } from '../sim/world/world'
