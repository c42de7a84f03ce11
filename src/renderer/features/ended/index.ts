/** Sessions that are over, well or not. */
export { EndedSummary } from './ended-summary'
export { FailedScreen } from './failed-screen'
