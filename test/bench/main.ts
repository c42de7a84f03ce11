/**
 * `npm run bench [-- NAME...] [--runs N] [--seconds S | --minutes M] [--topology NAME]... [--only TEXT]... [--seed N] [--json FILE] [--keep DIR]`:
 * runs the named benches, or all but the longest, and prints each one's table; the same as JSON goes to
 * out/bench/NAME.json, or all together to FILE. `--packages` lists the Debian packages of what is compared with.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Bench, BenchOptions, Table } from './bench'
import { benches } from './benches'
import { baselinePackages } from './lab/iperf'
import { tapPackage } from './lab/tap'
import { whyNoLab } from './lab/lab'
import { asJson, printed } from './print'

interface Options extends BenchOptions {
  readonly chosen: readonly Bench[]
  readonly json: string | null
}

const usage =
  'npm run bench -- [NAME...] [--runs N] [--seconds S | --minutes M] [--topology NAME]... [--only TEXT]... [--seed N] [--json FILE] [--keep DIR] [--install]'

function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string', default: '5' },
      seconds: { type: 'string' },
      minutes: { type: 'string' },
      seed: { type: 'string', default: '1' },
      keep: { type: 'string' },
      topology: { type: 'string', multiple: true, default: [] },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
    },
    allowPositionals: true,
  })
  const chosen = positionals.map((word) => {
    const bench = benches.find((one) => one.name === word)
    if (bench === undefined) throw new TypeError(`There is no bench ${word}; there are ${names()}.`)
    return bench
  })
  return {
    chosen: chosen.length > 0 ? chosen : benches.filter(({ onlyByName }) => onlyByName !== true),
    json: values.json ?? null,
    runs: whole('--runs', values.runs),
    seconds: lengthOf(values.seconds, values.minutes),
    seed: whole('--seed', values.seed),
    keepIn: values.keep === undefined ? undefined : resolve(values.keep),
    topologies: values.topology,
    only: values.only,
    say: (line) => console.error(line),
  }
}

function lengthOf(seconds: string | undefined, minutes: string | undefined): number | undefined {
  if (minutes !== undefined) return 60 * whole('--minutes', minutes)
  return seconds === undefined ? undefined : whole('--seconds', seconds)
}

function whole(option: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 1000) {
    throw new TypeError(`${option} takes a whole number from 1 to 1000, not ${text}.`)
  }
  return value
}

const names = () => benches.map((bench) => bench.name).join(', ')

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--packages')) {
    console.log([...baselinePackages, tapPackage].join('\n'))
    return 0
  }
  let options: Options
  try {
    options = readOptions(args)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    console.error(`${error.message}\nUsage: ${usage}`)
    return 2
  }
  const machine = { node: process.version, platform: process.platform, cpu: cpus()[0]?.model ?? null }
  const results: Record<string, Table & { readonly about: string }> = {}
  for (const { name, about, needsLab, run } of options.chosen) {
    console.log(`\n${name}: ${about}`)
    const problem = needsLab ? whyNoLab() : null
    if (problem !== null) {
      console.log(`Left out: ${problem}.`)
      continue
    }
    const table = await run(options)
    results[name] = { about, ...table }
    console.log(printed(table))
    if (options.json === null) write(join('out', 'bench', `${name}.json`), { machine, [name]: results[name] })
  }
  if (options.json !== null) write(options.json, { machine, ...results })
  return 0
}

function write(file: string, value: unknown): void {
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, `${asJson(value, 2)}\n`)
  console.log(`(as JSON: ${file})`)
}

void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status
})
