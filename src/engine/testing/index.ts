/** Helpers for the engine's own tests; the only part of src/engine that may use node, and no product code imports it. */
export { distributionProblem } from './distribution'
export { testPrimitives } from './primitives'
export { seededRandom } from './random'
export { pairOfEngines, type TestLink, type TestRecord } from './pair-of-engines'
