/** What two SRTP ends must agree on: packets that one seals and the other opens, or refuses. */
import { seededRandom } from '../../../src/engine/testing'
import { type Opener, plainOf, type Refusal, type RtpPacket, type Sealer, type Side } from './side'

export interface Exchange {
  readonly name: string
  /** Only from a side that sends CSRCs and header extensions. */
  readonly needsLongHeaders: boolean
  run(way: Way): Promise<void>
}

export interface Outcome {
  readonly opened: number
  readonly refused: number
  /** Sentences; empty when all was as it must be. */
  readonly faults: readonly string[]
}

/** From one side to the other, both with the same keys. */
interface Way {
  readonly sealer: Sealer
  /** Seals with the keys of the other direction. */
  readonly stranger: Sealer
  mustOpen(sealed: Uint8Array, packet: RtpPacket): Promise<void>
  /** `as`: the only reasons that are right; any when left out. */
  mustRefuse(sealed: Uint8Array, what: string, as?: readonly Refusal[]): Promise<void>
}

const faultsTold = 5

/** `material`: both directions' keys, random. */
export async function runExchange(
  exchange: Exchange,
  from: Side,
  to: Side,
  material: Uint8Array,
): Promise<Outcome> {
  const opener: Opener = await to.opener(material, 'offerer')
  const faults: string[] = []
  const counts = { opened: 0, refused: 0 }
  const way: Way = {
    sealer: await from.sealer(material, 'offerer'),
    stranger: await from.sealer(material, 'answerer'),
    async mustOpen(sealed, packet) {
      const result = await opener.open(sealed)
      const what = `packet ${packet.index} of ${packet.ssrc} (${packet.payload.length} bytes)`
      if (result.kind === 'refused') return void faults.push(`${what} was refused as ${result.as}`)
      if (Buffer.compare(result.plain, plainOf(packet)) === 0) counts.opened += 1
      else faults.push(`${what} is not what it was: ${Buffer.from(result.plain).toString('hex')}`)
    },
    async mustRefuse(sealed, what, as) {
      const result = await opener.open(sealed)
      if (result.kind === 'new') return void faults.push(`${what} was taken`)
      counts.refused += 1
      if (as?.includes(result.as) === false) faults.push(`${what} was refused as ${result.as}, not ${as}`)
    },
  }
  await exchange.run(way)
  const more = faults.length - faultsTold
  return { ...counts, faults: [...faults.slice(0, faultsTold), ...(more > 0 ? [`and ${more} more`] : [])] }
}

/** A wrap of the sequence number comes after so many packets. */
const span = 65_536
/** As far as both sides can be led in one step: a receiver takes the nearest index. */
const stride = 20_000
const wraps = [span, 2 * span, 3 * span] as const
/** Where the rollover counter no longer fits in a byte. */
const farWrap = 256 * span
const sources = [1, 0x1234_5678, 0x8000_0000, 0xffff_ffff] as const
const sizes = [0, 1, 160, 1200] as const

function packetOf(index: number, wanted: Partial<RtpPacket> & { readonly bytes?: number } = {}): RtpPacket {
  const { bytes = 20, ...fields } = wanted
  return {
    index,
    ssrc: sources[1],
    payloadType: 96 + (index % 32),
    marker: index % 2 === 1,
    timestamp: (0xffff_ff00 + index * 3000) % 2 ** 32,
    payload: Uint8Array.from({ length: bytes }, (_, at) => (index * 31 + at * 7) % 256),
    ...fields,
  }
}

const from = (first: number, count: number): number[] => Array.from({ length: count }, (_, at) => first + at)

/** From `first` on to within a stride of `last`, which is left out. */
const steps = (first: number, last: number): number[] =>
  from(0, Math.ceil((last - first) / stride)).map((at) => first + at * stride)

/** Rising indices up to and over each wrap: few on the way there, and all that are at most `around` away from it. */
const overWraps = (around: number): readonly { readonly lead: number[]; readonly near: number[] }[] =>
  wraps.map((wrap) => ({
    lead: steps(wrap === span ? span - stride : wrap - span + around, wrap - around),
    near: from(wrap - around, 2 * around),
  }))

async function sealAll(sealer: Sealer, packets: readonly RtpPacket[]): Promise<Map<number, Uint8Array>> {
  const sealed = new Map<number, Uint8Array>()
  for (const packet of packets) sealed.set(packet.index, await sealer.seal(packet))
  return sealed
}

function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = seededRandom(seed)
  const keyed = values.map((value) => ({ value, key: random() }))
  return keyed.sort((a, b) => a.key - b.key).map(({ value }) => value)
}

async function sizesAndSources({ sealer, mustOpen }: Way): Promise<void> {
  for (const [at, bytes] of [...sizes, ...sizes].entries()) {
    for (const ssrc of sources) {
      const packet = packetOf(at, { ssrc, bytes })
      await mustOpen(await sealer.seal(packet), packet)
    }
  }
}

