import type { Impairments, WorldInterface } from '../../../src/sim'

/** A network on which two Pathscopes must always connect; impairments hold in each direction. */
export interface BadNetwork {
  readonly about: string
  readonly paths: readonly Impairments[]
  /** Both channels are open by then, ms after the session began. */
  readonly openByMs: number
}

const lossy = { lossPercent: 20, duplicatePercent: 10, reorderPercent: 20, reorderByMs: 40, jitterMs: 5 }

export const badNetworks: readonly BadNetwork[] = [
  {
    about: 'two paths that lose 20 %, double 10 % and reorder 20 %',
    paths: [
      { delayMs: 10, ...lossy },
      { delayMs: 30, ...lossy },
    ],
    openByMs: 30_000,
  },
  { about: 'one path with a round trip of 1.5 s', paths: [{ delayMs: 750 }], openByMs: 30_000 },
  {
    about: 'two paths of which one is dead from the start',
    paths: [{ delayMs: 15 }, { lossPercent: 100 }],
    openByMs: 15_000,
  },
]

/** Each path is a network of its own with one interface of each side. */
export function interfacesOf({ paths }: BadNetwork): readonly WorldInterface[] {
  return paths.flatMap((path, at) =>
    (['left', 'right'] as const).map((host, side) => ({
      host,
      name: `if${at}`,
      kind: 'ethernet' as const,
      addresses: [{ family: 4 as const, address: `198.18.${at}.${side + 1}` }],
      network: `net${at}`,
      // On the way up only, so that each direction of a path is impaired once.
      up: path,
    })),
  )
}
