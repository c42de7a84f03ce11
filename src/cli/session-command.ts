/** offer, answer and loopback: a session from its request to its exit status. */
import type { SessionHandle } from '../runtime'
import type { SessionRequest, SessionUpdate } from '../shared/session'
import type { Snapshot } from './digest'
import { createLiveLines, type LiveLines } from './live-lines'
import type { SessionOptions } from './options'
import { type FollowedPaths, followPaths } from './path-wishes'
import { prepare } from './prepare'
import { openSessionFiles, type SessionFiles } from './session-files'
import type { Surroundings } from './surroundings'
import { createTextExchange, type TextExchange } from './text-exchange'
import { createVoice, type Voice } from './voice'
import { exitStatus, type ExitStatus } from './words'

type Ended = Extract<SessionUpdate, { readonly kind: 'ended' }>

/** Runs one session; resolves to the exit status when everything is written. */
export async function runSessionCommand(options: SessionOptions, around: Surroundings): Promise<ExitStatus> {
  const prepared = await prepare(options, around)
  if (prepared.kind === 'problem') {
    around.stderr.write(`${prepared.message}\n`)
    return exitStatus.usage
  }
  return new SessionRun(options, prepared.request, followPaths(prepared.wishes), around).run()
}

const statusOf: Readonly<Record<Ended['reason'], ExitStatus>> = {
  done: exitStatus.done,
  'not-connected': exitStatus.notConnected,
  'proof-failed': exitStatus.proofFailed,
  'peer-gone': exitStatus.failed,
  failed: exitStatus.failed,
}

class SessionRun {
  #handle: SessionHandle | undefined
  #files: SessionFiles | undefined
  #interrupted = false
  #badText = false
  /** Our own text could not be written where it was asked for. */
  #notHandedOver = false
  /** The peer's text was given to the session and accepted. */
  #described = false
  readonly #voice: Voice
  readonly #texts: TextExchange
  readonly #live: LiveLines
  #toldUnmet = false
  #end!: (ended: Ended | undefined) => void
  readonly #ended = new Promise<Ended | undefined>((resolve) => {
    this.#end = resolve
  })

  constructor(
    private readonly options: SessionOptions,
    private readonly request: SessionRequest,
    private readonly paths: FollowedPaths,
    private readonly around: Surroundings,
  ) {
    this.#voice = createVoice(around, options.jsonl)
    this.#texts = createTextExchange(options, around, this.#voice, () => this.#interrupt())
    this.#live = createLiveLines(options, request, around.stderr, this.#voice)
  }

  async run(): Promise<ExitStatus> {
    const offSignal = this.around.onSignal(() => this.#interrupt())
    try {
      const offer = this.request.role === 'answerer' ? await this.#texts.receive('offer') : undefined
      if (this.#interrupted) return exitStatus.interrupted
      if (offer?.kind === 'unusable') return this.#refuse(offer.message)
      const opened = openSessionFiles(this.options, this.request, this.around, this.#voice)
      if (opened.kind === 'problem') {
        this.#voice.say(opened.message)
        return exitStatus.usage
      }
      this.#files = opened.files
      this.#handle = this.around.startSession(this.request, (update) => this.#take(update))
      if (offer !== undefined) this.#handle.order({ kind: 'paste', text: offer.text })
      const ended = await this.#ended
      this.#texts.cancel()
      if (ended === undefined) await this.#handle.terminate()
      await this.#handle.closed
      return await this.#conclude(ended, opened.files)
    } finally {
      this.#texts.cancel()
      offSignal()
    }
  }

  #interrupt(): void {
    if (this.#interrupted) return this.around.quit(exitStatus.interrupted)
    this.#interrupted = true
    this.#voice.say('Finishing; once more quits at once.')
    this.#texts.interrupt()
    this.#handle?.order({ kind: 'stop' })
  }

  #take(update: SessionUpdate): void {
    this.#files?.append(update)
    switch (update.kind) {
      case 'started':
        this.#voice.tell('started', { wallMs: update.wallMs, os: update.os, interfaces: update.interfaces })
        break
      case 'local-description':
        this.#handOver(update.text)
        break
      case 'paste-accepted':
        this.#described = true
        this.#voice.tell('paste-accepted', { type: update.type })
        this.#voice.say(`The ${update.type} is accepted; checking pairs.`)
        break
      case 'paste-refused':
        this.#takeRefusal(update.problem)
        break
      case 'event':
        this.#live.event(update.event)
        break
      case 'snapshot':
        this.#wish(update.snapshot)
        if (!this.#badText) this.#live.snapshot(update.snapshot)
        break
      case 'warning':
        this.#voice.warn(update.warning.kind, update.warning.message, update.atMs)
        break
      case 'ended':
        this.#voice.tell('ended', { atMs: update.atMs, reason: update.reason, detail: update.detail })
        this.#end(update)
    }
  }

  /** Our own text goes out; then, for an offer, the answer is asked for. */
  #handOver(text: Extract<SessionUpdate, { readonly kind: 'local-description' }>['text']): void {
    if (this.request.role === 'loopback') return
    if (this.#texts.handOver(text).kind === 'problem') {
      this.#notHandedOver = true
      return this.#end(undefined)
    }
    if (this.request.role === 'offerer') void this.#paste('answer')
  }

  /** Gives the session the peer's text when it comes. */
  async #paste(kind: 'offer' | 'answer'): Promise<void> {
    const text = await this.#texts.receive(kind)
    if (text.kind === 'unusable') {
      this.#refuse(text.message)
      this.#end(undefined)
    } else this.#handle?.order({ kind: 'paste', text: text.text })
  }

  /** Status 4: nothing of the session stays. */
  #refuse(message: string): ExitStatus {
    if (this.#interrupted) return exitStatus.interrupted
    this.#badText = true
    this.#voice.say(message)
    this.#voice.tell('paste-refused', { message })
    return exitStatus.badText
  }

  /** The session understood the text and cannot use it. At a terminal another one can be pasted. */
  #takeRefusal({ kind, message }: { readonly kind: string; readonly message: string }): void {
    if (this.#described) return this.#voice.say(message)
    if (!this.#texts.canBeAskedAgain) {
      this.#refuse(message)
      return this.#end(undefined)
    }
    this.#voice.tell('paste-refused', { problem: kind, message })
    this.#voice.say(message)
    void this.#paste(this.request.role === 'offerer' ? 'answer' : 'offer')
  }

  /** What is wanted of paths, of those that are new; once connected, also which wishes no path has met. */
  #wish(snapshot: Snapshot): void {
    for (const command of this.paths.commands(snapshot)) this.#handle?.order({ kind: 'command', command })
    if (this.#toldUnmet || snapshot.channel !== 'open') return
    this.#toldUnmet = true
    for (const wish of this.paths.unmet) this.#voice.say(`warning: there is no path ${wish} so far.`)
  }

  /** After the end: the report, the summary, the exit status. */
  async #conclude(ended: Ended | undefined, files: SessionFiles): Promise<ExitStatus> {
    await files.close()
    if (this.#badText || this.#notHandedOver) {
      files.discard()
      return this.#badText ? exitStatus.badText : exitStatus.usage
    }
    this.#live.lastDigest()
    const saved = files.report()
    if (ended?.detail !== null && ended?.detail !== undefined && ended.reason !== 'done')
      this.#voice.say(ended.detail)
    if (this.#interrupted) return exitStatus.interrupted
    const status = ended === undefined ? exitStatus.failed : statusOf[ended.reason]
    return status === exitStatus.done && !saved ? exitStatus.failed : status
  }
}
