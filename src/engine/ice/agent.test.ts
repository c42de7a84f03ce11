import { beforeEach, expect, test } from 'vitest'
import type { SocketInfo, TransportAddress } from '../face/address'
import { limits } from '../face/limits'
import { defaultSettings, type EngineSettings } from '../face/settings'
import type { DropReason } from '../face/snapshot'
import { encodeStun, parseStun, type ParsedStun, strongestIntegrity, type StunAttributes } from '../stun'
import { testPrimitives } from '../testing'
import { createAgent, type UntimedEvent } from './index'

const primitives = testPrimitives(3)
const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const us = { ufrag: 'ours', pwd: 'our-password-of-22-chars' }
const them = { ufrag: 'them', pwd: 'their-password-of-22-chars' }
const address = (last: number, port = 5000): TransportAddress => ({
  family: 4,
  address: `10.0.0.${last}`,
  port,
})
const socket: SocketInfo = {
  id: 1,
  local: address(1),
  interfaceName: 'eth0',
  interfaceKind: 'ethernet',
  binding: 'device',
}

interface Sent {
  readonly to: TransportAddress
  readonly parsed: ParsedStun
}
let sent: Sent[] = []
let drops: DropReason[] = []
let events: UntimedEvent[] = []

beforeEach(() => {
  sent = []
  drops = []
  events = []
})

function makeAgent(role: 'offerer' | 'answerer', settings: Partial<EngineSettings> = {}) {
  const options = {
    role,
    fingerprint: '',
    primitives,
    settings: { ...defaultSettings, ...settings },
    self: { appVersion: '0', os: 'test', interfaces: [] },
    stunServers: [],
    turnServers: [],
  }
  const agent = createAgent(options, us, ascii(us.pwd), {
    transmit: (_socketId, to, data) => {
      const parsed = parseStun(data)
      if (parsed.kind === 'stun') sent.push({ to, parsed })
    },
    event: (event) => events.push(event),
    drop: (reason) => drops.push(reason),
    doubted: () => undefined,
    closed: () => undefined,
  })
  agent.addSocket(socket, 0)
  return agent
}

type TestAgent = ReturnType<typeof makeAgent>

function remote(last: readonly number[], kind: 'pathscope' | 'stock' = 'pathscope') {
  const candidates = last.map(
    (one) => ({ address: address(one), type: 'host', priority: 1000 + one }) as const,
  )
  return { ...them, kind, integrity: 'sha1' as const, candidates }
}

function request(
  agent: TestAgent,
  attributes: StunAttributes,
  from = address(9),
  pwd = us.pwd,
  nowMs = 0,
): void {
  const filled = { username: `${us.ufrag}:${them.ufrag}`, priority: 77, ...attributes }
  const message = {
    class: 'request',
    method: 1,
    transactionId: primitives.random(12),
    attributes: filled,
  } as const
  give(agent, encodeStun(message, ascii(pwd), primitives), from, nowMs)
}

function give(agent: TestAgent, data: Uint8Array, from: TransportAddress, nowMs: number): void {
  const parsed = parseStun(data)
  if (parsed.kind !== 'stun') throw new Error(parsed.detail)
  agent.stun(1, from, parsed, nowMs, nowMs)
}

function answer(
  agent: TestAgent,
  check: Sent,
  nowMs: number,
  attributes: StunAttributes = {},
  from = check.to,
  by: 'sha1' | 'sha256' = 'sha1',
): void {
  const { transactionId } = check.parsed.message
  const kind = attributes.errorCode === undefined ? 'success' : 'error'
  const filled = kind === 'success' ? { xorMappedAddress: socket.local, ...attributes } : attributes
  const message = { class: kind, method: 1, transactionId, attributes: filled } as const
  give(agent, encodeStun(message, ascii(them.pwd), primitives, by), from, nowMs)
}

function run(agent: TestAgent, untilMs: number, onCheck?: (check: Sent, nowMs: number) => void): void {
  for (let at = agent.nextDeadline(); at !== undefined && at <= untilMs; at = agent.nextDeadline()) {
    const before = sent.length
    agent.tick(at)
    for (const check of sent.slice(before)) onCheck?.(check, at)
  }
}

