/** One suite of what the ports promise, which the real adapters and the simulated ones both pass. */
export { type ClockUnderTest, describeClockContract } from './clock'
export { type DatagramsUnderTest, describeDatagramsContract } from './datagrams'
export { describeEntropyContract } from './entropy'
export { describeInterfacesContract } from './interfaces'
