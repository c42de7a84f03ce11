import { runPulse } from './pulse'
import { runUdpFlow } from './udp-flow'

const args = process.argv.slice(2)
if (args[0]?.startsWith('pulse-')) runPulse(args)
else runUdpFlow(args)
