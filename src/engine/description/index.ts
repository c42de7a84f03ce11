/** Offers and answers as SDP text, ours written and anybody's read. */
export { answerShape, offerShape, PROTOCOL_VERSION } from './description'
export type {
  DescribedCandidate,
  LocalDescription,
  NamedCandidate,
  PathscopeMark,
  RejectedSection,
  RemoteDescription,
  SectionShape,
  Setup,
  SkippedCandidates,
} from './description'
export { problems } from './problems'
export { readSdp } from './read'
export type { ReadSdp } from './read'
export { writeSdp } from './write'
