/** The words and number formats that the window, the command line and the reports share. */
export { definitions } from './definitions'
export { egressGapWords, egressSentence, formatEgress, sharedLinkSentences } from './egress'
export { addressMarks, formatDefaultRoutes, formatLinkSpeed } from './interfaces'
export * from './numbers'
export { reasonText, switchWords } from './reasons'
export { brokenText, eventSentence, type Sentence, waitingText } from './sentences'
export { serverHealth, serverSentence } from './servers'
export * from './states'
