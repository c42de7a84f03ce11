/** The product's own sockets between two ends on one machine. */
import { nodeClock, nodeDatagrams, nodeInterfaces } from '../../src/runtime/adapters/node'
import type { OpenSocketRequest } from '../../src/runtime/ports'

/** The product's sockets on the loopback interface: those of the first half send, those of the second receive. */
export interface LoopbackPaths {
  /** Of those that receive, one a path. */
  readonly ports: readonly number[]
  send(path: number, port: number, data: Uint8Array): void
  /** Gets each datagram that came. */
  onDatagram: (path: number, data: Uint8Array) => void
  close(): void
}

export async function openLoopbackPaths(paths: number): Promise<LoopbackPaths> {
  const datagrams = nodeDatagrams(nodeClock())
  const ports: number[] = []
  for (let id = 0; id < 2 * paths; id += 1) {
    const result = await datagrams.open(await loopbackRequest(id))
    if (result.kind === 'failed') throw new Error(result.message)
    if (id >= paths) ports.push(result.socket.local.port)
  }
  const opened: LoopbackPaths = {
    ports,
    send: (path, port, data) => datagrams.send(path, { family: 4, address: '127.0.0.1', port }, data),
    onDatagram: () => {},
    close: () => datagrams.closeAll(),
  }
  datagrams.onDatagram = ({ socketId, data }) => opened.onDatagram(socketId - paths, data)
  datagrams.onError = ({ code, message }) => {
    throw new Error(`${code}: ${message}`)
  }
  return opened
}

async function loopbackRequest(id: number): Promise<OpenSocketRequest> {
  const loopback = (await nodeInterfaces().list()).find((each) => each.loopback)
  const address = loopback?.addresses.find((each) => each.family === 4)
  if (loopback === undefined || address === undefined) throw new Error('there is no IPv4 loopback')
  return { id, interfaceName: loopback.name, interfaceKind: loopback.kind, address }
}
