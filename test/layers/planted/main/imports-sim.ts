// caught by: main-imports
export { world } from '../sim/world'
