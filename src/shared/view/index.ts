/** The view model: a session's updates folded into what a window shows. Pure. */
export { countPaths, firstShare, isPath } from './counts'
export type { PathCounts } from './counts'
export type { EventLine, Tone } from './event-lines'
export { meaningOf } from './meaning'
export type { Sentence, SentencePart } from './meaning'
export { foldUpdate, newSessionView, phaseOf } from './session-view'
export type { Phase, SessionRole, SessionView } from './session-view'