test('a check that comes before the answer is answered, and its sender is checked once the answer is there', () => {
  const agent = makeAgent('offerer')
  request(agent, { iceControlled: 5n })
  expect(sent).toMatchObject([{ parsed: { message: { class: 'success' } } }])
  expect(agent.state.pairs).toHaveLength(0)
  agent.setRemote(remote([2]), 1000)
  expect(agent.state.pairs.map((pair) => pair.remote.type)).toEqual(['host', 'prflx'])
  agent.tick(1000)
  expect(sent.at(-1)).toMatchObject({ to: address(9), parsed: { message: { class: 'request' } } })
})

test('a request made with another password, or for somebody else, is dropped and counted, not answered', () => {
  const agent = makeAgent('offerer')
  request(agent, { iceControlled: 5n }, address(9), 'another-password-of-22-chars')
  request(agent, { iceControlled: 5n, username: 'nobody:them' })
  agent.setRemote(remote([2]), 0)
  request(agent, { iceControlled: 5n, username: 'ours:else' })
  expect(drops).toEqual(['bad-integrity', 'bad-integrity', 'bad-integrity'])
  expect(sent).toHaveLength(0)
})

test('of two controlling agents the one with the larger tie-breaker stays, and says so', () => {
  const agent = makeAgent('offerer')
  agent.state.tieBreaker = 10n
  request(agent, { iceControlling: 9n })
  expect(sent.at(-1)?.parsed.message.attributes.errorCode?.code).toBe(487)
  expect(agent.state.controlling).toBe(true)
  request(agent, { iceControlling: 11n })
  expect(sent.at(-1)?.parsed.message.class).toBe('success')
  expect(agent.state.controlling).toBe(false)
  expect(events).toContainEqual({ kind: 'role-conflict', nowRole: 'controlled' })
})

test('of two controlled agents the one with the larger tie-breaker takes over', () => {
  const agent = makeAgent('answerer')
  agent.state.tieBreaker = 10n
  request(agent, { iceControlled: 11n })
  expect(sent.at(-1)?.parsed.message.attributes.errorCode?.code).toBe(487)
  request(agent, { iceControlled: 9n })
  expect(agent.state.controlling).toBe(true)
})

test('a 487 makes us change our role and check again', () => {
  const agent = makeAgent('offerer')
  agent.setRemote(remote([2]), 0)
  agent.tick(0)
  answer(agent, sent[0] as Sent, 10, { errorCode: { code: 487, reason: 'Role Conflict' } })
  expect(agent.state.controlling).toBe(false)
  run(agent, 100)
  expect(sent.at(-1)?.parsed.message.attributes.iceControlled).toBeDefined()
})

test('a 487 to a request in a role that we have left already changes nothing', () => {
  const agent = makeAgent('offerer')
  agent.state.tieBreaker = 10n
  agent.setRemote(remote([2]), 0)
  agent.tick(0)
  request(agent, { iceControlling: 11n })
  expect(agent.state.controlling).toBe(false)
  answer(agent, sent[0] as Sent, 10, { errorCode: { code: 487, reason: 'Role Conflict' } })
  expect(agent.state.controlling).toBe(false)
})

test('a peer that refuses both roles changes ours once a second, and other pairs have their turn', () => {
  const agent = makeAgent('offerer')
  agent.setRemote(remote([2, 3, 4, 5]), 0)
  run(agent, 950, (check, nowMs) => {
    if (check.to.address.endsWith('5'))
      answer(agent, check, nowMs, { errorCode: { code: 487, reason: 'Role Conflict' } })
  })
  expect(events.filter((event) => event.kind === 'role-conflict')).toHaveLength(1)
  expect(agent.state.pairs.map((pair) => pair.state)).not.toContain('waiting')
})

