/** Test streams: what runs in both directions, and starting, changing and stopping them. */
export { StreamPicker } from './stream-picker'
export { TestsPanel } from './tests-panel'
export { createTestsSlice, type TestsSlice } from './tests-slice'
