/**
 * `npm run bench [-- NAME...] [--json FILE]`: runs the named benches, or all, and prints each one's table; the same as
 * JSON goes to out/bench/NAME.json, or all together to FILE.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { Bench, Table } from './bench'
import { benches } from './benches'
import { printed } from './print'

interface Options {
  readonly chosen: readonly Bench[]
  readonly json: string | null
}

function readOptions(args: readonly string[]): Options | string {
  const chosen: Bench[] = []
  let json: string | null = null
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] as string
    if (word === '--json') {
      at += 1
      json = args[at] ?? ''
      if (json === '') return '--json needs the name of a file.'
      continue
    }
    const bench = benches.find((one) => one.name === word)
    if (bench === undefined) return `There is no bench ${word}; there are ${names()}.`
    chosen.push(bench)
  }
  return { chosen: chosen.length > 0 ? chosen : benches, json }
}

const names = () => benches.map((bench) => bench.name).join(', ')

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args)
  if (typeof options === 'string') {
    console.error(`${options}\nUsage: npm run bench -- [NAME...] [--json FILE]`)
    return 2
  }
  const machine = { node: process.version, platform: process.platform, cpu: cpus()[0]?.model ?? null }
  const results: Record<string, Table & { readonly about: string }> = {}
  for (const { name, about, run } of options.chosen) {
    console.log(`\n${name}: ${about}`)
    const table = await run((line) => console.error(line))
    results[name] = { about, ...table }
    console.log(printed(table))
    if (options.json === null) write(join('out', 'bench', `${name}.json`), { machine, [name]: results[name] })
  }
  if (options.json !== null) write(options.json, { machine, ...results })
  return 0
}

function write(file: string, value: unknown): void {
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
  console.log(`(as JSON: ${file})`)
}

void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status
})
