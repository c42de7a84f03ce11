/** `npm run sim -- --seed N`, `--scenario NAME` or `--scenario NAME --seed N`: tells a run's story and its trace hash. */
import { readNamed } from './named'
import { randomScenario } from './random-scenario'
import { runScenario } from './run'
import type { Scenario } from './scenario'

async function main(args: readonly string[]): Promise<number> {
  const options = new Map<string, string>()
  for (let at = 0; at + 1 < args.length; at += 2) options.set(args[at] as string, args[at + 1] as string)
  const [seed, name] = [options.get('--seed'), options.get('--scenario')]
  const isKnown = [...options.keys()].every((option) => option === '--seed' || option === '--scenario')
  if (!isKnown || args.length % 2 === 1 || (seed === undefined && name === undefined)) {
    console.error('Usage: npm run sim -- --seed NUMBER | --scenario NAME [--seed NUMBER]')
    return 2
  }
  const run = await runScenario(scenarioOf(seed, name))
  for (const line of run.story) console.log(line)
  console.log(`hash ${run.hash}`)
  for (const violation of run.violations) console.log(`VIOLATION ${violation}`)
  return run.violations.length === 0 ? 0 : 1
}

/** A named scenario may be run with another of its seeds than the first. */
function scenarioOf(seed: string | undefined, name: string | undefined): Scenario {
  if (name === undefined) return randomScenario(seed ?? '')
  const scenario = readNamed(name)
  return seed === undefined ? scenario : { ...scenario, seed }
}

void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status
})
