/** How the two texts change hands: our own goes to a file or to standard output, the peer's comes as the options say. */
import type { SessionUpdate } from '../shared/session'
import { writeWhole, type FileResult } from './files'
import { staleText, waitForFile, waitForPipe, waitForTerminal, type Handover, type Waiting } from './handover'
import type { SessionOptions } from './options'
import type { Surroundings } from './surroundings'
import type { Voice } from './voice'

type OwnText = Extract<SessionUpdate, { readonly kind: 'local-description' }>['text']

export interface TextExchange {
  handOver(text: OwnText): FileResult
  /** The text of the other side. While interrupted nothing more comes of it. */
  receive(kind: 'offer' | 'answer'): Promise<Handover>
  /** Whether a text that is refused can be followed by another: somebody sits there. */
  readonly canBeAskedAgain: boolean
  /** No more is read. */
  cancel(): void
  /** As `cancel`, and whoever waits is told. */
  interrupt(): void
}

/** `onInterrupt`: Ctrl-C at a terminal that is read raw. */
export function createTextExchange(
  { role, textIn, textOut, jsonl }: SessionOptions,
  { stdin, stdout, stderr, wallMs }: Surroundings,
  voice: Voice,
  onInterrupt: () => void,
): TextExchange {
  // An answer found before the offer was made cannot belong to it.
  const stale = role === 'offerer' && textIn !== undefined ? staleText(textIn) : undefined
  let waiting: Waiting | undefined
  let giveUp: (() => void) | undefined

  const waitFor = (kind: 'offer' | 'answer'): Waiting => {
    if (textIn !== undefined) {
      voice.say(`Waiting for the ${kind} in ${textIn}.`)
      return waitForFile({ file: textIn, stale, nowMs: wallMs })
    }
    if (!stdin.isTerminal) {
      voice.say(`Reading the ${kind} from standard input.`)
      return waitForPipe(stdin)
    }
    const atTerminal = waitForTerminal({ input: stdin, output: stderr, onInterrupt })
    // Said when the terminal is raw already: a paste before would be cut.
    voice.say(`Paste the ${kind} of the other side here:`)
    return atTerminal
  }
  const cancel = () => waiting?.cancel()

  return {
    handOver(text) {
      voice.tell('local-description', { ...text })
      if (textOut === undefined) {
        voice.say(`Give this ${text.type} to the other side:`)
        if (!jsonl) stdout.write(`${text.json}\n`)
        return { kind: 'ok' }
      }
      const written = writeWhole(textOut, `${text.json}\n`)
      voice.say(written.kind === 'problem' ? written.message : `The ${text.type} is in ${textOut}.`)
      return written
    },
    receive(kind) {
      waiting = waitFor(kind)
      const interrupted = new Promise<Handover>((resolve) => {
        giveUp = () => resolve({ kind: 'unusable', message: 'Interrupted before a text came.' })
      })
      return Promise.race([waiting.done, interrupted])
    },
    canBeAskedAgain: textIn === undefined && stdin.isTerminal,
    cancel,
    interrupt() {
      cancel()
      giveUp?.()
    },
  }
}