test('an answer from another address, a second answer and a forged one change nothing', () => {
  const agent = makeAgent('offerer')
  agent.setRemote(remote([2, 3]), 0)
  agent.tick(0)
  const check = sent[0] as Sent
  answer(agent, check, 5, {}, address(2 + Number(check.to.address.endsWith('2'))))
  const forged = {
    class: 'success',
    method: 1,
    transactionId: check.parsed.message.transactionId,
    attributes: {},
  } as const
  give(agent, encodeStun(forged, ascii(us.pwd), primitives), check.to, 6)
  expect(agent.state.alive).toBe(0)
  answer(agent, check, 20)
  expect(agent.state.alive).toBe(1)
  answer(agent, check, 30)
  expect(drops).toEqual(['unexpected', 'bad-integrity', 'unexpected'])
  expect(agent.pairAt(1, check.to)?.rtt.view()).toMatchObject({ n: 1, last: 20 })
})

test('the responder’s hold time is taken off the round trip', () => {
  const agent = makeAgent('offerer')
  agent.setRemote(remote([2]), 0)
  agent.tick(0)
  const pathscope = {
    pairNumber: 4,
    sentPackets: 1,
    echoSent: 1,
    echoReceived: 1,
    holdMicros: 5000,
    flags: 0,
  }
  answer(agent, sent[0] as Sent, 20, { pathscope })
  expect(agent.state.pairs[0]?.rtt.view()?.last).toBe(15)
  expect(agent.state.pairs[0]?.peerNumber).toBe(4)
  expect(agent.state.pairs[0]?.lossSent.view()).toMatchObject({ sent: 1, received: 1 })
})

test('new checks keep the pace and go to the best pairs first', () => {
  const agent = makeAgent('offerer')
  agent.setRemote(remote([2, 3, 4, 5]), 0)
  const firsts: [number, string][] = []
  run(agent, 100, (check, nowMs) => firsts.push([nowMs, check.to.address]))
  const order = ['10.0.0.5', '10.0.0.4', '10.0.0.3', '10.0.0.2']
  expect(firsts.slice(0, 4)).toEqual(order.map((one, place) => [place * 20, one]))
})

test('a pair that answers is kept alive, goes down when it stops, and comes back by itself', () => {
  const agent = makeAgent('answerer')
  agent.setRemote(remote([2]), 0)
  const reply = (check: Sent, nowMs: number) => answer(agent, check, nowMs)
  run(agent, 10_000, reply)
  expect(agent.state.pairs[0]?.state).toBe('up')
  expect(agent.state.pairs[0]?.stun.requestsSent).toBeGreaterThan(25)
  run(agent, 10_900)
  expect(agent.state.pairs[0]?.state).toBe('up')
  run(agent, 12_000)
  expect(agent.state.pairs[0]?.state).toBe('down')
  run(agent, 60_000)
  run(agent, 63_000, reply)
  expect(agent.state.pairs[0]).toMatchObject({ state: 'up', timesDown: 1 })
  expect(agent.state.pairs[0]?.downMs).toBeGreaterThan(47_000)
})

test('a pair that never answers is called no-reply after the stated bound and still tried slowly', () => {
  const agent = makeAgent('answerer')
  agent.setRemote(remote([2]), 0)
  run(agent, 9000)
  expect(agent.state.pairs[0]?.state).toBe('checking')
  run(agent, 13_000)
  expect(agent.state.pairs[0]?.state).toBe('no-reply')
  const before = sent.length
  run(agent, 13_000 + 1_800_000)
  expect(sent.length - before).toBeGreaterThan(280)
  expect(sent.length - before).toBeLessThan(500)
})

test('a pair that never answers is called no-reply in time also while the peer keeps asking over it', () => {
  const agent = makeAgent('answerer')
  agent.setRemote(remote([2]), 0)
  for (let atMs = 0; atMs <= 10_500; atMs += 100) {
    run(agent, atMs)
    request(agent, { iceControlling: 5n }, address(2), us.pwd, atMs)
  }
  expect(agent.state.pairs[0]?.state).toBe('no-reply')
})

