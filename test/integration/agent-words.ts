/** What a test and the agent it starts on a host say to each other: one JSON value a line. */
import type { TransportAddress } from '../../src/engine'
import type { InterfaceInfo, OpenSocketResult } from '../../src/runtime/ports'

export interface AgentAnswers {
  readonly list: readonly InterfaceInfo[]
  readonly open: OpenSocketResult | { readonly kind: 'opened-by-address'; readonly local: TransportAddress }
  readonly send: null
  readonly stats: AgentStats
  readonly become: null
}

export type AgentCommand =
  | { readonly kind: 'list' }
  /** `address` binds to the source address alone, as a program does that knows nothing of devices. */
  | {
      readonly kind: 'open'
      readonly id: number
      readonly interfaceName: string
      readonly address: string
      readonly binding: 'device' | 'address'
    }
  | { readonly kind: 'send'; readonly id: number; readonly to: TransportAddress; readonly count: number }
  | { readonly kind: 'stats' }
  /** Goes on as an ordinary user, without any capability. */
  | { readonly kind: 'become'; readonly userId: number }

export interface AgentStats {
  /** Datagrams by "socket id < sender's address". */
  readonly received: Readonly<Record<string, number>>
  /** By "socket id code", with " fatal" where the socket died. */
  readonly errors: Readonly<Record<string, number>>
}
