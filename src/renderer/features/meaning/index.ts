/** What the numbers mean, what was delivered, what happened. */
export { MeaningColumn } from './meaning-column'