test('a mapping that a NAT has left again, or through which nothing ever came back, is closed when the pair works otherwise', () => {
  const agent = makeAgent('offerer')
  agent.setRemote(remote([2]), 0)
  const pathscope = { pairNumber: 4, sentPackets: 1, echoSent: 1, echoReceived: 1, holdMicros: 0, flags: 0 }
  const own = address(2)
  const [mapped, oneWay] = [address(2, 6000), address(2, 7000)]
  const answerTo = (ports: readonly number[]) => (sentCheck: Sent, nowMs: number) => {
    if (ports.includes(sentCheck.to.port)) answer(agent, sentCheck, nowMs, { pathscope })
  }
  run(agent, 5000, answerTo([own.port]))
  for (const from of [mapped, oneWay]) request(agent, { iceControlled: 5n, pathscope }, from, us.pwd, 5000)
  run(agent, 8000, answerTo([mapped.port]))
  const states = () => agent.state.pairs.map((pair) => pair.state)
  expect(states()).toEqual(['down', 'up', 'checking'])
  run(agent, 13_000, answerTo([own.port]))
  expect(states().slice(0, 2)).toEqual(['up', 'closed'])
  run(agent, 20_000, answerTo([own.port]))
  expect(states()).toEqual(['up', 'closed', 'closed'])
  expect(agent.state.remotes.size).toBe(1)
})

test('a pair whose first check after a sleep was called for may ask again before its consent counts as over', () => {
  const agent = makeAgent('offerer')
  agent.setRemote(remote([2]), 0)
  const reply = (check: Sent, nowMs: number) => answer(agent, check, nowMs)
  run(agent, 5000, reply)
  agent.attemptNomination(1, 600_000)
  agent.tick(600_000)
  run(agent, 600_050)
  run(agent, 603_000, reply)
  expect(agent.state.pairs[0]).toMatchObject({ state: 'up', timesDown: 0 })
})

test('a nomination is refused by an error, or answered without effect where the policy or a stock peer asks for it', () => {
  const outcomes = [
    { policy: 'reject', kind: 'pathscope', answer: 'error' },
    { policy: 'ignore', kind: 'pathscope', answer: 'success' },
    { policy: 'reject', kind: 'stock', answer: 'success' },
  ] as const
  for (const outcome of outcomes) {
    const agent = makeAgent('answerer', { nominationPolicy: outcome.policy })
    agent.setRemote(remote([9], outcome.kind), 0)
    request(agent, { iceControlling: 5n, useCandidate: true })
    expect(sent.at(-1)?.parsed.message.class).toBe(outcome.answer)
    expect(agent.state.pairs[0]?.nominations.refusedByUs).toBe(1)
    expect(agent.state.pairs[0]?.nominated).toBe(false)
  }
})

test('towards a controlled stock peer exactly one pair is nominated', () => {
  const agent = makeAgent('offerer')
  agent.setRemote(remote([2, 3], 'stock'), 0)
  run(agent, 10_000, (check, nowMs) => answer(agent, check, nowMs))
  expect(agent.state.pairs.map((pair) => pair.nominations.attempted).sort()).toEqual([0, 1])
  expect(agent.state.pairs.filter((pair) => pair.nominated)).toHaveLength(1)
})

test('a flood of requests costs no more than the stated rate, and the rest is counted', () => {
  const agent = makeAgent('offerer')
  for (let i = 0; i < 3000; i += 1) request(agent, { iceControlled: 5n })
  expect(sent.length).toBe(limits.stunRequestsPerSecond / 4)
  expect(drops.filter((reason) => reason === 'rate-limited')).toHaveLength(3000 - sent.length)
})

test('a peer-reflexive address is paired with the socket that it came to, and with no other', () => {
  const agent = makeAgent('answerer')
  agent.addSocket({ ...socket, id: 2, local: address(7), interfaceName: 'eth1' }, 0)
  agent.setRemote(remote([2]), 0)
  request(agent, { iceControlling: 5n }, address(9))
  const places = agent.state.pairs.map((pair) => `${pair.socket.id} ${pair.remote.address.address}`)
  expect(places).toEqual(['1 10.0.0.2', '2 10.0.0.2', '1 10.0.0.9'])
})

test('more remote addresses than the limit are not tried, and that is told once', () => {
  const agent = makeAgent('answerer')
  agent.setRemote(remote([]), 0)
  for (let i = 0; i < limits.remoteCandidates + 5; i += 1)
    request(agent, { iceControlling: 5n }, address(8, 2000 + i))
  expect(agent.state.remotes.size).toBe(limits.remoteCandidates)
  expect(events.filter((event) => event.kind === 'limit')).toHaveLength(1)
})

