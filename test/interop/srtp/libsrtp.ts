/** Cisco's libsrtp as the other side, in a process of its own (see ../peers/libsrtp_peer.py). */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type Installable, peerProgram, python, succeeds } from '../peers'
import { type Direction, type Opened, plainOf, type Refusal, type Side } from './side'

export const libsrtp: Installable = {
  name: 'libsrtp',
  packages: ['python3-pylibsrtp'],
  isInstalled: () => succeeds(python, ['-c', 'import pylibsrtp']),
}

export interface RunningLibsrtp extends Side {
  stop(): void
}

type Answer = { readonly session: number } | { readonly packet: string } | { readonly refused: string }

/** What libsrtp says of a packet that it does not take, in our words. Whatever else it says is a fault. */
const refusals: Readonly<Record<string, Refusal>> = {
  'replay check failed (bad index)': 'duplicate',
  'replay check failed (index too old)': 'too-old',
  'authentication failure': 'forged',
  'cipher failure': 'forged',
  'unsupported parameter': 'malformed',
  'error parsing data': 'malformed',
}

const directions: Readonly<Record<Direction, number>> = { offerer: 0, answerer: 1 }
const answerLimitMs = 10_000

export function startLibsrtp(): RunningLibsrtp {
  const { ask, stop } = startProgram()

  const begin = async (way: 'seal' | 'open', material: Uint8Array, direction: Direction) => {
    const answer = await ask({ do: 'begin', way, material: hex(material), direction: directions[direction] })
    if (!('session' in answer)) throw new Error(`libsrtp began no session: ${JSON.stringify(answer)}`)
    return answer.session
  }

  return {
    name: libsrtp.name,
    sendsLongHeaders: true,
    async sealer(material, direction) {
      const session = await begin('seal', material, direction)
      return {
        async seal(packet) {
          const answer = await ask({ do: 'seal', session, packet: hex(plainOf(packet)) })
          if ('packet' in answer) return bytesOf(answer.packet)
          throw new Error(`libsrtp did not seal packet ${packet.index}: ${JSON.stringify(answer)}`)
        },
      }
    },
    async opener(material, direction) {
      const session = await begin('open', material, direction)
      return { open: async (sealed) => openedBy(await ask({ do: 'open', session, packet: hex(sealed) })) }
    },
    stop,
  }
}

/** The program answers in the order of the questions. */
function startProgram(): { ask(question: object): Promise<Answer>; stop(): void } {
  const child = spawn(python, [peerProgram('libsrtp_peer.py')], { stdio: ['pipe', 'pipe', 'inherit'] })
  // That it ended is told by the answer that does not come.
  child.stdin.on('error', () => {})
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async ask(question) {
      child.stdin.write(`${JSON.stringify(question)}\n`)
      const timer = setTimeout(() => child.kill('SIGKILL'), answerLimitMs)
      const line = await lines.next()
      clearTimeout(timer)
      if (line.done === true) throw new Error('libsrtp’s program ended, or did not answer')
      return JSON.parse(line.value) as Answer
    },
    stop: () => child.stdin.end(),
  }
}

function openedBy(answer: Answer): Opened {
  if ('packet' in answer) return { kind: 'new', plain: bytesOf(answer.packet) }
  const as = 'refused' in answer ? refusals[answer.refused] : undefined
  if (as === undefined) throw new Error(`libsrtp said ${JSON.stringify(answer)}`)
  return { kind: 'refused', as }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))
