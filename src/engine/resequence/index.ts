/** Puts opened records back in order before SCTP sees them, and tells how far they were out of it. */
export { createReordering, type Reordering } from './reordering'
export {
  createResequencer,
  type Resequencer,
  type ResequencerOptions,
  type ResequencerStats,
} from './resequencer'
