/** One session: the rooms of the engine tied together behind its face. */
export { createEngine } from './engine'
