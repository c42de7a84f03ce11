/** How a user wants sockets to be opened. */

/** UDP ports, both ends included. */
export interface PortRange {
  readonly first: number
  readonly last: number
}

export interface SocketChoice {
  /** `device` where the system can; `address` sets only the source address, and the routing table chooses the link. */
  readonly binding: 'device' | 'address'
  /** Ports that sockets may have; null = any free one. */
  readonly ports: PortRange | null
}

export const anySockets: SocketChoice = { binding: 'device', ports: null }

const leastPort = 1024
const mostPort = 65_535

/** "50000-50100" or one port; the sentence says what is wrong with anything else. */
export function parsePorts(text: string): PortRange | string {
  const match = /^\s*(\d{1,5})(?:\s*-\s*(\d{1,5}))?\s*$/.exec(text)
  const first = Number(match?.[1] ?? Number.NaN)
  const last = Number(match?.[2] ?? match?.[1] ?? Number.NaN)
  if (first >= leastPort && last <= mostPort && first <= last) return { first, last }
  return `Ports are given as a range such as 50000-50100, from ${leastPort} to ${mostPort}, not "${text}".`
}

export function formatPorts({ first, last }: PortRange): string {
  return first === last ? String(first) : `${first}-${last}`
}
