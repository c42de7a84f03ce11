import type { Plan } from './operation'

const mostTries = 400

/** The shortest plan found that still fails: runs of operations are left out, halves first, then ever fewer. */
export function shrink(plan: Plan, fails: (plan: Plan) => boolean): Plan {
  let least = plan
  let tries = 0
  for (let size = plan.operations.length >> 1; size >= 1; size >>= 1) {
    for (let from = 0; from < least.operations.length && tries < mostTries; ) {
      tries += 1
      const operations = least.operations.filter((_, at) => at < from || at >= from + size)
      const shorter = { ...least, operations }
      if (fails(shorter)) least = shorter
      else from += size
    }
  }
  return least
}