test('an address that never answered makes room for a newer one; one that answered and one that was told stay', () => {
  const agent = makeAgent('answerer')
  agent.setRemote(remote([2]), 0)
  request(agent, { iceControlling: 5n }, address(9))
  run(agent, 1000, (check, nowMs) => check.to.address === '10.0.0.9' && answer(agent, check, nowMs))
  const learn = (from: number, to: number, nowMs: number): void => {
    for (let i = from; i < to; i += 1) request(agent, { iceControlling: 5n }, address(8, i), us.pwd, nowMs)
  }
  learn(1, limits.remoteCandidates - 1, 20_000)
  expect(agent.state.remotes.size).toBe(limits.remoteCandidates)
  learn(1000, 1002, 20_000 + 4 * limits.peerReflexiveEveryMs)
  const kept = [...agent.state.remotes.keys()]
  expect(kept).toHaveLength(limits.remoteCandidates)
  expect(kept).toEqual(expect.arrayContaining(['10.0.0.2:5000', '10.0.0.9:5000', '10.0.0.8:1001']))
  expect(kept).not.toContain('10.0.0.8:1')
  expect(kept).not.toContain('10.0.0.8:2')
  expect(agent.pairAt(1, address(8, 1))).toBeUndefined()
  // The honest one comes back when it asks again.
  request(agent, { iceControlling: 5n }, address(8, 1), us.pwd, 60_000)
  expect(agent.pairAt(1, address(8, 1))?.state).not.toBe('closed')
})

test('new addresses without end use up neither the pairs nor the recording', () => {
  const agent = makeAgent('answerer')
  agent.setRemote(remote([2]), 0)
  for (let nowMs = 0; nowMs < 10 * 3_600_000; nowMs += 2000)
    request(agent, { iceControlling: 5n }, address(8, 1 + nowMs / 2000), us.pwd, nowMs)
  expect(agent.state.pairs.length).toBe(1 + limits.peerReflexivePairs)
  expect(agent.state.remotes.size).toBe(limits.remoteCandidates)
  expect(events.filter((event) => event.kind === 'limit')).toHaveLength(1)
  agent.addRemote({ address: address(77), type: 'host', priority: 1 }, 36_000_000)
  expect(agent.pairAt(1, address(77))).toBeDefined()
})

test('a flood in the name of one pair, stopped at its rate, takes nothing from another pair', () => {
  const agent = makeAgent('answerer')
  agent.setRemote(remote([2, 3]), 0)
  const wrong = 'a-password-of-nobody-at-all'
  for (let i = 0; i < 20_000; i += 1) request(agent, { iceControlling: 5n }, address(2), wrong)
  expect(drops.filter((reason) => reason === 'bad-integrity')).toHaveLength(
    limits.stunRequestsPerPairPerSecond / 4,
  )
  expect(drops.filter((reason) => reason === 'rate-limited').length).toBeGreaterThan(0)
  request(agent, { iceControlling: 5n }, address(3))
  expect(sent).toHaveLength(1)
})

test('a captured request is answered as often as its sender may send it, and never looked at again', () => {
  for (const [kind, times] of [
    ['stock', 7],
    ['pathscope', 2],
  ] as const) {
    sent = []
    const agent = makeAgent('answerer')
    agent.setRemote(remote([2], kind), 0)
    const attributes = { username: `${us.ufrag}:${them.ufrag}`, priority: 77, iceControlling: 5n }
    const message = { class: 'request', method: 1, transactionId: primitives.random(12), attributes } as const
    const captured = encodeStun(message, ascii(us.pwd), primitives)
    for (let i = 0; i < 5000; i += 1) give(agent, captured, address(2), 0)
    expect(sent).toHaveLength(times)
    expect(drops).not.toContain('rate-limited')
  }
})

