import { type Bench, mean, median, ratio, type Row, type Table } from './bench'
import { timedSession, type Timings } from './timed-session'

/** Interfaces of each side; every one of theirs pairs with every one of ours. */
const sides = [1, 8, 16, 32] as const
const rounds = 3

type Part = keyof Timings

const parts: readonly { readonly part: Part; readonly label: string }[] = [
  { part: 'tick', label: 'tick' },
  { part: 'request', label: 'a check arrives' },
  { part: 'response', label: 'an answer arrives' },
  { part: 'record', label: 'a record arrives' },
  { part: 'snapshot', label: 'snapshot' },
]

/** Whether one tick or one datagram costs more the more pairs there are. */
export const ice: Bench = {
  name: 'ice',
  about: 'what one step of an engine with all its pairs up costs, by the number of pairs',
  needsLab: false,
  async run({ say }) {
    // Compiled and warm before anything counts.
    await timedSession(8, 20_000)
    const found = new Map<number, Timings[]>(sides.map((count) => [count, []]))
    for (let round = 1; round <= rounds; round++) {
      for (const count of sides) {
        say(`ice: round ${round} of ${rounds}: ${count * count} pairs`)
        found.get(count)?.push(await timedSession(count, measuredMs(count)))
      }
    }
    return tableOf(found)
  },
}

/** All pairs share a budget of keepalives, so one pair alone needs longer for as many samples. */
function measuredMs(count: number): number {
  return count === 1 ? 60_000 : 10_000
}

function quietest(means: readonly (number | null)[]): number | null {
  const known = means.filter((each) => each !== null)
  return known.length === 0 ? null : Math.min(...known)
}

function tableOf(found: ReadonlyMap<number, readonly Timings[]>): Table {
  const rows: Row[] = []
  for (const { part, label } of parts) {
    const medians = sides.map((count) => median((found.get(count) ?? []).flatMap((one) => one[part])))
    const means = sides.map((count) => quietest((found.get(count) ?? []).map((one) => mean(one[part]))))
    rows.push({ label: `${label}, median µs`, values: medians })
    rows.push({ label: `${label}, mean µs`, values: means })
    rows.push({
      label: `${label}, mean, times that of one pair`,
      values: means.map((each) => ratio(each, means[0] ?? null)),
    })
  }
  return {
    columns: sides.map((count) => `${count * count} pairs`),
    rows,
    notes: [
      `Each from ${rounds} rounds; medians over all samples, means of the round in which the machine was quietest.`,
      'A snapshot lists every pair, so it grows with them; nothing else should grow faster than their logarithm.',
      'The ticks that make a message are left out: in redundant mode each pair gets its copy.',
    ],
  }
}
