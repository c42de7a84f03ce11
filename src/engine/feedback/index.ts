/**
 * Which packets arrived when, told by their receiver (the content of RFC 8888), and what their sender learns from it.
 *
 * - `createRecorder`: the receiver's side: note each arrival, send the plain texts that it makes when they are due.
 * - `readFeedback`: reads such a plain text (control, types 3 and 4) into lists of arrivals.
 * - `createLedger`: the sender's side, one for each pair: what is in flight, delivered, lost, or was taken for lost in
 *   vain. What it finds out goes to a `LedgerSink`.
 * - `createLateness`: how regularly reports come, one for each session.
 */
export { type Arrivals, behindFeature, emptyArrivals, readFeedback } from './format'
export { createLateness, type Lateness } from './lateness'
export { createLedger, type Ledger, type LedgerCounts, type LedgerSink } from './ledger'
export { createRecorder, type Recorder } from './recorder'