test('between two that offer SHA-256 nothing weaker is sent or taken; with a stock peer only SHA-1 is sent', () => {
  const check = (agent: TestAgent, by: 'sha1' | 'sha256', pwd = us.pwd): void => {
    const attributes = { username: `${us.ufrag}:${them.ufrag}`, priority: 77, iceControlling: 5n }
    const message = { class: 'request', method: 1, transactionId: primitives.random(12), attributes } as const
    give(agent, encodeStun(message, ascii(pwd), primitives, by), address(2), 0)
  }
  const strict = makeAgent('answerer')
  strict.setRemote({ ...remote([2]), integrity: 'sha256' }, 0)
  check(strict, 'sha1')
  expect([sent.length, drops]).toEqual([0, ['bad-integrity']])
  check(strict, 'sha256', 'a-password-of-nobody-at-all')
  expect(sent).toHaveLength(0)
  check(strict, 'sha256')
  run(strict, 100)
  expect(sent.map(({ parsed }) => strongestIntegrity(parsed))).toEqual(sent.map(() => 'sha256'))
  const own = sent.filter(({ parsed }) => parsed.message.class === 'request').at(-1) as Sent
  answer(strict, own, 100)
  expect(strict.state.pairs[0]?.state).not.toBe('up')
  answer(strict, own, 100, {}, own.to, 'sha256')
  expect(strict.state.pairs[0]?.state).toBe('up')

  sent = []
  const stock = makeAgent('answerer')
  stock.setRemote(remote([2], 'stock'), 0)
  check(stock, 'sha1')
  run(stock, 100)
  expect(sent.length).toBeGreaterThan(1)
  expect(sent.map(({ parsed }) => strongestIntegrity(parsed))).toEqual(sent.map(() => 'sha1'))
  // Before the answer is there nobody knows what the peer offers: it is answered as it asks.
  const early = makeAgent('offerer')
  for (const by of ['sha1', 'sha256'] as const) {
    check(early, by)
    expect(strongestIntegrity((sent.at(-1) as Sent).parsed)).toBe(by)
  }
})

test('a closed socket closes its pairs and nothing more is sent on them', () => {
  const agent = makeAgent('answerer')
  agent.setRemote(remote([2]), 0)
  run(agent, 1000, (check, nowMs) => answer(agent, check, nowMs))
  agent.closeSocket(1, 'The interface is gone.', 1000)
  const before = sent.length
  run(agent, 60_000)
  expect(agent.state.pairs[0]?.state).toBe('closed')
  expect(agent.state.alive).toBe(0)
  expect(sent.length).toBe(before)
})

test('requests sent again under other addresses neither fill the list of remote addresses nor are answered', () => {
  const agent = makeAgent('answerer')
  agent.setRemote(remote([2]), 0)
  const attributes = { username: `${us.ufrag}:${them.ufrag}`, priority: 77, iceControlling: 5n }
  const message = { class: 'request', method: 1, transactionId: primitives.random(12), attributes } as const
  const genuine = encodeStun(message, ascii(us.pwd), primitives)
  give(agent, genuine, address(2), 0)
  give(agent, genuine, address(2), 1)
  expect(sent).toHaveLength(2)
  for (let port = 1; port < 100; port += 1) give(agent, genuine, address(66, port), 2)
  expect(sent).toHaveLength(2)
  expect(agent.state.pairs).toHaveLength(1)
  expect(drops).toEqual(Array<string>(99).fill('replayed'))
})

test('a flood from somebody who never saw our name takes nothing from what the peer may ask', () => {
  const agent = makeAgent('answerer')
  agent.setRemote(remote([2]), 0)
  for (let i = 0; i < 5000; i += 1) request(agent, { username: `guess${i}:them` }, address(66))
  request(agent, { iceControlling: 5n }, address(2))
  expect(drops).not.toContain('rate-limited')
  expect(sent).toHaveLength(1)
})

test('of the senders that ask before the answer is there the latest are remembered, and of those only the peer', () => {
  const agent = makeAgent('offerer')
  for (let port = 1; port <= 100; port += 1) request(agent, { iceControlled: 5n }, address(9, port))
  request(agent, { iceControlled: 5n, username: 'ours:else' }, address(8))
  agent.setRemote(remote([2]), 1000)
  const learnt = agent.state.pairs.filter((pair) => pair.remote.type === 'prflx')
  expect(learnt.at(-1)?.remote.address).toEqual(address(9, 100))
  expect(learnt.some((pair) => pair.remote.address.address === '10.0.0.8')).toBe(false)
})

