/**
 * Loaded into a program before its own code, in each of its threads: when a socket hands the program a packet of a test
 * stream, it notes that in the file that PATHSCOPE_ARRIVALS names, a line each. The file is written aside, so that the
 * program waits for no disk; what came in the last moment before a thread ends may be missing.
 */
import { Socket } from 'node:dgram'
import { appendFile } from 'node:fs'
import { arrivalLine } from './arrivals'
import { readStreamPacket } from './stream-packet'

const file = process.env['PATHSCOPE_ARRIVALS']
const writeEveryMs = 200

if (file !== undefined) {
  let lines: string[] = []
  setInterval(() => {
    if (lines.length === 0) return
    appendFile(file, lines.join(''), () => {})
    lines = []
  }, writeEveryMs).unref()
  const emit: (event: string, ...args: unknown[]) => boolean = Socket.prototype.emit
  Object.defineProperty(Socket.prototype, 'emit', {
    value(this: Socket, event: string, ...args: unknown[]): boolean {
      const atNs = process.hrtime.bigint()
      const result = emit.call(this, event, ...args)
      const packet = event === 'message' && Buffer.isBuffer(args[0]) ? readStreamPacket(args[0]) : null
      if (packet !== null) lines.push(arrivalLine(packet, atNs))
      return result
    },
  })
}
