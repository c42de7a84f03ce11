export { world } from './world'
