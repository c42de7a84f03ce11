/** By which link packets leave, in words. */
import type { Binding, EgressGap, EgressView, PairState } from '../../engine'

/** Why it is not known by which interface a pair's packets leave. */
export const egressGapWords: Readonly<Record<EgressGap, string>> = {
  pending: 'not looked at yet',
  emulated: 'the path is emulated',
  unsupported: 'this system’s interface counters are not read',
  'other-traffic': 'too much other traffic to tell',
  'no-rise': 'no interface’s counter rose with what was sent',
}

/** "eth0", "eth0, not lte", and empty where it is not known. */
export function formatEgress(
  { verified, interfaceName }: Pick<EgressView, 'verified' | 'interfaceName'>,
  named: string | null,
): string {
  if (verified === null) return ''
  return verified ? (interfaceName ?? '') : `${interfaceName ?? 'another'}, not ${named ?? 'its own'}`
}

/** What is told of a pair's way out. */
export function egressSentence(egress: EgressView, named: string | null): string {
  if (egress.gap !== null) return `By which interface it leaves is not known: ${egressGapWords[egress.gap]}.`
  return egress.verified === true
    ? `Its packets leave by ${egress.interfaceName}, seen by the kernel’s counters.`
    : `Its packets leave by ${egress.interfaceName}, not by ${named}: this is not the link of ${named}.`
}

/** What of a pair says by which link it leaves. */
export interface Leaving {
  readonly label: string
  readonly state: PairState
  readonly egress: Pick<EgressView, 'verified' | 'interfaceName'>
  readonly local: { readonly interfaceName: string | null; readonly binding: Binding | null }
}

/** Labels named in a sentence; the rest is counted. */
const labelsNamed = 4

/** A sentence for each link that pairs of several interfaces share, and one for those that may. */
export function sharedLinkSentences(pairs: readonly Leaving[]): readonly string[] {
  const used = pairs.filter(({ state }) => state === 'up' || state === 'down')
  const byLink = new Map<string, Leaving[]>()
  for (const pair of used) {
    const link = pair.egress.interfaceName
    if (link !== null) byLink.set(link, [...(byLink.get(link) ?? []), pair])
  }
  const shared = [...byLink].filter(([, group]) => interfacesOf(group).size > 1)
  const loose = used.filter(({ egress, local }) => egress.verified === null && local.binding === 'address')
  return [
    ...shared.map(([link, group]) => `${labelsOf(group)} share one link: all of them leave by ${link}.`),
    ...(interfacesOf(loose).size > 1
      ? [
          `${labelsOf(loose)} may share a link: their sockets are bound to addresses only, and it was not seen by which link they leave.`,
        ]
      : []),
  ]
}

const interfacesOf = (pairs: readonly Leaving[]) => new Set(pairs.map(({ local }) => local.interfaceName))

function labelsOf(pairs: readonly Leaving[]): string {
  const labels = pairs.slice(0, labelsNamed).map(({ label }) => label)
  const rest = pairs.length - labels.length
  const last = rest > 0 ? `${rest} more` : labels.pop()
  return `${labels.join(', ')} and ${last}`
}
