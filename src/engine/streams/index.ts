/** RTP test streams: what they are, when their packets are due, what stands in them, what becomes of them. */
export { boundSpec, plainRateBps } from './spec'
export type { TooNarrow } from './rests'
export {
  readPayload,
  ssrcOf,
  streamOfSsrc,
  type PayloadFacts,
  writePayload,
} from './payload'
export { createReceivedStream, type ReceivedStream, type StreamCounts } from './received'
export { createSentStream, type SentStream } from './sent'
export type { BulkGate, DuePacket } from './source'
