import { runUdpFlow } from './udp-flow'

runUdpFlow(process.argv.slice(2))
