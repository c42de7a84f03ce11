import type { createAgent } from '../../../src/engine/ice'
import { keyOf } from './history'
import { overdue } from './liveness'
import { type ModelPair, pairPriority, stateOf, type View } from './view'

/** What came out of the real agent so far. */
export interface Seen {
  readonly drops: string[]
  readonly replies: {
    readonly transaction: string
    readonly code: number | null
    readonly mapped: string | null
    readonly to: string
  }[]
  readonly limits: string[]
  readonly added: number[]
  roleChanges: number
}

type RealState = ReturnType<typeof createAgent>['state']
type RealPair = RealState['pairs'][number]

/** All in which the agent is not as the model says. */
export function differences(
  view: View,
  real: { readonly state: RealState; pairAt: ReturnType<typeof createAgent>['pairAt'] },
  seen: Seen,
  nowMs: number,
): readonly string[] {
  const { state } = real
  const found = [...view.wrongs]
  const same = (what: string, model: unknown, agent: unknown) => {
    const [a, b] = [JSON.stringify(model), JSON.stringify(agent)]
    if (a !== b) found.push(`${what}: the model has ${a}, the agent ${b}`)
  }
  same('controlling', view.controlling, state.controlling)
  same('role changes', view.roleChanges, seen.roleChanges)
  same('sockets', view.sockets.map((each) => each.id).sort(), [...state.sockets.keys()].sort())
  same('the addresses of the peer', view.remotes.map(remoteText), [...state.remotes.values()].map(remoteText))
  same('drops', view.drops, seen.drops)
  same('limits told', view.limits, seen.limits)
  same(
    'replies',
    view.replies,
    seen.replies.map(({ transaction, code }) => ({ transaction, code })),
  )
  for (const reply of seen.replies)
    if (reply.code === null) same('the address in a reply', reply.to, reply.mapped)
  same('pairs', view.pairs.map(pairText), state.pairs.map(pairText))
  same(
    'pairs told of',
    view.pairs.map((pair) => pair.id),
    seen.added,
  )
  for (const [at, pair] of view.pairs.entries()) {
    const beside = state.pairs[at]
    if (beside === undefined) continue
    same(`pair ${pair.id}`, modelFacts(view, pair), realFacts(view, pair, beside))
    const late = overdue(view, pair, nowMs)
    if (late !== null) found.push(`pair ${pair.id} is ${beside.state}, and ${late}`)
  }
  letIn(view, real, same)
  return found
}

/** From which places datagrams above STUN are let in. */
function letIn(
  view: View,
  real: Pick<ReturnType<typeof createAgent>, 'pairAt'>,
  same: (what: string, model: unknown, agent: unknown) => void,
): void {
  for (const { socketId, remote } of view.pairs) {
    const place = view.places.find(
      (pair) => pair.socketId === socketId && keyOf(pair.remote.address) === keyOf(remote.address),
    )
    const beside = real.pairAt(socketId, remote.address)
    if ((place?.validated ?? false) === (beside?.validated ?? false)) continue
    same(`who is let in at ${socketId} from ${keyOf(remote.address)}`, place?.validated, beside?.validated)
  }
}

function remoteText(remote: {
  address: Parameters<typeof keyOf>[0]
  type: string
  priority: number
}): string {
  return `${keyOf(remote.address)} ${remote.type} ${remote.priority}`
}

function pairText(pair: ModelPair | RealPair): string {
  const socketId = 'socketId' in pair ? pair.socketId : pair.socket.id
  return `${pair.id}: ${socketId} ${keyOf(pair.remote.address)}`
}

function modelFacts(view: View, pair: ModelPair) {
  return {
    priority: pairPriority(view, pair)?.toString() ?? null,
    state: stateOf(pair),
    validated: pair.validated,
    included: pair.included,
    mapped: pair.mapped === null ? null : keyOf(pair.mapped),
    requestsSent: pair.checks.length,
    requestsReceived: pair.requestsReceived,
    responsesSent: pair.responsesSent,
    responsesReceived: pair.responsesReceived,
    attempted: pair.attempted,
    refused: pair.refused,
    refusedByUs: pair.refusedByUs,
    succeeded: pair.succeeded,
    samples: pair.samples.length,
  }
}

function realFacts(view: View, model: ModelPair, pair: RealPair): ReturnType<typeof modelFacts> {
  return {
    priority: pairPriority(view, model) === null ? null : pair.priority.toString(),
    state: pair.state,
    validated: pair.validated,
    included: pair.included,
    mapped: pair.mapped === null ? null : keyOf(pair.mapped),
    requestsSent: pair.stun.requestsSent,
    requestsReceived: pair.stun.requestsReceived,
    responsesSent: pair.stun.responsesSent,
    responsesReceived: pair.stun.responsesReceived,
    attempted: pair.nominations.attempted,
    refused: pair.nominations.refused,
    refusedByUs: pair.nominations.refusedByUs,
    succeeded: pair.nominations.succeeded,
    samples: pair.rtt.view()?.n ?? 0,
  }
}
