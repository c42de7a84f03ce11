/** The append-only recording of a session: what its lines are, how they are written and read. */
export { noneForgotten } from './gone-pairs'
export * from './lines'
export { readRecording, type ReadResult, type Recording, type SeriesPoint } from './read'
export {
  flushSample,
  headerLine,
  median,
  recordingStart,
  sampleIntervalMs,
  toLines,
  type Lines,
  type RecordingState,
} from './write'
