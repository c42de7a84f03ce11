/**
 * A plain numbered UDP flow, for measuring what carries UDP without changing it. In a process of its own:
 *
 *     source HOST PORT RATE_BPS SIZE SECONDS     payload bits a second, bytes of a packet; says how many it sent
 *     sink PORT SIZE                             until SIGTERM; says "ready", and in the end what it received
 */
import { createSocket } from 'node:dgram'

export interface SinkResult {
  readonly received: number
  readonly unique: number
  /** Below the highest number seen and never there. */
  readonly missing: number
  readonly highest: number
  /** Longest time without a new packet, ms. What hands packets on in order has no other gap. */
  readonly gapMaxMs: number
}

/** What is due within this is sent at once. */
const tickMs = 1

export function runUdpFlow(args: readonly string[]): void {
  const [role, ...rest] = args
  if (role === 'source') source(rest[0] ?? '', ...(rest.slice(1).map(Number) as Numbers))
  else sink(Number(rest[0]), Number(rest[1]))
}

type Numbers = [port: number, rateBps: number, sizeBytes: number, seconds: number]

function source(host: string, ...[port, rateBps, sizeBytes, seconds]: Numbers): void {
  const socket = createSocket('udp4')
  const startMs = performance.now()
  const perMs = rateBps / 8 / sizeBytes / 1000
  const total = Math.floor(perMs * seconds * 1000)
  let sent = 0
  const timer = setInterval(() => {
    const due = Math.min(total, Math.ceil((performance.now() - startMs) * perMs))
    for (; sent < due; sent += 1) {
      const packet = Buffer.alloc(sizeBytes)
      packet.writeUInt32BE(sent + 1)
      socket.send(packet, port, host)
    }
    if (sent < total) return
    clearInterval(timer)
    setTimeout(() => {
      socket.close()
      process.stdout.write(`${JSON.stringify({ sent })}\n`)
    }, 100)
  }, tickMs)
}

function sink(port: number, sizeBytes: number): void {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 })
  const seen = new Set<number>()
  let received = 0
  let highest = 0
  let lastNewMs: number | null = null
  let gapMaxMs = 0
  socket.on('message', (packet) => {
    if (packet.length !== sizeBytes) return
    const nowMs = performance.now()
    const number = packet.readUInt32BE()
    received += 1
    if (seen.has(number)) return
    seen.add(number)
    highest = Math.max(highest, number)
    if (lastNewMs !== null) gapMaxMs = Math.max(gapMaxMs, nowMs - lastNewMs)
    lastNewMs = nowMs
  })
  socket.bind(port, () => process.stdout.write('ready\n'))
  process.on('SIGTERM', () => {
    const unique = seen.size
    const result: SinkResult = { received, unique, missing: highest - unique, highest, gapMaxMs }
    process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0))
  })
}
