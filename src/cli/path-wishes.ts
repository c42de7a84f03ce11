/** What the user wants of paths, by the names of their interfaces: kept to as pairs come and go. */
import type { SessionOrder, SessionUpdate } from '../shared/session'

type Snapshot = Extract<SessionUpdate, { readonly kind: 'snapshot' }>['snapshot']
type Pair = Snapshot['pairs'][number]
type Command = Extract<SessionOrder, { readonly kind: 'command' }>['command']

/** `eth0`: every path from there. `eth0/wlan0`: those from there to the peer's wlan0, or to an address of the peer. */
export interface PathName {
  readonly local: string
  /** Null: any. */
  readonly remote: string | null
}

export interface PathWishes {
  readonly pins: readonly PathName[]
  readonly excluded: readonly PathName[]
  readonly caps: readonly { readonly path: PathName; readonly capBps: number }[]
  /** Of pairs; empty where interfaces alone are ordered, which is a setting. */
  readonly order: readonly PathName[]
}

/** A path's name as it is written; undefined when it is none. */
export function parsePathName(text: string): PathName | undefined {
  const [local = '', remote, ...more] = text.trim().split('/')
  if (local === '' || remote === '' || more.length > 0) return undefined
  return { local, remote: remote ?? null }
}

export function pathNameText({ local, remote }: PathName): string {
  return remote === null ? local : `${local}/${remote}`
}

export interface FollowedPaths {
  /** What is to be wished now; each wish of a pair once. */
  commands(snapshot: Snapshot): readonly Command[]
  /** Options that no pair has met so far, as written. */
  readonly unmet: readonly string[]
}

export function followPaths(wishes: PathWishes): FollowedPaths {
  const rules = rulesOf(wishes)
  const done = new Set<string>()
  const met = new Set<Rule>()
  let ordered: readonly number[] = []
  return {
    commands(snapshot) {
      const pairs = snapshot.pairs.filter(({ state }) => state !== 'closed')
      const commands: Command[] = []
      for (const [at, rule] of rules.entries()) {
        for (const pair of pairs) {
          const key = `${at}:${pair.id}`
          if (!matches(rule.path, pair) || done.has(key)) continue
          done.add(key)
          met.add(rule)
          const command = rule.commandFor(pair.id)
          if (command !== null) commands.push(command)
        }
      }
      const order = orderOf(wishes.order, pairs)
      if (order.join() !== ordered.join()) {
        ordered = order
        commands.push({ kind: 'order-pairs', pairIds: order })
      }
      return commands
    },
    get unmet() {
      return rules.filter((rule) => !met.has(rule)).map(({ text }) => text)
    },
  }
}

interface Rule {
  readonly path: PathName
  readonly text: string
  /** Null: the order is wished of all together. */
  commandFor(pairId: number): Command | null
}

function rulesOf({ pins, excluded, caps, order }: PathWishes): readonly Rule[] {
  const rule = (option: string, path: PathName, commandFor: Rule['commandFor']): Rule => ({
    path,
    text: `${option} ${pathNameText(path)}`,
    commandFor,
  })
  return [
    ...pins.map((path) => rule('--pin', path, (pairId) => ({ kind: 'pin-pair', pairId, pinned: true }))),
    ...excluded.map((path) =>
      rule('--exclude', path, (pairId) => ({ kind: 'include-pair', pairId, included: false })),
    ),
    ...caps.map(({ path, capBps }) =>
      rule('--cap', path, (pairId) => ({ kind: 'cap-pair', pairId, capBps })),
    ),
    ...order.map((path) => rule('--order', path, () => null)),
  ]
}

function matches({ local, remote }: PathName, pair: Pair): boolean {
  if (pair.local.interfaceName !== local) return false
  return remote === null || pair.remote.interfaceName === remote || pair.remote.address === remote
}

/** Pairs of the first name first; among those of one name straight ones, as snapshots have them. */
function orderOf(order: readonly PathName[], pairs: readonly Pair[]): readonly number[] {
  const ids = order.flatMap((name) => pairs.filter((pair) => matches(name, pair)).map(({ id }) => id))
  return [...new Set(ids)]
}
