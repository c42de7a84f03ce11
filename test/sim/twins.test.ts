/** Pairs of both IP versions between the same interfaces, of which one carries streams. */
import { expect, test } from 'vitest'
import { readNamed } from './named'
import { runScenario } from './run'

test('streams go by IPv4, whose header is shorter, whichever of the two comes up first', async () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const plain = {
      ...readNamed('mode-weighted-blackout-with-twins'),
      seed,
      durationMs: 9000,
      changes: [],
      expect: [],
    }
    const { ends, violations } = await runScenario(plain)
    expect(violations).toEqual([])
    for (const end of Object.values(ends)) {
      const packets = { 4: 0, 6: 0 }
      for (const { local, streamSent } of end.snapshot()!.pairs)
        packets[local.address.includes(':') ? 6 : 4] += streamSent.packets
      expect(packets[4]).toBeGreaterThan(2000)
      expect(packets[6] / packets[4], `seed ${seed}, ${end.side}`).toBeLessThan(0.05)
    }
  }
})
