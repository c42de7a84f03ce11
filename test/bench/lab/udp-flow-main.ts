import { runMirror } from '../mirror'
import { runPulse } from './pulse'
import { runUdpFlow } from './udp-flow'

const args = process.argv.slice(2)
if (args[0]?.startsWith('pulse-')) runPulse(args)
else if (args[0] === 'mirror') void runMirror(Number(args[1]))
else runUdpFlow(args)
