/** The table of all pairs. */
export { PairTable } from './pair-table'
