import { describe, expect, it } from 'vitest'
import { exchanges, runExchange } from './exchanges'
import { type Opener, ourSide, type Sealer, type Side } from './side'

const material = Uint8Array.from({ length: 56 }, (_, at) => at * 5)
const ours = ourSide()
const short = exchanges.filter(({ needsLongHeaders }) => !needsLongHeaders)

/** Each round of sequence numbers as if it were the first. */
const neverRollsOver: Side = {
  ...ours,
  async sealer(...keys) {
    const rounds = new Map<number, Sealer>()
    return {
      async seal(packet) {
        const round = Math.floor(packet.index / 65_536)
        const sealer = rounds.get(round) ?? (await ours.sealer(...keys))
        rounds.set(round, sealer)
        return sealer.seal({ ...packet, index: packet.index % 65_536 })
      },
    }
  },
}

const opening = (change: (opener: Opener, sealed: Uint8Array) => ReturnType<Opener['open']>): Side => ({
  ...ours,
  async opener(...keys) {
    const opener = await ours.opener(...keys)
    return { open: (sealed) => change(opener, sealed) }
  },
})

const takesReplays = opening(async (opener, sealed) => {
  const result = await opener.open(sealed)
  const isReplay = result.kind === 'refused' && result.as === 'duplicate'
  return isReplay ? { kind: 'new', plain: sealed } : result
})
const checksNoTag = opening(async (opener, sealed) => {
  const result = await opener.open(sealed)
  const isForged = result.kind === 'refused' && result.as === 'forged'
  return isForged ? { kind: 'new', plain: sealed } : result
})
const changesABit = opening(async (opener, sealed) => {
  const result = await opener.open(sealed)
  return result.kind === 'new' ? { kind: 'new', plain: result.plain.map((byte) => byte ^ 1) } : result
})
const tellsNoAge = opening(async (opener, sealed) => {
  const result = await opener.open(sealed)
  const isOld = result.kind === 'refused' && result.as === 'too-old'
  return isOld ? { kind: 'refused', as: 'forged' } : result
})

describe('the SRTP exchanges', () => {
  it.each(short)('find nothing between two of ours: $name', async (exchange) => {
    const { opened, refused, faults } = await runExchange(exchange, ours, ours, material)
    expect(faults).toEqual([])
    expect(opened + refused).toBeGreaterThan(20)
  })

  it.each([
    ['in order over', neverRollsOver, ours, 'packet 65536 of 305419896 (20 bytes) was refused as'],
    ['out of order', neverRollsOver, ours, 'was refused as'],
    ['payloads of', ours, changesABit, 'is not what it was'],
    ['replays', ours, takesReplays, 'a replay of packet 4 was taken'],
    ['replays', ours, checksNoTag, 'a replay of a round before was taken'],
    ['replays', ours, tellsNoAge, 'a replay from behind the window was refused as forged, not too-old'],
    ['each bit changed', ours, checksNoTag, 'a packet with bit 8 changed was taken'],
  ])('find what is wrong with an end, %s', async (name, from, to, said) => {
    const exchange = short.find((one) => one.name.startsWith(name)) as (typeof short)[number]
    const { faults } = await runExchange(exchange, from, to, material)
    expect(faults.join('; ')).toContain(said)
  })
})
