/** What an application would get of a stream that is put back in order within a deadline, and what that costs. */
export { createPlayout, type Playout, type PlayoutView } from './playout'
