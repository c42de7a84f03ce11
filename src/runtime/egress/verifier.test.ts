import { describe, expect, it } from 'vitest'
import type { EgressVerdict, EngineSnapshot, PairSnapshot } from '../../engine'
import { createVirtualClock } from '../../sim'
import type { InterfaceInfo } from '../ports'
import { burstPackets } from './trial'
import { againAfterMs, createEgressVerifier } from './verifier'

interface MadePair {
  readonly id: number
  readonly named: string
  readonly straight: boolean
  state: PairSnapshot['state']
  stateSinceMs: number
  binding: 'device' | 'address' | 'emulated'
}

/** A machine whose counters rise by what is sent, some time after it was sent. */
function makeMachine(wayOf: (pairId: number) => string, lagMs = 0) {
  const clock = createVirtualClock()
  const counts = new Map([
    ['eth0', 1000],
    ['wlan0', 2000],
  ])
  const bursts: { pairId: number; packets: number; atMs: number }[] = []
  const verdicts: { pairId: number; verdict: EgressVerdict }[] = []
  const pairs: MadePair[] = []
  let coin = 1
  const machine = {
    clock,
    bursts,
    verdicts,
    counters: { read: (): ReadonlyMap<string, number> | null => new Map(counts) },
    add(id: number, named: string, straight = false): MadePair {
      const pair: MadePair = { id, named, straight, state: 'up', stateSinceMs: 0, binding: 'device' }
      pairs.push(pair)
      return pair
    },
    /** Has snapshots taken for so long, five a second. */
    run(forMs: number): void {
      const endMs = clock.nowMs() + forMs
      while (clock.nowMs() < endMs) {
        verifier.snapshot(snapshotOf(pairs))
        clock.runUntil(Math.min(endMs, clock.nowMs() + 200))
      }
    },
    packets: () => bursts.reduce((sum, { packets }) => sum + packets, 0),
    list: (...names: string[]) =>
      verifier.interfaces(
        names.map(
          (name) =>
            ({ name, index: 1, up: true, kind: 'ethernet', addresses: [] }) as unknown as InterfaceInfo,
        ),
      ),
  }
  const verifier = createEgressVerifier({
    clock,
    counters: { read: () => machine.counters.read() },
    coin: () => {
      coin = (coin * 48_271) % 2_147_483_647
      return coin % 2 === 0
    },
    burst(pairId, packets) {
      bursts.push({ pairId, packets, atMs: clock.nowMs() })
      const name = wayOf(pairId)
      const rise = () => void (counts.has(name) && counts.set(name, (counts.get(name) ?? 0) + packets))
      if (lagMs === 0) rise()
      else clock.at(clock.nowMs() + lagMs, rise)
    },
    conclude: (pairId, verdict) => verdicts.push({ pairId, verdict }),
  })
  return {
    ...machine,
    verifier,
    setCounters: (read: typeof machine.counters.read) => (machine.counters.read = read),
  }
}

function snapshotOf(pairs: readonly MadePair[]): EngineSnapshot {
  const views = [...pairs]
    .sort((a, b) => Number(b.straight) - Number(a.straight) || a.id - b.id)
    .map(({ id, named, straight, state, stateSinceMs, binding }) => ({
      id,
      straight,
      state,
      stateSinceMs,
      local: { interfaceName: named, binding },
    }))
  return { channel: 'open', pairs: views } as unknown as EngineSnapshot
}

const truly = (interfaceName: string) => ({ kind: 'carried', verified: true, interfaceName })

describe('The verifier', () => {
  it('looks at each pair once it works, straight ones first, and says by which interface it leaves', () => {
    const machine = makeMachine((id) => (id === 3 ? 'eth0' : id === 1 ? 'eth0' : 'wlan0'))
    machine.add(1, 'eth0')
    machine.add(2, 'wlan0', true)
    machine.add(3, 'wlan0')
    machine.run(5000)
    expect(machine.verdicts).toEqual([
      { pairId: 2, verdict: truly('wlan0') },
      { pairId: 1, verdict: truly('eth0') },
      { pairId: 3, verdict: { kind: 'carried', verified: false, interfaceName: 'eth0' } },
    ])
  })

  it('spends at most 20 bursts and 0.9 s on a pair where all is quiet, and then nothing for five minutes', () => {
    const machine = makeMachine(() => 'eth0')
    machine.add(1, 'eth0')
    machine.run(900)
    expect(machine.verdicts).toHaveLength(1)
    const once = machine.packets()
    expect(once).toBeLessThanOrEqual(20 * burstPackets)
    machine.run(againAfterMs - 2000)
    expect(machine.packets()).toBe(once)
    machine.run(4000)
    expect(machine.verdicts).toHaveLength(2)
  })

  it('takes longer slots where counters are late, and keeps to them', () => {
    const machine = makeMachine(() => 'eth0', 150)
    machine.add(1, 'eth0')
    machine.add(2, 'eth0')
    machine.run(40_000)
    const found = machine.verdicts.filter(({ verdict }) => verdict.kind === 'carried')
    expect(found).toEqual([
      { pairId: 1, verdict: truly('eth0') },
      { pairId: 2, verdict: truly('eth0') },
    ])
    expect(machine.verdicts.filter(({ verdict }) => verdict.kind === 'unknown').length).toBeLessThan(4)
  })

  it('tries ever more rarely what cannot be found out: below one packet in two seconds in the long run', () => {
    const machine = makeMachine(() => 'nowhere')
    machine.add(1, 'eth0')
    machine.run(3 * 3_600_000)
    expect(machine.verdicts.every(({ verdict }) => verdict.kind === 'unknown')).toBe(true)
    expect(machine.packets() / (3 * 3600)).toBeLessThan(0.5)
  })

  it('looks again when a pair works again, when interfaces change, and not twice in ten seconds', () => {
    const machine = makeMachine(() => 'eth0')
    const pair = machine.add(1, 'eth0')
    machine.list('eth0')
    machine.run(2000)
    machine.list('eth0', 'wlan0')
    machine.run(2000)
    expect(machine.verdicts).toHaveLength(1)
    machine.run(10_000)
    expect(machine.verdicts).toHaveLength(2)
    pair.stateSinceMs = 14_000
    machine.run(12_000)
    expect(machine.verdicts).toHaveLength(3)
  })

  it('leaves a pair that goes down in the midst of it, and begins anew when it works', () => {
    const machine = makeMachine(() => 'eth0')
    const pair = machine.add(1, 'eth0')
    machine.run(200)
    pair.state = 'down'
    machine.run(2000)
    const sent = machine.packets()
    machine.run(5000)
    expect(machine.packets()).toBe(sent)
    expect(machine.verdicts).toEqual([])
    pair.state = 'up'
    machine.run(2000)
    expect(machine.verdicts).toEqual([{ pairId: 1, verdict: truly('eth0') }])
  })

  it('sends nothing over emulated paths, nor where the system tells no counters', () => {
    const machine = makeMachine(() => 'eth0')
    machine.add(1, 'eth0').binding = 'emulated'
    machine.run(2000)
    expect(machine.verdicts).toEqual([])
    machine.setCounters(() => null)
    machine.add(2, 'eth0')
    machine.run(2000)
    expect(machine.verdicts).toEqual([{ pairId: 2, verdict: { kind: 'unknown', gap: 'unsupported' } }])
    expect(machine.packets()).toBe(0)
  })
})
