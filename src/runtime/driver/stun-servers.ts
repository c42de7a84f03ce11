import { limits, type TransportAddress } from '../../engine'
import type { SessionWarning } from '../../shared/session'
import type { Datagrams } from '../ports'

/** A STUN URL (RFC 7064): host and port, or one sentence on what is wrong with it. */
export type StunUrl =
  | { readonly kind: 'ok'; readonly host: string; readonly port: number }
  | { readonly kind: 'problem'; readonly message: string }

export interface StunServers {
  readonly servers: readonly { readonly url: string; readonly address: TransportAddress }[]
  readonly warnings: readonly SessionWarning[]
}

const defaultPort = 3478
const maxUrlChars = 300

/** "stun:host", "stun:host:port" or "stun:[v6]:port". Never throws. */
export function parseStunUrl(url: string): StunUrl {
  const shown = url.length > 60 ? `${url.slice(0, 60)}…` : url
  const problem = (why: string): StunUrl => ({
    kind: 'problem',
    message: `The STUN server “${shown}” ${why}`,
  })
  if (url.length > maxUrlChars) return problem('is longer than any address. It is not used.')
  if (/^(?:stuns|turns?):/i.test(url)) {
    return problem('is of a kind that is not supported yet; give one such as stun:host:3478. It is not used.')
  }
  const parts = /^stun:(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::(\d{1,5}))?$/i.exec(url.trim())
  if (parts === null) return problem('is not understood; write it as stun:host:3478. It is not used.')
  const port = parts[3] === undefined ? defaultPort : Number(parts[3])
  if (port < 1 || port > 65_535) return problem('has a port that is not within 1 and 65535. It is not used.')
  return { kind: 'ok', host: parts[1] ?? parts[2]!, port }
}

/** Resolves each URL to at most one address of each family; what cannot be used is told in `warnings`. */
export async function resolveStunServers(
  urls: readonly string[],
  resolve: Datagrams['resolve'],
): Promise<StunServers> {
  const found = await Promise.all(urls.map((url) => resolveOne(url, resolve)))
  const servers = found.flatMap((one) => one.servers)
  const warnings = found.flatMap((one) => one.warnings)
  if (servers.length <= limits.stunServers) return { servers, warnings }
  const left = servers.slice(limits.stunServers).map((server) => server.url)
  const message = `At most ${limits.stunServers} STUN server addresses are used. Left out: ${[...new Set(left)].join(', ')}.`
  return {
    servers: servers.slice(0, limits.stunServers),
    warnings: [...warnings, { kind: 'stun-limit', message }],
  }
}

async function resolveOne(url: string, resolve: Datagrams['resolve']): Promise<StunServers> {
  const parsed = parseStunUrl(url)
  if (parsed.kind === 'problem') {
    return { servers: [], warnings: [{ kind: 'stun-url', message: parsed.message }] }
  }
  const addresses = await resolve(parsed.host)
  const chosen = ([4, 6] as const).flatMap((family) => {
    const first = addresses.find((address) => address.family === family)
    return first === undefined ? [] : [{ family, address: first.address, port: parsed.port }]
  })
  if (chosen.length > 0) return { servers: chosen.map((address) => ({ url, address })), warnings: [] }
  const message = `The name of the STUN server ${url} could not be resolved. Check the name and the connection; the session goes on without it.`
  return { servers: [], warnings: [{ kind: 'stun-unresolved', message }] }
}
