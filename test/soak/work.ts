import { modelProblem } from '../sim/model/holds'
import { randomScenario } from '../sim/random-scenario'
import { runScenario } from '../sim/run'

/** Every so many seeds there is a whole session beside the agent and its model: it takes some fifty times as long. */
export const sessionEvery = 20

export interface Failure {
  readonly seed: number
  /** `model`: the agent is not as its model; `session`: a whole session broke an invariant. */
  readonly kind: 'model' | 'session'
  readonly what: string
}

/** All that a seed stands for. */
export async function runSeed(seed: number): Promise<readonly Failure[]> {
  const failures: Failure[] = []
  const model = attempt(() => modelProblem(seed))
  if (model !== null) failures.push({ seed, kind: 'model', what: model })
  if (seed % sessionEvery === 0) {
    const session = await sessionProblem(seed)
    if (session !== null) failures.push({ seed, kind: 'session', what: session })
  }
  return failures
}

async function sessionProblem(seed: number): Promise<string | null> {
  try {
    const { violations } = await runScenario(randomScenario(seed))
    return violations.length === 0 ? null : violations.join('\n')
  } catch (error) {
    return told(error)
  }
}

function attempt(run: () => string | null): string | null {
  try {
    return run()
  } catch (error) {
    return told(error)
  }
}

function told(error: unknown): string {
  return error instanceof Error ? String(error.stack) : String(error)
}
