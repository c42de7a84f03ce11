import { runBeside } from './beside'
import { randomPlan } from './operation'
import { shrink } from './shrink'

/** What the agent does otherwise than the model on this seed, with the fewest operations that show it; null when nothing. */
export function modelProblem(seed: number): string | null {
  const plan = randomPlan(seed)
  if (runBeside(plan).length === 0) return null
  const least = shrink(plan, (one) => runBeside(one).length > 0)
  const operations = least.operations.map((operation) => `  ${JSON.stringify(operation)}`)
  const head = `seed ${seed}, ${least.role}, nominations: ${least.policy}, ${least.addresses} addresses`
  return [head, ...operations, ...runBeside(least)].join('\n')
}
