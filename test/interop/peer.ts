/**
 * A running stock peer. It takes descriptions as JSON lines on its standard input and ends when that closes; it writes
 * JSON lines: its own description (nothing trickles), its states, that the channel opened, and twice a second what it has
 * counted. Every message is sent back as it came.
 */
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Host } from '../integration/netns'

export type Role = 'offerer' | 'answerer'

export type PeerLine =
  | { readonly kind: 'description'; readonly type: 'offer' | 'answer'; readonly sdp: string }
  | { readonly kind: 'state'; readonly state: string }
  | { readonly kind: 'open' }
  | {
      readonly kind: 'counts'
      readonly messages: number
      /** Only Chromium tells. */
      readonly pairs: readonly PeerPair[] | null
    }

export interface PeerPair {
  readonly state: string
  readonly nominated: boolean
  readonly packetsReceived?: number
  readonly packetsSent?: number
}

export interface RunningPeer {
  readonly lines: readonly PeerLine[]
  /** Its description, as text to paste. */
  description(): Promise<string>
  take(description: string): void
  prose(): string
  stop(): Promise<void>
}

const describeLimitMs = 30_000

export function startPeer(host: Host, [command, ...args]: readonly [string, ...string[]]): RunningPeer {
  const child = host.start(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const lines: PeerLine[] = []
  let said = ''
  let described: (line: Extract<PeerLine, { kind: 'description' }>) => void = () => {}
  const description = new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('it made no description in time')), describeLimitMs)
    described = ({ type, sdp }) => {
      clearTimeout(timer)
      resolve(JSON.stringify({ type, sdp }))
    }
    child.once('close', (status) => {
      clearTimeout(timer)
      reject(new Error(`it ended with status ${status} before it made a description: ${said.trim()}`))
    })
  })
  // Asked for later than it may fail.
  description.catch(() => {})
  child.stderr!.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000)
  })
  createInterface({ input: child.stdout! }).on('line', (text) => {
    const line = JSON.parse(text) as PeerLine
    lines.push(line)
    if (line.kind === 'description') described(line)
  })
  return {
    lines,
    description: () => description,
    take: (text) => void child.stdin!.write(`${text.trim()}\n`),
    prose: () => said,
    stop: () => stop(child),
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.stdin!.end()
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await ended
  clearTimeout(timer)
}
