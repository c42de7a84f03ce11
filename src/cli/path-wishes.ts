/** What the user wants of paths, by the names of their interfaces: kept to as pairs come and go. */
import type { SessionOrder, SessionUpdate } from '../shared/session'
import { type PathCap, type PathName, pathNameText, type WantedPaths } from './path-words'

type Snapshot = Extract<SessionUpdate, { readonly kind: 'snapshot' }>['snapshot']
type Pair = Snapshot['pairs'][number]
type Command = Extract<SessionOrder, { readonly kind: 'command' }>['command']

export interface PathWishes {
  readonly pins: readonly PathName[]
  readonly excluded: readonly PathName[]
  readonly caps: readonly PathCap[]
  /** Of pairs; empty where interfaces alone are ordered, which is a setting. */
  readonly order: readonly PathName[]
}

/**
 * What options say of pins, of an order and so on goes before what a config says of the same. An order of interfaces alone
 * is a setting, which holds for pairs to come as well; undefined when there is none.
 */
export function pathWishesOf(
  options: WantedPaths,
  config: WantedPaths,
): { readonly wishes: PathWishes; readonly interfaceOrder: readonly string[] | undefined } {
  const order = options.order ?? config.order ?? []
  const isOfPaths = order.some(({ remote }) => remote !== null)
  return {
    wishes: {
      pins: options.pin ?? config.pin ?? [],
      excluded: options.exclude ?? config.exclude ?? [],
      caps: options.cap ?? config.cap ?? [],
      order: isOfPaths ? order : [],
    },
    interfaceOrder: isOfPaths || order.length === 0 ? undefined : order.map(({ local }) => local),
  }
}

export interface FollowedPaths {
  /** What is to be wished now; each wish of a pair once. */
  commands(snapshot: Snapshot): readonly Command[]
  /** Wishes that no pair has met so far, such as `usb0 to pin`. */
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
  const rule = (wish: string, path: PathName, commandFor: Rule['commandFor']): Rule => ({
    path,
    text: `${pathNameText(path)} to ${wish}`,
    commandFor,
  })
  return [
    ...pins.map((path) => rule('pin', path, (pairId) => ({ kind: 'pin-pair', pairId, pinned: true }))),
    ...excluded.map((path) =>
      rule('exclude', path, (pairId) => ({ kind: 'include-pair', pairId, included: false })),
    ),
    ...caps.map(({ path, capBps }) => rule('cap', path, (pairId) => ({ kind: 'cap-pair', pairId, capBps }))),
    ...order.map((path) => rule('order', path, () => null)),
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
