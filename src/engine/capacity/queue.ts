/** The smallest delay is kept for this many steps of `baseStepMs`. */
const baseSteps = 6
const baseStepMs = 5000
/** Delays of late are kept as the smallest of each step of this many ms of arrival time. */
const recentStepMs = 10
const recentSteps = 32
/** How much jitter bends the course of the smallest delays, over how much it lifts them: a growing queue bends nothing. */
const bendOfNoise = 1.3
const mostNoiseMs = 50
/** Weight of one step in the mean, and steps after which it is known. */
const noiseGain = 1 / 32
const noiseSteps = 8

/**
 * How long packets wait on a path, from one-way delays whose clocks differ by an unknown constant: a delay less the
 * smallest of the last 30 s (the base). As jitter only adds to a delay that orders keep, the smallest of a short time is
 * what waits even for the luckiest packet: the standing queue.
 */
export interface QueueEstimate {
  /** One delay, by the clocks of both ends. */
  add(delayMs: number, arrivedMs: number, sentMs: number): void
  /** Of one delay, over the base; 0 or more. */
  over(delayMs: number): number
  /** Smallest over the base among arrivals of the last `windowMs` (at most 320); null when there were none. */
  standingMs(windowMs: number): number | null
  /** How many packets arrived in that time. */
  arrivals(windowMs: number): number
  /** From the first of them to the last, to 10 ms; 0 when they were read at one moment, as after a receiver was held up. */
  spanMs(windowMs: number): number
  /** About what jitter adds to delays on average; a queue that grows or shrinks evenly does not count. */
  readonly noiseMs: number
  readonly isNoiseKnown: boolean
  readonly baseMs: number | null
  /** Forgets what was before: the path is another one. `baseMs`: the new base. */
  rebase(baseMs: number, sentMs: number): void
  /** While true the base does not expire: others keep a queue, so that no empty one is seen. */
  hold(isHeld: boolean): void
}

export function createQueueEstimate(): QueueEstimate {
  const bases = new Float64Array(baseSteps).fill(Infinity)
  let baseStep = -1
  let base = Infinity
  let isHeld = false
  const recent = new Float64Array(recentSteps).fill(Infinity)
  const recentStep = new Float64Array(recentSteps).fill(-1)
  const recentCount = new Float64Array(recentSteps)
  let newestStep = -1
  let noise = 0
  let noisy = 0
  /** The smallest of the last step that is over, and of the one before it. */
  let before = 0
  let beforeThat = 0

  const smallest = (): number => {
    let least = Infinity
    for (const one of bases) least = Math.min(least, one)
    return least
  }

  const addBase = (delayMs: number, sentMs: number): void => {
    const step = Math.floor(sentMs / baseStepMs)
    if (step > baseStep) {
      if (!isHeld || baseStep < 0) {
        const passed = baseStep < 0 ? baseSteps : Math.min(baseSteps, step - baseStep)
        for (let i = 0; i < passed; i += 1) bases[(step - i) % baseSteps] = Infinity
      }
      baseStep = step
      bases[step % baseSteps] = Math.min(bases[step % baseSteps] as number, delayMs)
      base = smallest()
    } else if (delayMs < (bases[baseStep % baseSteps] as number)) {
      bases[baseStep % baseSteps] = delayMs
      if (delayMs < base) base = delayMs
    }
  }

  const stepsOf = (windowMs: number): number =>
    Math.min(recentSteps, Math.max(1, Math.ceil(windowMs / recentStepMs)))

  const standing = (windowMs: number): number => {
    const steps = stepsOf(windowMs)
    let least = Infinity
    for (let step = newestStep; step > newestStep - steps && step >= 0; step -= 1) {
      if (recentStep[step % recentSteps] === step)
        least = Math.min(least, recent[step % recentSteps] as number)
    }
    return least
  }

  return {
    add(delayMs, arrivedMs, sentMs) {
      addBase(delayMs, sentMs)
      const step = Math.max(0, Math.floor(arrivedMs / recentStepMs))
      const slot = step % recentSteps
      if (recentStep[slot] !== step) {
        if (step < newestStep) return
        if (newestStep >= 0) {
          const last = recent[newestStep % recentSteps] as number
          if (noisy >= 2) {
            const bend = Math.abs(last - 2 * before + beforeThat) / bendOfNoise
            noise += (Math.min(mostNoiseMs, bend) - noise) * Math.max(noiseGain, 1 / (noisy - 1))
          }
          noisy += 1
          beforeThat = before
          before = last
        }
        recentStep[slot] = step
        recentCount[slot] = 0
        recent[slot] = delayMs
        newestStep = step
      } else if (delayMs < (recent[slot] as number)) {
        recent[slot] = delayMs
      }
      recentCount[slot] = (recentCount[slot] as number) + 1
    },
    arrivals(windowMs) {
      let sum = 0
      for (let step = newestStep; step > newestStep - stepsOf(windowMs) && step >= 0; step -= 1) {
        if (recentStep[step % recentSteps] === step) sum += recentCount[step % recentSteps] as number
      }
      return sum
    },
    over: (delayMs) => Math.max(0, delayMs - base),
    spanMs(windowMs) {
      for (let step = newestStep - stepsOf(windowMs) + 1; step < newestStep; step += 1) {
        if (step >= 0 && recentStep[step % recentSteps] === step) return (newestStep - step) * recentStepMs
      }
      return 0
    },
    standingMs(windowMs) {
      const least = standing(windowMs)
      return least === Infinity ? null : Math.max(0, least - base)
    },
    get noiseMs() {
      return noise
    },
    get isNoiseKnown() {
      return noisy >= noiseSteps
    },
    get baseMs() {
      return base === Infinity ? null : base
    },
    rebase(baseMs, sentMs) {
      bases.fill(Infinity)
      baseStep = Math.floor(sentMs / baseStepMs)
      bases[baseStep % baseSteps] = baseMs
      base = baseMs
    },
    hold(held) {
      isHeld = held
    },
  }
}
