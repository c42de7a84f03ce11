/** What it costs to send packets over sockets of the loopback interface, and to receive them, by the processor's time. */
import { setImmediate as turn } from 'node:timers/promises'
import { ProtectionProfileAeadAes128Gcm, RtpHeader, SrtpSession } from 'werift'
import { loopbackSocket, type Mirror, within } from './mirror'

/** A way to carry packets over some paths. */
export interface Carrier {
  /** Where its copies are to come back to, one a path. */
  readonly ports: readonly number[]
  /** Makes some packets and sends a copy of each to each port; how many packets. */
  send(to: readonly number[]): number
  /** To be called with each copy that came and was dealt with. */
  onTaken: () => void
  /** What else is to be done after each batch, which is not measured. */
  settle(): void
  close(): void
}

/** µs of CPU of the whole process for a packet with all its copies. */
export interface Cost {
  readonly sendUs: number
  readonly receiveUs: number
  /** Copies that did not come back. */
  readonly lost: number
}

const patienceMs = 200

/** Sends batches, and has the mirror give each back, until there were so many packets. */
export async function costOf(carrier: Carrier, mirror: Mirror, leastPackets: number): Promise<Cost> {
  const paths = carrier.ports.length
  let [packets, copies, sendUs, receiveUs] = [0, 0, 0, 0]
  while (packets < leastPackets) {
    let from = process.cpuUsage()
    const sent = carrier.send(mirror.ports)
    // In these Node learns that sends are over.
    await turn()
    await turn()
    sendUs += cpuMicrosecondsSince(from)
    packets += sent
    let taken = 0
    const all = within(patienceMs, (done) => {
      carrier.onTaken = () => {
        taken += 1
        if (taken === sent * paths) done()
      }
    })
    mirror.giveBack({ count: sent * paths, ports: carrier.ports })
    from = process.cpuUsage()
    await all
    receiveUs += cpuMicrosecondsSince(from)
    copies += taken
    carrier.settle()
  }
  const lost = packets * paths - copies
  return { sendUs: sendUs / packets, receiveUs: (receiveUs * paths) / Math.max(1, copies), lost }
}

/** Of the whole process, all its threads. */
export function cpuMicrosecondsSince(from: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(from)
  return user + system
}

/** What to send, and what to do with what came. */
export interface Codec {
  make(): Buffer
  take(data: Buffer): void
}

/** Bare sockets in Node. */
export async function rawCarrier(paths: number, batch: number, codec: Codec): Promise<Carrier> {
  const senders = await Promise.all(Array.from({ length: paths }, loopbackSocket))
  const receivers = await Promise.all(Array.from({ length: paths }, loopbackSocket))
  const carrier: Carrier = {
    ports: receivers.map((socket) => socket.address().port),
    send(to) {
      for (let at = 0; at < batch; at += 1) {
        const data = codec.make()
        senders.forEach((socket, path) => socket.send(data, to[path] ?? 0, '127.0.0.1'))
      }
      return batch
    },
    onTaken: () => {},
    settle: () => {},
    close: () => [...senders, ...receivers].forEach((socket) => socket.close()),
  }
  for (const socket of receivers) {
    socket.on('message', (data) => {
      codec.take(data)
      carrier.onTaken()
    })
  }
  return carrier
}

/** The same bytes each time, and nothing done with them. */
export function noCodec(bytes: number): Codec {
  const data = Buffer.alloc(bytes)
  return { make: () => data, take: () => {} }
}

/** werift's SRTP, with the keys of both ends alike. */
export function weriftCodec(payloadBytes: number): Codec {
  const session = weriftSession()
  const payload = Buffer.alloc(payloadBytes, 7)
  let sequence = 0
  return {
    make() {
      const sequenceNumber = sequence++ % 65_536
      const header = new RtpHeader({ ssrc: 1, payloadType: 96, sequenceNumber, timestamp: sequence })
      return session.encrypt(payload, header)
    },
    take: (data) => void session.decrypt(data),
  }
}

function weriftSession(): SrtpSession {
  const keys = {
    localMasterKey: Buffer.alloc(16, 1),
    localMasterSalt: Buffer.alloc(12, 2),
    remoteMasterKey: Buffer.alloc(16, 1),
    remoteMasterSalt: Buffer.alloc(12, 2),
  }
  return new SrtpSession({ keys, profile: ProtectionProfileAeadAes128Gcm })
}
