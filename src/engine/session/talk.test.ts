import { expect, test } from 'vitest'
import { defaultSettings } from '../face/settings'
import { testPrimitives } from '../testing/primitives'
import { createEngine } from './engine'

/** An engine whose channel is open and takes messages or refuses them; without a network. */
function talker(ratePerSecond: number) {
  const engine = createEngine({
    role: 'offerer',
    fingerprint: Array<string>(32).fill('AB').join(':'),
    primitives: testPrimitives(1),
    settings: { ...defaultSettings, messages: { enabled: true, ratePerSecond, sizeBytes: 64 } },
    self: { appVersion: '0', os: 'test', interfaces: [] },
    stunServers: [],
    turnServers: [],
  })
  const offered: number[] = []
  const world = { refuses: false, offered, engine }

  function give(input: Parameters<typeof engine.handle>[0], nowMs: number): void {
    engine.handle(input, nowMs)
    const refused: Uint8Array[] = []
    for (let output = engine.poll(); output; output = engine.poll()) {
      if (output.kind !== 'secure-message') continue
      offered.push(nowMs)
      if (world.refuses) refused.push(output.data)
    }
    for (const data of refused) give({ kind: 'secure-message-refused', data }, nowMs)
  }

  give({ kind: 'secure-channel-open' }, 0)
  return {
    ...world,
    run(fromMs: number, toMs: number, refuses: boolean): number {
      world.refuses = refuses
      const before = offered.length
      for (let nowMs = engine.nextDeadline() ?? toMs; nowMs < toMs; nowMs = engine.nextDeadline() ?? toMs)
        give({ kind: 'tick' }, Math.max(fromMs, nowMs))
      return offered.length - before
    },
  }
}

test('a channel that refuses is tried 20 times a second and not given more and more messages', () => {
  const { run } = talker(100)
  run(0, 1000, false)
  expect(run(1000, 6000, true)).toBeLessThan(120)
})

test('a channel that takes messages again gets them at their rate', () => {
  const { run, engine } = talker(100)
  run(0, 1000, false)
  run(1000, 6000, true)
  run(6000, 6500, false)
  expect(run(6500, 8500, false)).toBeGreaterThan(190)
  expect(engine.snapshot(8500).messages[0]?.sent).toBeLessThan(400)
})
