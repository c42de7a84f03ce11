/** The ICE agent: candidates, pairs, checks, answers, liveness, and nominations prevented. */
export { type Agent, createAgent } from './agent'
export { createGatherer, type Gatherer } from './gather'
export { jitterMs, liveness } from './liveness'
export { countArrival, countDeparture, isDoubted, noteDeparture, type Pair } from './pair'
export type { IceCredentials, IceSink, RemoteIce, UntimedEvent } from './state'
export { tellLimit } from './state'
export { noteRecord, silenceBoundMs } from './suspicion'
export { candidatePriority, localPreference } from './priority'
