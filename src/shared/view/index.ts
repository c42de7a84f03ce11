/** The view model: a session's updates folded into what a window shows. Pure. */
export { countPaths, firstShare, isPath } from './counts'
export { waitingText } from '../words'
export type { PathCounts } from './counts'
export type { EventLine } from './event-lines'
export { failureOf } from './failure'
export type { FailureStory } from './failure'
export { chosenInterfaces, usableInterface } from './interfaces'
export { meaningOf } from './meaning'
export type { Sentence, SentencePart } from './meaning'
export { foldUpdate, newSessionView, phaseOf } from './session-view'
export type { Phase, SessionRole, SessionView } from './session-view'
export { trustText } from './trust'
export type {
  EngineSnapshot,
  GatheringServer,
  MessageStreamSnapshot,
  Mode,
  PairSnapshot,
  PairState,
  RecordsSnapshot,
  StreamSnapshot,
  StreamSpec,
  Use,
} from '../../engine'
