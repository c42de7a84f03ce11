import { expect, test } from 'vitest'
import type { EngineOutput } from '../face/io'
import { limits } from '../face/limits'
import { parseStun } from '../stun'
import { pairOfEngines } from '../testing'

function connected() {
  const world = pairOfEngines([{ delayMs: 5, loss: 0, up: true }])
  world.connect()
  world.runUntil(2000)
  return world
}

function outputsOf(engine: { poll(): EngineOutput | undefined }): EngineOutput[] {
  const outputs: EngineOutput[] = []
  for (let output = engine.poll(); output !== undefined; output = engine.poll()) outputs.push(output)
  return outputs
}

test('a burst is so many binding indications with nothing but a fingerprint, which count nowhere else', () => {
  const { hosts, now } = connected()
  const { engine } = hosts[0]
  const before = engine.snapshot(now()).pairs[0]!
  engine.handle({ kind: 'egress-burst', pairId: before.id, packets: 8 }, now())
  const sent = outputsOf(engine).flatMap((output) => (output.kind === 'transmit' ? [output.data] : []))
  const indications = sent.filter((data) => {
    const parsed = parseStun(data)
    return parsed.kind === 'stun' && parsed.message.class === 'indication' && data.length === 28
  })
  expect(indications).toHaveLength(8)
  const after = engine.snapshot(now()).pairs[0]!
  expect(after.egress.packets).toBe(8)
  expect(after.sent.packets - before.sent.packets).toBe(sent.length - indications.length)
})

test('the peer passes over a burst: it drops nothing, answers nothing and counts nothing', () => {
  const { hosts, now, give, runUntil } = connected()
  const [left, right] = hosts
  const pairId = left.engine.snapshot(now()).pairs[0]!.id
  for (let at = 0; at < 20; at += 1) give(0, { kind: 'egress-burst', pairId, packets: 8 })
  runUntil(now() + 500)
  const { dropped, pairs } = right.engine.snapshot(now())
  expect(Object.values(dropped).every((count) => count === 0)).toBe(true)
  expect(pairs[0]!.lossReceived.percent).toBe(0)
  expect(left.engine.snapshot(now()).pairs[0]!.lossSent.percent).toBe(0)
})

test('an indication from elsewhere is dropped and counted', () => {
  const { hosts, now } = connected()
  const { engine } = hosts[0]
  engine.handle({ kind: 'egress-burst', pairId: 1, packets: 1 }, now())
  const indication = outputsOf(engine).find((output) => output.kind === 'transmit')!
  if (indication.kind !== 'transmit') return
  const from = { family: 4, address: '203.0.113.9', port: 9 } as const
  const { socketId, data } = indication
  engine.handle({ kind: 'datagram', socketId, from, data, receivedAtMs: now() }, now())
  expect(engine.snapshot(now()).dropped.unexpected).toBe(1)
})

test('a burst is never larger than its limit, and none goes over a pair that is not up', () => {
  const { hosts, now } = connected()
  const { engine } = hosts[0]
  engine.handle({ kind: 'egress-burst', pairId: 1, packets: 1e6 }, now())
  expect(engine.snapshot(now()).pairs[0]!.egress.packets).toBe(limits.egressBurst)
  engine.handle({ kind: 'socket-closed', socketId: 1, detail: 'gone' }, now())
  outputsOf(engine)
  engine.handle({ kind: 'egress-burst', pairId: 1, packets: 8 }, now())
  expect(outputsOf(engine).filter(({ kind }) => kind === 'transmit')).toEqual([])
})

test('a verdict is told when it is another than before, and an unknown one takes nothing back', () => {
  const { hosts, now } = connected()
  const { engine } = hosts[0]
  outputsOf(engine)
  const told = (verified: boolean, interfaceName: string) => {
    engine.handle(
      { kind: 'egress-verdict', pairId: 1, verdict: { kind: 'carried', verified, interfaceName } },
      now(),
    )
    return outputsOf(engine).flatMap((output) => (output.kind === 'event' ? [output.event.kind] : []))
  }
  const unknown = { kind: 'unknown', gap: 'other-traffic' } as const
  engine.handle({ kind: 'egress-verdict', pairId: 1, verdict: unknown }, now())
  expect(engine.snapshot(now()).pairs[0]!.egress).toMatchObject({ verified: null, gap: 'other-traffic' })
  expect(told(true, 'link0')).toEqual(['egress'])
  expect(told(true, 'link0')).toEqual([])
  expect(told(false, 'other')).toEqual(['egress'])
  engine.handle({ kind: 'egress-verdict', pairId: 1, verdict: unknown }, now())
  const { verified, interfaceName, gap } = engine.snapshot(now()).pairs[0]!.egress
  expect({ verified, interfaceName, gap }).toEqual({ verified: false, interfaceName: 'other', gap: null })
})
