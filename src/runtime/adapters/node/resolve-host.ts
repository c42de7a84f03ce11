import { lookup } from 'node:dns/promises'
import { isIP, SocketAddress } from 'node:net'
import { withoutZone } from './zone'

/** Addresses taken from one name; the rest is left out. */
const maxAddresses = 16

/** All addresses of a name in the system's order, in canonical text; an address is its own; none when it fails. */
export async function resolveHost(
  host: string,
): Promise<readonly { readonly family: 4 | 6; readonly address: string }[]> {
  const family = isIP(host)
  if (family === 4) return [{ family, address: host }]
  if (family === 6) return [{ family, address: canonical6(host) }]
  try {
    const found = await lookup(host, { all: true, verbatim: true })
    return found
      .slice(0, maxAddresses)
      .map(({ family, address }) =>
        family === 6 ? { family, address: canonical6(address) } : { family: 4, address },
      )
  } catch {
    return []
  }
}

/** RFC 5952 text, without a zone. */
function canonical6(text: string): string {
  return new SocketAddress({ family: 'ipv6', address: withoutZone(text) }).address
}
