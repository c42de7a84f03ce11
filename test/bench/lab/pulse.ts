/**
 * The least that a program in Node does with a packet: one socket that sends, one that receives, at the pace of `voice`.
 * What this is late on a machine, no program in Node there can be without.
 *
 *     pulse-source HOST PORT COUNT     as many packets
 *     pulse-sink PORT                  until SIGTERM; says "ready", and in the end the delays of all that came
 */
import { createSocket } from 'node:dgram'

/** Number and delay in ms, by CLOCK_MONOTONIC, which all processes of a machine share. */
export type PulseDelays = readonly (readonly [number: number, delayMs: number])[]

export const pulse = {
  /** As an IP packet: unlike one of `voice`. */
  ipBytes: 228,
  intervalMs: 20,
}

const payloadBytes = pulse.ipBytes - 28

export function runPulse([role, ...rest]: readonly string[]): void {
  if (role === 'pulse-source') source(rest[0] ?? '', Number(rest[1]), Number(rest[2]))
  else sink(Number(rest[0]))
}

function source(host: string, port: number, count: number): void {
  // As the product has it: an address needs no thread to be looked up.
  const socket = createSocket({ type: 'udp4', lookup: (address, _, callback) => callback(null, address, 4) })
  const packet = Buffer.alloc(payloadBytes)
  let sent = 0
  const timer = setInterval(() => {
    packet.writeUInt32BE(sent)
    packet.writeBigUInt64BE(process.hrtime.bigint(), 4)
    socket.send(packet, port, host)
    sent += 1
    if (sent < count) return
    clearInterval(timer)
    setTimeout(() => socket.close(), 500)
  }, pulse.intervalMs)
}

function sink(port: number): void {
  const delays: [number, number][] = []
  const socket = createSocket('udp4')
  socket.on('message', (packet) => {
    const nowNs = process.hrtime.bigint()
    if (packet.length !== payloadBytes) return
    delays.push([packet.readUInt32BE(), Number(nowNs - packet.readBigUInt64BE(4)) / 1e6])
  })
  socket.bind(port, () => process.stdout.write('ready\n'))
  process.on('SIGTERM', () => process.stdout.write(`${JSON.stringify(delays)}\n`, () => process.exit(0)))
}
