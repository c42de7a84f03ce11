/** Runs on a host of the test: opens and uses sockets as the test says. Bundled by agent.ts. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { nodeClock, nodeDatagrams, nodeInterfaces } from '../../src/runtime/adapters/node'
import type { AgentAnswers, AgentCommand } from './agent-words'

const datagrams = nodeDatagrams(nodeClock())
const interfaces = nodeInterfaces()
const plain = new Map<number, Socket>()
const received: Record<string, number> = {}
const errors: Record<string, number> = {}

const count = (counts: Record<string, number>, key: string): void => {
  counts[key] = (counts[key] ?? 0) + 1
}
datagrams.onDatagram = ({ socketId, from }) => count(received, `${socketId} < ${from.address}`)
datagrams.onError = ({ socketId, code, fatal }) =>
  count(errors, `${socketId} ${code}${fatal ? ' fatal' : ''}`)

async function open(command: AgentCommand & { kind: 'open' }): Promise<AgentAnswers['open']> {
  const { id, interfaceName, binding } = command
  const info = (await interfaces.list()).find((each) => each.name === interfaceName)
  const address = info?.addresses.find((each) => each.address === command.address)
  if (info === undefined || address === undefined)
    return {
      kind: 'failed',
      code: 'NO-ADDRESS',
      message: `${interfaceName} does not have ${command.address}`,
    }
  if (binding === 'device') return datagrams.open({ id, interfaceName, interfaceKind: info.kind, address })
  const socket = createSocket(address.family === 4 ? 'udp4' : 'udp6')
  socket.on('message', (_data, from) => count(received, `${id} < ${from.address}`))
  socket.on('error', () => count(errors, `${id} error`))
  socket.bind(0, address.address)
  await once(socket, 'listening')
  plain.set(id, socket)
  const local = { family: address.family, address: address.address, port: socket.address().port }
  return { kind: 'opened-by-address', local }
}

async function send({ id, to, count: times }: AgentCommand & { kind: 'send' }): Promise<null> {
  for (let sent = 0; sent < times; sent += 1) {
    const data = new Uint8Array(100)
    const socket = plain.get(id)
    if (socket === undefined) datagrams.send(id, to, data)
    else socket.send(data, to.port, to.address)
    // Neighbours not yet resolved queue few packets: go gently.
    if (sent % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return null
}

async function answer(command: AgentCommand): Promise<AgentAnswers[AgentCommand['kind']]> {
  switch (command.kind) {
    case 'list':
      return interfaces.list()
    case 'open':
      return open(command)
    case 'send':
      return send(command)
    case 'stats':
      return { received, errors }
    case 'become':
      process.setgroups?.([])
      process.setgid?.(command.userId)
      process.setuid?.(command.userId)
      return null
  }
}

const lines = createInterface({ input: process.stdin })
lines.on('close', () => process.exit(0))
lines.on('line', async (line) => {
  console.log(JSON.stringify(await answer(JSON.parse(line) as AgentCommand)))
})
// Loaded before the user can change, who may not be allowed to read the modules.
await interfaces.list()
console.log('"ready"')
