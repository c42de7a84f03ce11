import { limits, type TurnServer } from '../../engine'
import type { SessionWarning } from '../../shared/session'
import { parseTurnUrl, type TurnAccount } from '../../shared/turn'
import type { Datagrams } from '../ports'

export interface TurnServers {
  readonly servers: readonly TurnServer[]
  readonly warnings: readonly SessionWarning[]
}

/** Resolves each server to at most one address of each family; what cannot be used is told in `warnings`. */
export async function resolveTurnServers(
  accounts: readonly TurnAccount[],
  resolve: Datagrams['resolve'],
): Promise<TurnServers> {
  const found = await Promise.all(accounts.map((account) => resolveOne(account, resolve)))
  const servers = found.flatMap((one) => one.servers)
  const warnings = found.flatMap((one) => one.warnings)
  if (servers.length <= limits.turnServers) return { servers, warnings }
  const left = servers.slice(limits.turnServers).map((server) => server.url)
  const message = `At most ${limits.turnServers} TURN server addresses are used. Left out: ${[...new Set(left)].join(', ')}.`
  return {
    servers: servers.slice(0, limits.turnServers),
    warnings: [...warnings, { kind: 'turn-limit', message }],
  }
}

async function resolveOne(account: TurnAccount, resolve: Datagrams['resolve']): Promise<TurnServers> {
  const { url, username, password } = account
  const parsed = parseTurnUrl(url)
  if (parsed.kind === 'problem')
    return { servers: [], warnings: [{ kind: 'turn-url', message: `${parsed.message} It is not used.` }] }
  const { host, port, protocol } = parsed
  const addresses = await resolve(host)
  const servers = ([4, 6] as const).flatMap((family): TurnServer[] => {
    const first = addresses.find((address) => address.family === family)
    if (first === undefined) return []
    const address = { family, address: first.address, port }
    return [{ url, protocol, address, serverName: host, username, password }]
  })
  if (servers.length > 0) return { servers, warnings: [] }
  const message = `The name of the TURN server ${url} could not be resolved. Check the name and the connection; the session goes on without it.`
  return { servers: [], warnings: [{ kind: 'turn-unresolved', message }] }
}
