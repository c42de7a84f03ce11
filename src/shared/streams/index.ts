/** Streams in words, the same on the command line, in config files and in the window. */
export { parseRate, rateText } from './rate'
export { pairTraffic } from './traffic'
export {
  parseDeadline,
  parseStream,
  type ParsedStream,
  streamLimits,
  streamText,
} from './words'
