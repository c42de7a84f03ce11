import type { InterfaceInfo } from '../shared/session'
import {
  addressMarks,
  bindingWords,
  formatDefaultRoutes,
  formatLinkSpeed,
  interfaceKindWords,
} from '../shared/words'
import type { Surroundings } from './surroundings'
import { plainWidth, textTable, type TextColumn } from './table'
import { exitStatus, type ExitStatus } from './words'

const columns: readonly TextColumn<InterfaceInfo>[] = [
  { title: 'kind', read: ({ kind }) => interfaceKindWords[kind] },
  { title: 'state', read: stateOf },
  { title: 'speed', read: ({ link }) => formatLinkSpeed(link) },
  { title: 'MTU', read: ({ link }) => String(link?.mtu ?? '') },
  { title: 'default route', read: ({ link }) => formatDefaultRoutes(link) },
  { title: 'used by default', read: ({ usedByDefault }) => (usedByDefault ? 'yes' : 'no') },
  { title: 'binding', read: ({ binding }) => bindingWords[binding] },
]

function stateOf({ up, loopback, link }: InterfaceInfo): string {
  if (up) return loopback ? 'up, loopback' : 'up'
  return link?.carrier === false ? 'down, no carrier' : 'down'
}

/** Lists the interfaces of this machine. */
export async function runInterfaces(json: boolean, around: Surroundings): Promise<ExitStatus> {
  const list = await around.listInterfaces()
  if (json) {
    around.stdout.write(`${JSON.stringify(list, null, 2)}\n`)
    return exitStatus.done
  }
  const width = around.stdout.columns() ?? plainWidth
  const label: TextColumn<InterfaceInfo> = { title: 'interface', read: ({ name }) => name }
  around.stdout.write(textTable(label, columns, list, width))
  for (const { name, addresses, bindingReason } of list) {
    const shown = addresses.map((each) => {
      const marks = addressMarks(each)
      return `${each.address}/${each.prefixLength}${marks === '' ? '' : ` (${marks})`}`
    })
    around.stdout.write(`\n${name}: ${shown.length === 0 ? 'no address' : shown.join(', ')}\n`)
    if (bindingReason !== null) around.stdout.write(`  address only: ${bindingReason}\n`)
  }
  return exitStatus.done
}