test('an answer that lay in a buffer while the machine slept is no round trip', () => {
  const agent = makeAgent('answerer')
  agent.setRemote(remote([2]), 0)
  run(agent, 5000, (check, nowMs) => answer(agent, check, nowMs + 0))
  agent.tick(agent.nextDeadline() ?? 0)
  answer(agent, sent.at(-1) as Sent, 600_000)
  expect(agent.state.pairs[0]?.rtt.view()?.max).toBe(0)
  run(agent, 603_000, (check, nowMs) => answer(agent, check, nowMs))
  expect(agent.state.pairs[0]).toMatchObject({ state: 'up', timesDown: 0 })
})

test('a nomination whose answer is slow is not tried on another pair meanwhile', () => {
  const agent = makeAgent('offerer')
  agent.setRemote(remote([2, 3], 'stock'), 0)
  const late: (() => void)[] = []
  run(agent, 3500, (check, nowMs) => {
    const { useCandidate } = check.parsed.message.attributes
    // The better pair begins to work only when the other one has been nominated already.
    if (useCandidate) late.push(() => answer(agent, check, 3600))
    else if (check.to.address.endsWith('2') || nowMs > 500) answer(agent, check, nowMs)
  })
  for (const one of late) one()
  run(agent, 6000, (check, nowMs) => answer(agent, check, nowMs))
  expect(agent.state.pairs.filter((pair) => pair.nominated)).toHaveLength(1)
})

test('a thousand pairs that all fall silent are checked within the limit, without being tried at every moment', () => {
  const agent = makeAgent('answerer')
  for (let id = 2; id <= limits.sockets; id += 1)
    agent.addSocket({ ...socket, id, local: address(id, 4000), interfaceName: `eth${id}` }, 0)
  agent.setRemote(remote(Array.from({ length: 32 }, (_, at) => 100 + at)), 0)
  expect(agent.state.pairs).toHaveLength(limits.pairs)
  for (const pair of agent.state.pairs) {
    pair.state = 'down'
    agent.state.deadlines.set(pair.id, 0)
  }
  agent.state.waiting = []
  let tries = 0
  const { take } = agent.state.checks
  Object.assign(agent.state.checks, { take: (nowMs: number) => ((tries += 1), take(nowMs)) })
  run(agent, 5000)
  expect(sent.length).toBeGreaterThan(limits.pairs)
  expect(sent.length).toBeLessThanOrEqual(5.1 * limits.checksPerSecond)
  expect(tries).toBeLessThan(2 * sent.length)
})

test('a pair that fell silent is closed when the other’s number shows that it took its place, also if that comes last', () => {
  const agent = makeAgent('answerer')
  agent.setRemote(remote([]), 0)
  const pathscope = { pairNumber: 4, sentPackets: 1, echoSent: 0, echoReceived: 0, holdMicros: 0 }
  request(agent, { iceControlling: 5n, pathscope }, address(9, 1))
  request(agent, { iceControlling: 5n }, address(9, 2))
  run(agent, 2000, (check, nowMs) => answer(agent, check, nowMs))
  const second = (check: Sent, nowMs: number) => check.to.port === 2 && answer(agent, check, nowMs)
  run(agent, 6000, second)
  expect(agent.state.pairs.map((pair) => pair.state)).toEqual(['down', 'up'])
  request(agent, { iceControlling: 5n, pathscope }, address(9, 2), us.pwd, 6000)
  run(agent, 8000, second)
  expect(agent.state.pairs.map((pair) => pair.state)).toEqual(['closed', 'up'])
})

