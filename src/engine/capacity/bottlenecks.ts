/** Changes of the queue that are compared: this many, one a sample. */
const kept = 100
const leastKept = 40
/** A queue that moves less than this (standard deviation of its changes) says nothing, ms. */
const leastMotionMs = 0.6
/** Correlation from which two paths share a bottleneck, and below which they do not any more. */
const joinAt = 0.7
const partAt = 0.4
/** A change counts as this many times the mean one at most: a single moment proves nothing. */
const mostTimesMean = 3
/** Samples between two comparisons. */
const compareEvery = 10

/**
 * Which paths share a bottleneck: those whose standing queues grow and shrink together (the idea of RFC 8382, by the
 * correlation of what both see instead of by statistics of each). Paths whose queues do not move stay what they were.
 */
export interface Bottlenecks {
  /** The standing queues of all paths at one time, about every 100 ms; null where none is known. */
  sample(paths: readonly { readonly id: number; readonly queueMs: number | null }[]): void
  /** How many paths share this one's bottleneck, itself included. */
  sharers(id: number): number
}

interface Course {
  readonly changes: Float64Array
  lastMs: number | null
  /** Number of the newest sample. */
  seenAt: number
}

export function createBottlenecks(): Bottlenecks {
  const courses = new Map<number, Course>()
  const together = new Set<string>()
  let groups = new Map<number, number>()
  let samples = 0

  /** Of changes known of both. */
  const mean = (of: Float64Array, other: Float64Array): number => {
    let [sum, n] = [0, 0]
    for (let i = 0; i < kept; i += 1) {
      if (Number.isNaN(of[i]) || Number.isNaN(other[i])) continue
      sum += Math.abs(of[i] as number)
      n += 1
    }
    return sum / Math.max(1, n)
  }

  const compare = (a: Course, b: Course): number | null => {
    const mostA = mostTimesMean * mean(a.changes, b.changes)
    const mostB = mostTimesMean * mean(b.changes, a.changes)
    let n = 0
    let [sumA, sumB, squareA, squareB, product] = [0, 0, 0, 0, 0]
    for (let i = 0; i < kept; i += 1) {
      const x = Math.max(-mostA, Math.min(mostA, a.changes[i] as number))
      const y = Math.max(-mostB, Math.min(mostB, b.changes[i] as number))
      if (Number.isNaN(x) || Number.isNaN(y)) continue
      n += 1
      sumA += x
      sumB += y
      squareA += x * x
      squareB += y * y
      product += x * y
    }
    if (n < leastKept) return null
    const varianceA = squareA / n - (sumA / n) ** 2
    const varianceB = squareB / n - (sumB / n) ** 2
    if (Math.min(varianceA, varianceB) < leastMotionMs ** 2) return null
    return (product / n - (sumA / n) * (sumB / n)) / Math.sqrt(varianceA * varianceB)
  }

  const regroup = (): void => {
    const ids = [...courses.keys()]
    const groupOf = new Map(ids.map((id) => [id, id]))
    for (let i = 0; i < ids.length; i += 1) {
      for (let j = i + 1; j < ids.length; j += 1) {
        const [a, b] = [ids[i] as number, ids[j] as number]
        const key = `${a} ${b}`
        const correlation = compare(courses.get(a) as Course, courses.get(b) as Course)
        if (correlation !== null && correlation > joinAt) together.add(key)
        else if (correlation !== null && correlation < partAt) together.delete(key)
        if (!together.has(key)) continue
        const [from, to] = [groupOf.get(b) as number, groupOf.get(a) as number]
        for (const id of ids) if (groupOf.get(id) === from) groupOf.set(id, to)
      }
    }
    groups = groupOf
  }

  return {
    sample(paths) {
      samples += 1
      const slot = samples % kept
      for (const { id, queueMs } of paths) {
        let course = courses.get(id)
        if (course === undefined) {
          course = { changes: new Float64Array(kept).fill(NaN), lastMs: null, seenAt: samples }
          courses.set(id, course)
        }
        course.changes[slot] = queueMs === null || course.lastMs === null ? NaN : queueMs - course.lastMs
        course.lastMs = queueMs
        course.seenAt = samples
      }
      for (const [id, course] of courses) {
        if (course.seenAt === samples) continue
        courses.delete(id)
        for (const key of together) if (key.split(' ').includes(String(id))) together.delete(key)
      }
      if (samples % compareEvery === 0) regroup()
    },
    sharers(id) {
      const group = groups.get(id)
      if (group === undefined) return 1
      let count = 0
      for (const other of groups.values()) if (other === group) count += 1
      return count
    },
  }
}
