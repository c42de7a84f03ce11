/** The graphs in the middle of the live view. */
export { GraphStack } from './graph-stack'
