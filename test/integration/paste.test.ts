/** Pasting into a real terminal, which in canonical mode would cut a line at 4096 bytes. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { cliFile } from './cli'

/** Of util-linux: gives a program a terminal and takes its keys from a pipe. */
const terminalProgram = 'script'

const reason = whyNoTerminal()
if (reason !== null) console.warn(`Skipped: pasting into a terminal, because ${reason}.`)

function whyNoTerminal(): string | null {
  if (process.platform !== 'linux') return 'the tool for it, script of util-linux, is used on Linux only'
  try {
    execFileSync(terminalProgram, ['--version'], { stdio: 'pipe' })
    return null
  } catch {
    return 'there is no program "script" (package bsdutils)'
  }
}

interface Terminal {
  readonly child: ChildProcess
  type(keys: string): void
  shown(): string
  until(what: string, fits: (shown: string) => boolean): Promise<void>
}

/** After the program, `stty` shows the terminal's settings. */
function openTerminal(args: readonly string[]): Terminal {
  const quoted = [process.execPath, cliFile, ...args].map((arg) => `'${arg}'`).join(' ')
  const command = `${quoted}; status=$?; stty -a; exit $status`
  const child = spawn(terminalProgram, ['-qefc', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString()
  })
  return {
    child,
    type: (keys) => void child.stdin.write(keys),
    shown: () => shown,
    async until(what, fits) {
      for (let waitedMs = 0; !fits(shown); waitedMs += 20) {
        if (child.exitCode !== null || waitedMs > 20_000) throw new Error(`Not seen: ${what}\n${shown}`)
        await sleep(20)
      }
    },
  }
}

describe.skipIf(reason !== null)('Pasting an offer into a terminal', () => {
  const running: ChildProcess[] = []
  let folder = ''
  let offer: { type: string; sdp: string }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pathscope-paste-'))
    offer = await makeOffer()
  })
  afterEach(async () => {
    for (const child of running.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function makeOffer(): Promise<{ type: string; sdp: string }> {
    const child = spawn(process.execPath, [cliFile, 'offer', '--interfaces', 'lo', '--report', folder], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    running.push(child)
    let text = ''
    for await (const chunk of child.stdout) {
      text += String(chunk)
      if (text.includes('\n')) break
    }
    return JSON.parse(text) as { type: string; sdp: string }
  }

  /** As long as an offer of a machine with many addresses; unknown attributes are to be passed over (RFC 8866). */
  function ofLength(length: number): string {
    const line = `a=x-filler:${'0123456789'.repeat(10)}\r\n`
    let { sdp } = offer
    const text = (): string => JSON.stringify({ type: 'offer', sdp })
    while (text().length < length) sdp += line
    return text()
  }

  function answering(): { terminal: Terminal; answerFile: string } {
    const answerFile = join(folder, `answer-${running.length}-${Math.random()}.txt`)
    const args = ['answer', '--interfaces', 'lo', '--answer-out', answerFile, '--report', folder]
    const terminal = openTerminal(args)
    running.push(terminal.child)
    return { terminal, answerFile }
  }

  it('takes 20 kB in one line, whole, and answers', async () => {
    const { terminal, answerFile } = answering()
    await terminal.until('the prompt', (shown) => shown.includes('Paste the offer'))
    const text = ofLength(20_000)
    expect(text).not.toContain('\n')
    terminal.type(`${text}\r`)
    await terminal.until('the answer', (shown) => shown.includes('The answer is in'))
    expect(JSON.parse(readFileSync(answerFile, 'utf8'))).toMatchObject({ type: 'answer' })
    expect(terminal.shown()).not.toContain('x-filler')
  })

  it('says what is wrong with an offer that was cut, and takes a whole one after it', async () => {
    const { terminal } = answering()
    await terminal.until('the prompt', (shown) => shown.includes('Paste the offer'))
    terminal.type(`${ofLength(20_000).slice(0, 4095)}\r\r\r`)
    await terminal.until('a second chance', (shown) => shown.includes('Paste again'))
    terminal.type(`${ofLength(20_000)}\r`)
    await terminal.until('the answer', (shown) => shown.includes('The answer is in'))
  })

  it('ends on Ctrl-C, with the status of an interruption and the terminal as it was', async () => {
    const { terminal } = answering()
    await terminal.until('the prompt', (shown) => shown.includes('Paste the offer'))
    terminal.type('\u0003')
    const [code] = await once(terminal.child, 'close')
    expect(code).toBe(130)
    expect(terminal.shown()).toMatch(/ icanon/)
    expect(terminal.shown()).not.toContain('-icanon')
  })
})
