// caught by: tests-stay-tests
export { expectation } from './agent.test'