/** A second source goes on meanwhile without a wrap: each has its own rollover counter. */
async function inOrderOverWraps({ sealer, mustOpen }: Way): Promise<void> {
  const near = overWraps(10).flatMap((indices) => [...indices.lead, ...indices.near])
  const far = [...steps(wraps[2] + 10, farWrap), ...from(farWrap, 5)]
  for (const [at, index] of [...near, ...far].entries()) {
    for (const packet of [packetOf(index), packetOf(at, { ssrc: sources[3] })])
      await mustOpen(await sealer.seal(packet), packet)
  }
}

/** On each side of a wrap; libsrtp's window, the smaller of the two, has 128 packets. */
const reorderedAround = 32

async function reorderedOverWraps({ sealer, mustOpen }: Way): Promise<void> {
  for (const [at, { lead, near }] of overWraps(reorderedAround).entries()) {
    const packets = [...lead, ...near].map((index) => packetOf(index))
    const sealed = await sealAll(sealer, packets)
    for (const packet of [...packets.slice(0, lead.length), ...shuffled(packets.slice(lead.length), at + 1)])
      await mustOpen(sealed.get(packet.index) as Uint8Array, packet)
  }
}

async function replays({ sealer, mustOpen, mustRefuse }: Way): Promise<void> {
  const early = 4
  const held = span + 2
  const near = from(span - 6, 20)
  const far = span + 14 + stride
  const packets = [...steps(early, span - 6), ...near, far].map((index) => packetOf(index))
  const sealed = await sealAll(sealer, packets)
  const copy = (index: number) => sealed.get(index) as Uint8Array
  for (const packet of packets.filter(({ index }) => index !== held && index !== far)) {
    // Its number in the next round is still to come: only the tag can tell.
    if (packet.index === span + early) await mustRefuse(copy(early), 'a replay of a round before', ['forged'])
    await mustOpen(copy(packet.index), packet)
    await mustRefuse(copy(packet.index), `a replay of packet ${packet.index}`, ['duplicate'])
  }
  for (const index of near.filter((one) => one !== held).reverse())
    await mustRefuse(copy(index), `a late replay of packet ${index}`, ['duplicate'])
  await mustOpen(copy(far), packetOf(far))
  await mustRefuse(copy(near[0] as number), 'a replay from behind the window', ['too-old'])
  await mustRefuse(copy(held), 'a packet from behind the window', ['too-old'])
}

async function changedBits({ sealer, stranger, mustOpen, mustRefuse }: Way): Promise<void> {
  const [before, hit, after] = [packetOf(span - 1), packetOf(span), packetOf(span + 1)]
  await mustOpen(await sealer.seal(before), before)
  const sealed = await sealer.seal(hit)
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const changed = sealed.slice()
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (0x80 >> (bit & 7))
    await mustRefuse(changed, `a packet with bit ${bit} changed`)
  }
  for (let bytes = 0; bytes < sealed.length; bytes += 1)
    await mustRefuse(sealed.slice(0, bytes), `a packet cut to ${bytes} bytes`, ['forged', 'malformed'])
  await mustRefuse(Uint8Array.from([...sealed, 0]), 'a packet with a byte more', ['forged'])
  await stranger.seal(before)
  await mustRefuse(await stranger.seal(hit), 'a packet of the other direction', ['forged'])
  await mustOpen(sealed, hit)
  await mustOpen(await sealer.seal(after), after)
}

async function longHeaders({ sealer, mustOpen }: Way): Promise<void> {
  const extensions = [undefined, [], [0x1022_3300], [1, 2, 0xffff_ffff]].map(
    (words) => words && { profile: 0xbede, words },
  )
  let index = 0
  for (const csrcs of [[], [7], from(0xffff_fff0, 15)]) {
    for (const extension of extensions) {
      for (const bytes of [0, 160]) {
        const packet = packetOf(index, { bytes, csrcs, ...(extension && { extension }) })
        index += 1
        await mustOpen(await sealer.seal(packet), packet)
      }
    }
  }
}

export const exchanges: readonly Exchange[] = [
  {
    name: `payloads of ${sizes.join(', ')} bytes, ${sources.length} sources`,
    needsLongHeaders: false,
    run: sizesAndSources,
  },
  {
    name: `in order over ${wraps.length} wraps, on to ${farWrap / span}`,
    needsLongHeaders: false,
    run: inOrderOverWraps,
  },
  { name: `out of order over ${wraps.length} wraps`, needsLongHeaders: false, run: reorderedOverWraps },
  { name: 'replays over a wrap', needsLongHeaders: false, run: replays },
  { name: 'each bit changed, cut short, other keys', needsLongHeaders: false, run: changedBits },
  { name: 'CSRCs and header extensions', needsLongHeaders: true, run: longHeaders },
]