test('a NAT that maps anew every ten seconds for hours is followed to the end, and its old pairs are forgotten', () => {
  const agent = makeAgent('answerer')
  agent.setRemote(remote([]), 0)
  const pathscope = { pairNumber: 4, sentPackets: 1, echoSent: 0, echoReceived: 0, holdMicros: 0 }
  const forgotten: number[] = []
  let mostPairs = 0
  const times = 1000
  for (let time = 1; time <= times; time += 1) {
    const port = 1000 + time
    request(agent, { iceControlling: 5n, pathscope }, address(9, port), us.pwd, time * 10_000)
    run(agent, time * 10_000 + 9999, (check, nowMs) => check.to.port === port && answer(agent, check, nowMs))
    forgotten.push(...agent.forgetClosed(time * 10_000 + 9999).map(({ id }) => id))
    mostPairs = Math.max(mostPairs, agent.state.pairs.length)
    expect(agent.pairAt(1, address(9, port))?.state).toBe('up')
  }
  expect(mostPairs).toBeLessThanOrEqual(limits.closedPairs + limits.closedPairMs / 10_000 + 2)
  expect(agent.state.pairsById.size).toBe(agent.state.pairs.length)
  expect(agent.state.remotes.size).toBeLessThanOrEqual(agent.state.pairs.length)
  expect(forgotten).toEqual(forgotten.map((_, at) => at + 1))
  expect(forgotten.length).toBe(times - agent.state.pairs.length)
  expect(events.filter((event) => event.kind === 'limit')).toEqual([])
})

test('a closed pair is kept for a while, and no later than the numbers end are pairs made', () => {
  const agent = makeAgent('answerer')
  agent.setRemote(remote([]), 0)
  const tell = (port: number, nowMs: number) => {
    agent.addRemote({ address: address(7, port), type: 'host', priority: 1 }, nowMs)
    agent.dropRemote(address(7, port), nowMs)
  }
  for (let port = 1; port <= limits.closedPairs + 10; port += 1) tell(port, 1000)
  expect(agent.forgetClosed(1000 + limits.closedPairMs - 1)).toEqual([])
  expect(agent.forgetClosed(1000 + limits.closedPairMs)).toHaveLength(10)
  expect(agent.pairAt(1, address(7, 1))).toBeUndefined()
  agent.state.pairsMade = limits.pairsPerSession - 1
  tell(1, 1e9)
  expect(events.filter((event) => event.kind === 'limit')).toEqual([])
  tell(1, 1e9)
  expect(agent.state.pairsMade).toBe(limits.pairsPerSession)
  expect(events.filter((event) => event.kind === 'limit')).toMatchObject([{ limit: 'pairsPerSession' }])
})

test('an address learnt after the peer told its interfaces gets its name as well', () => {
  const agent = makeAgent('answerer')
  agent.setRemote(remote([2]), 0)
  agent.nameRemotes((one) => (one.address === '10.0.0.9' ? 'wlan0' : null))
  request(agent, { iceControlling: 5n }, address(9))
  expect(agent.state.pairs.at(-1)?.label).toBe('eth0 → wlan0')
})

test('after the nominated pair is closed and forgotten no second one is nominated', () => {
  const agent = makeAgent('offerer', { preventNomination: false })
  agent.setRemote(remote([2]), 0)
  run(agent, 3000, (check, nowMs) => answer(agent, check, nowMs))
  expect(agent.state.pairs.filter((pair) => pair.nominated)).toHaveLength(1)
  agent.dropRemote(address(2), 3000)
  for (let port = 1; port <= limits.closedPairs + 1; port += 1) {
    agent.addRemote({ address: address(7, port), type: 'host', priority: 1 }, 4000)
    agent.dropRemote(address(7, port), 4000)
  }
  agent.addRemote({ address: address(3), type: 'host', priority: 1 }, 5000)
  expect(agent.forgetClosed(40_000).some((pair) => pair.nominated)).toBe(true)
  run(agent, 50_000, (check, nowMs) => answer(agent, check, nowMs))
  expect(agent.state.pairs.find((pair) => pair.state === 'up')?.nominations.attempted).toBe(0)
})

test('a stock peer is not asked for a second nomination, since it would obey', () => {
  const agent = makeAgent('offerer')
  agent.setRemote(remote([2, 3], 'stock'), 0)
  run(agent, 3000, (check, nowMs) => answer(agent, check, nowMs))
  agent.attemptNomination(null, 3000)
  run(agent, 6000, (check, nowMs) => answer(agent, check, nowMs))
  expect(agent.state.pairs.filter((pair) => pair.nominated)).toHaveLength(1)
})
