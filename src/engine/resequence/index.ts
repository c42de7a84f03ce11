/** Puts opened records back in order before SCTP sees them. */
export {
  createResequencer,
  type Resequencer,
  type ResequencerOptions,
  type ResequencerStats,
} from './resequencer'
