/** What the test and the attacker's process say to each other. */
export interface AttackOrder {
  /** The interface whose cable it has. */
  readonly cable: string
  /** Listens first, replays what went by, and speaks in the peer's name. Otherwise it knows addresses and ports alone. */
  readonly onPath: boolean
  readonly victimMac: string
  readonly victim: { readonly address: string; readonly port: number }
  readonly ratePerSecond: number
  readonly seconds: number
}

export interface AttackResult {
  /** Datagrams of the session that it saw go by. */
  readonly captured: number
  readonly total: number
  readonly seconds: number
  /** Frames that the kernel took, by kind of forgery. */
  readonly sent: Readonly<Record<string, number>>
}
