import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { bundleMain } from './bundle'
import type { AgentAnswers, AgentCommand } from './agent-words'
import type { Host } from './netns'

export interface Agent {
  /** Commands are answered one after the other. */
  ask<Kind extends AgentCommand['kind']>(
    command: AgentCommand & { readonly kind: Kind },
  ): Promise<AgentAnswers[Kind]>
  stop(): Promise<void>
}

let bundle = ''

export async function buildAgent(): Promise<void> {
  bundle = await bundleMain('agent')
}

export async function startAgent(host: Host): Promise<Agent> {
  const child = host.start(process.execPath, [bundle], { stdio: ['pipe', 'pipe', 'inherit'] })
  const answers = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  const receive = async (): Promise<unknown> => {
    const line = await answers.next()
    if (line.done === true) throw new Error('The agent ended before it answered')
    return JSON.parse(line.value)
  }
  if ((await receive()) !== 'ready') throw new Error('The agent did not start')
  async function answered(before: Promise<unknown>, command: AgentCommand): Promise<unknown> {
    await before
    child.stdin!.write(`${JSON.stringify(command)}\n`)
    return receive()
  }
  let last: Promise<unknown> = Promise.resolve()
  return {
    ask<Kind extends AgentCommand['kind']>(command: AgentCommand & { readonly kind: Kind }) {
      const asked = answered(last, command)
      last = asked.catch(() => undefined)
      return asked as Promise<AgentAnswers[Kind]>
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.stdin!.end()
      await ended
    },
  }
}
