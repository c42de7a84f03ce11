/**
 * Gives back what it was sent, when it is told to, so that a process can measure what sending alone costs it, and then what
 * receiving does. In a process of its own:
 *
 *     mirror PATHS     says its ports, one a path; each line of its input is a `GiveBack`; ends with its input
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { createInterface } from 'node:readline'

interface GiveBack {
  /** Datagrams on all paths together that it is to wait for, at most `patienceMs`. */
  readonly count: number
  /** Where each path's datagrams go. */
  readonly ports: readonly number[]
}

const patienceMs = 100
/** Room for all that is ever held back at once. */
const bufferBytes = 4 << 20

export async function runMirror(paths: number): Promise<void> {
  const held = Array.from({ length: paths }, (): Buffer[] => [])
  const sockets = await Promise.all(held.map(() => loopbackSocket()))
  let heldCount = 0
  let onHeld: () => void = () => {}
  sockets.forEach((socket, path) =>
    socket.on('message', (data) => {
      held[path]?.push(data)
      heldCount += 1
      onHeld()
    }),
  )
  process.stdout.write(`${JSON.stringify(sockets.map((socket) => socket.address().port))}\n`)
  for await (const line of createInterface({ input: process.stdin })) {
    const { count, ports } = JSON.parse(line) as GiveBack
    await within(patienceMs, (done) => {
      onHeld = () => {
        if (heldCount >= count) done()
      }
      onHeld()
    })
    const most = Math.max(...held.map((each) => each.length))
    for (let at = 0; at < most; at += 1) {
      for (const [path, socket] of sockets.entries()) {
        const data = held[path]?.[at]
        if (data !== undefined) socket.send(data, ports[path] ?? 0, '127.0.0.1')
      }
    }
    for (const each of held) each.length = 0
    heldCount = 0
  }
  for (const socket of sockets) socket.close()
}

/** Resolves when it is told that it is done, or after so long. */
export function within(limitMs: number, begin: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, limitMs)
    begin(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}

/** Bound to any free port there. As the product has it: an address needs nothing to be looked up. */
export async function loopbackSocket(): Promise<Socket> {
  const socket = createSocket({
    type: 'udp4',
    recvBufferSize: bufferBytes,
    lookup: (address, _, callback) => callback(null, address, 4),
  })
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done))
  return socket
}

export interface Mirror {
  /** One a path. */
  readonly ports: readonly number[]
  giveBack(what: GiveBack): void
  close(): void
}

/** Starts the program that `program` names, which is to call `runMirror`. */
export async function startMirror(program: string, paths: number): Promise<Mirror> {
  const child: ChildProcess = spawn(process.execPath, [program, 'mirror', String(paths)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  const first = await lines.next()
  if (first.done === true) throw new Error(`${program} does not run`)
  return {
    ports: JSON.parse(first.value) as number[],
    giveBack: (what) => void child.stdin!.write(`${JSON.stringify(what)}\n`),
    close: () => child.stdin!.end(),
  }
}
