import { afterEach, describe, it } from 'vitest'
import { arq, closeAll, joined, seeded } from './testing'

afterEach(closeAll)

describe('over a link with a round trip of 600 ms that loses 40 % beneath the shim', () => {
  it('two sessions connect, where werift alone does not even without loss', { timeout: 60_000 }, async () => {
    const random = seeded(11)
    const { offerer, answerer } = await joined({
      offererWays: { handshake: arq(random, 0.4, 300) },
      answererWays: { handshake: arq(random, 0.4, 300) },
    })
    await Promise.all([offerer.wait('connected', 1, 50_000), answerer.wait('connected', 1, 50_000)])
  })
})
