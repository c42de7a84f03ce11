import { createRandom, type Random } from '../../../src/sim'

/** How a socket's checks to an address fare from now on. */
export type Fate =
  | {
      readonly kind: 'answered'
      readonly afterMs: number
      readonly lossPercent: number
      readonly mapped: boolean
    }
  | { readonly kind: 'refused'; readonly afterMs: number; readonly code: number }
  | { readonly kind: 'silence' }

/**
 * One thing that happens. Sockets, addresses, pairs, checks and requests are named by place in what there is at the
 * time, modulo its number, so that a sequence from which some were left out still means something.
 */
export type Operation =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'open'; readonly family: 4 | 6 }
  | { readonly kind: 'close'; readonly socket: number }
  | {
      readonly kind: 'describe'
      readonly peer: 'pathscope' | 'stock'
      readonly addresses: readonly number[]
    }
  | { readonly kind: 'tell'; readonly address: number; readonly priority: number }
  | { readonly kind: 'withdraw'; readonly address: number }
  | { readonly kind: 'fate'; readonly socket: number; readonly address: number; readonly fate: Fate }
  | {
      readonly kind: 'request'
      readonly socket: number
      readonly address: number
      readonly key: 'ours' | 'weak' | 'wrong' | 'none'
      readonly name: 'right' | 'other addressee' | 'other sender'
      readonly useCandidate: boolean
      readonly sameRole: boolean
      readonly largerTieBreaker: boolean
      readonly hearsNothing: boolean
      /** The transaction of an earlier request, counted back, instead of a new one. */
      readonly replays: number | null
    }
  | {
      readonly kind: 'answer'
      /** Counted back from the latest check. */
      readonly check: number
      /** Another address than the check went to. */
      readonly address: number | null
      readonly key: 'theirs' | 'weak' | 'wrong' | 'none'
      readonly code: number | null
    }
  | { readonly kind: 'include'; readonly pair: number; readonly included: boolean }
  | { readonly kind: 'nominate'; readonly pair: number | null }

/** What a seed is: who we are, how many addresses there are, and what happens. */
export interface Plan {
  readonly seed: number
  readonly role: 'offerer' | 'answerer'
  readonly policy: 'reject' | 'ignore'
  readonly addresses: number
  readonly operations: readonly Operation[]
}

/** Every so many seeds there is more of everything than the limits allow. */
export const crowdEvery = 100

export function randomPlan(seed: number): Plan {
  const random = createRandom(`model/${seed}`)
  const crowd = seed % crowdEvery === 0
  const addresses = crowd ? 90 + random.int(20) : 2 + random.int(6)
  const operations: Operation[] = []
  const sockets = crowd ? 31 + random.int(4) : 1 + random.int(3)
  for (let count = 0; count < sockets; count++) operations.push({ kind: 'open', family: family(random) })
  const describeAt = random.int(6)
  const length = crowd ? 12 : 15 + random.int(25)
  for (let at = 0; at < length; at++) {
    if (at === describeAt) operations.push(describe(random, addresses, crowd))
    operations.push(randomOperation(random, crowd))
  }
  return {
    seed,
    role: random.pick(['offerer', 'answerer'] as const),
    policy: random.chance(0.7) ? 'reject' : 'ignore',
    addresses,
    operations,
  }
}

function family(random: Random): 4 | 6 {
  return random.chance(0.75) ? 4 : 6
}

function describe(random: Random, addresses: number, crowd: boolean): Operation {
  const count = crowd ? addresses : random.int(addresses + 1)
  const peer = random.chance(0.85) ? 'pathscope' : 'stock'
  const described = Array.from({ length: count }, (_, at) => (crowd ? at : random.int(addresses)))
  return { kind: 'describe', peer, addresses: described }
}

function randomOperation(random: Random, crowd: boolean): Operation {
  const any = () => random.int(1000)
  const draw = random.next()
  if (draw < 0.34) return { kind: 'wait', ms: waitMs(random, crowd) }
  if (draw < 0.55) return randomRequest(random)
  if (draw < 0.68) return randomAnswer(random)
  if (draw < 0.8) return { kind: 'fate', socket: any(), address: any(), fate: randomFate(random) }
  if (draw < 0.84) return { kind: 'open', family: family(random) }
  if (draw < 0.87) return { kind: 'close', socket: any() }
  if (draw < 0.92) return { kind: 'tell', address: any(), priority: random.int(2 ** 31) }
  if (draw < 0.95) return { kind: 'withdraw', address: any() }
  if (draw < 0.97) return { kind: 'include', pair: any(), included: random.chance(0.5) }
  return { kind: 'nominate', pair: random.chance(0.5) ? null : any() }
}

/** Mostly less than a keepalive, now and then past every bound. */
function waitMs(random: Random, crowd: boolean): number {
  const most = random.pick(
    crowd ? [50, 500] : [20, 200, 1000, 1000, 5000, random.chance(0.1) ? 45_000 : 13_000],
  )
  return random.range(0, most)
}

function randomFate(random: Random): Fate {
  if (random.chance(0.45)) return { kind: 'silence' }
  const afterMs = random.range(0.1, random.pick([5, 80, 600]))
  if (random.chance(0.1)) return { kind: 'refused', afterMs, code: random.pick([400, 403, 420, 487, 500]) }
  return { kind: 'answered', afterMs, lossPercent: random.pick([0, 0, 20, 60]), mapped: random.chance(0.3) }
}

function randomRequest(random: Random): Operation {
  return {
    kind: 'request',
    socket: random.int(1000),
    address: random.int(1000),
    key: random.chance(0.85) ? 'ours' : random.pick(['wrong', 'none', 'weak']),
    name: random.chance(0.85) ? 'right' : random.pick(['other addressee', 'other sender']),
    useCandidate: random.chance(0.3),
    sameRole: random.chance(0.15),
    largerTieBreaker: random.chance(0.5),
    hearsNothing: random.chance(0.1),
    replays: random.chance(0.25) ? random.int(4) : null,
  }
}

function randomAnswer(random: Random): Operation {
  return {
    kind: 'answer',
    check: random.int(random.pick([2, 10, 80])),
    address: random.chance(0.15) ? random.int(1000) : null,
    key: random.chance(0.8) ? 'theirs' : random.pick(['wrong', 'none', 'weak']),
    code: random.chance(0.8) ? null : random.pick([400, 403, 487]),
  }
}

/** The default of a place whose fate was not told, from the seed alone. */
export function defaultFate(seed: number, place: string): Fate {
  return randomFate(createRandom(`model/${seed}/${place}`))
}
