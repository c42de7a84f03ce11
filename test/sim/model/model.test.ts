import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type RealAgent, runBeside, type Sabotage } from './beside'
import { modelProblem } from './holds'
import { crowdEvery, type Plan, randomPlan } from './operation'
import { shrink } from './shrink'

const pinned = JSON.parse(readFileSync(new URL('./pinned.json', import.meta.url), 'utf8')) as {
  readonly seed: number
  readonly why: string
}[]

for (const { seed, why } of pinned)
  test(`seed ${seed} stays mended: ${why}`, () => expect(modelProblem(seed)).toBeNull())

/** The first seed on which the model finds what is wrong with the agent. */
function firstFound(sabotage: Sabotage): Plan | undefined {
  for (let seed = 1; seed <= 60; seed++) {
    const plan = randomPlan(seed)
    if (runBeside(plan, sabotage).length > 0) return plan
  }
  return undefined
}

/** Agents with one thing wrong, each of which the model must find. */
const faults: Readonly<Record<string, Sabotage>> = {
  'lets everybody in': (agent) => ({
    ...agent,
    pairAt: (socketId, from) => {
      const pair = agent.pairAt(socketId, from)
      return pair && { ...pair, validated: true }
    },
  }),
  'takes a replayed request for a new one': (agent) => ({
    ...agent,
    stun(socketId, from, parsed, receivedAtMs, nowMs) {
      const known = agent.state.requestOrigins
      known.clear()
      agent.stun(socketId, from, parsed, receivedAtMs, nowMs)
    },
  }),
  'never gives a pair up': (agent) => ({
    ...agent,
    tick(nowMs) {
      for (const pair of agent.state.pairs) pair.unansweredSinceMs = nowMs
      agent.tick(nowMs)
    },
  }),
  'gives a pair up at the first silence': (agent) => ({
    ...agent,
    tick(nowMs) {
      for (const pair of agent.state.pairs)
        if (pair.unansweredSinceMs !== null) pair.unansweredSinceMs = nowMs - 900
      agent.tick(nowMs)
    },
  }),
  'forgets to close the pairs of a candidate that is gone': (agent) => ({
    ...agent,
    dropRemote: () => undefined,
  }),
  'checks the worst pair first': (agent) => ({
    ...agent,
    tick(nowMs) {
      agent.state.waiting.reverse()
      agent.tick(nowMs)
      agent.state.waiting.reverse()
    },
  }),
  'checks without pacing': (agent) => ({
    ...agent,
    tick(nowMs) {
      agent.tick(nowMs)
      agent.state.paceAtMs = nowMs
    },
  }),
  'nominates once more than it was asked': (agent) => ({
    ...agent,
    attemptNomination(pairId, nowMs) {
      agent.attemptNomination(pairId, nowMs)
      for (const pair of agent.state.pairs) pair.nominateNext = true
    },
  }),
  'leaves priorities as they were when its role changes': frozenPriorities,
  'does not answer before it knows the peer': (agent) => ({
    ...agent,
    stun(...args) {
      if (agent.state.remote !== null) agent.stun(...args)
    },
  }),
}

function frozenPriorities(agent: RealAgent): RealAgent {
  const first = new Map<number, bigint>()
  return {
    ...agent,
    stun(...args) {
      for (const pair of agent.state.pairs) if (!first.has(pair.id)) first.set(pair.id, pair.priority)
      agent.stun(...args)
      for (const pair of agent.state.pairs) pair.priority = first.get(pair.id) ?? pair.priority
    },
  }
}

for (const [fault, sabotage] of Object.entries(faults))
  test(`an agent that ${fault} is found out`, () => expect(firstFound(sabotage)).toBeDefined())

test('a failing plan is shrunk to the operations that matter', () => {
  const sabotage = faults['forgets to close the pairs of a candidate that is gone']
  const plan = firstFound(sabotage as Sabotage) as Plan
  const least = shrink(plan, (one) => runBeside(one, sabotage).length > 0)
  expect(least.operations.length).toBeLessThan(plan.operations.length / 2)
  expect(least.operations.map((operation) => operation.kind)).toContain('withdraw')
})

test('the seeds reach every state, answer and limit', () => {
  const agents: RealAgent[] = []
  const watch: Sabotage = (agent) => {
    agents.push(agent)
    return agent
  }
  for (let seed = 1; seed <= 60; seed++) runBeside(randomPlan(seed), watch)
  runBeside(randomPlan(crowdEvery), watch)
  const pairs = agents.flatMap((agent) => agent.state.pairs)
  const reached = new Set(pairs.map((pair) => pair.state))
  expect([...reached].sort()).toEqual(['checking', 'closed', 'down', 'no-reply', 'up', 'waiting'])
  const told = new Set(agents.flatMap((agent) => [...agent.state.limitsTold]))
  expect([...told].sort()).toEqual(['pairs', 'remoteCandidates', 'sockets'])
  expect(pairs.some((pair) => pair.remote.type === 'prflx' && pair.validated)).toBe(true)
  expect(pairs.some((pair) => pair.timesSuspected > 0)).toBe(true)
  expect(pairs.some((pair) => pair.timesDown > 0 && pair.state === 'up')).toBe(true)
  for (const count of ['suppressed', 'attempted', 'refused', 'refusedByUs'] as const)
    expect(pairs.some((pair) => pair.nominations[count] > 0)).toBe(true)
})
