/** `npm run sim -- --seed N` or `--scenario NAME`: tells a run's story and its trace hash. */
import { readNamed } from './named'
import { randomScenario } from './random-scenario'
import { runScenario } from './run'

async function main(args: readonly string[]): Promise<number> {
  const [option, value] = args
  if (value === undefined || (option !== '--seed' && option !== '--scenario')) {
    console.error('Usage: npm run sim -- --seed NUMBER | --scenario NAME')
    return 2
  }
  const run = await runScenario(option === '--seed' ? randomScenario(value) : readNamed(value))
  for (const line of run.story) console.log(line)
  console.log(`hash ${run.hash}`)
  for (const violation of run.violations) console.log(`VIOLATION ${violation}`)
  return run.violations.length === 0 ? 0 : 1
}

void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status
})
