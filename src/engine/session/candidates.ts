import { addressKey, parseAddress } from '../address'
import type { SocketInfo, TransportAddress } from '../face/address'
import { limits } from '../face/limits'
import type { CandidateType, PeerInterface } from '../face/snapshot'
import type { CandidatePlace, ControlText, ToldCandidate } from '../frames'
import { tellLimit } from '../ice'
import { sendText } from './control'
import { type OwnCandidate, ownCandidates } from './own-candidates'
import { type SessionState, tell } from './state'

/** Names of the peer's addresses that are kept; with more the oldest goes. */
const maxPeerNames = 256
/** With more control frames waiting than this, news of candidates waits, too. */
const framesWaiting = 64

/** The peer knows these, from our description or by a text. */
export function rememberTold(state: SessionState, candidates: readonly OwnCandidate[]): void {
  state.told = new Map(
    candidates.map(({ socket, address }) => [addressKey(address), { socketId: socket.id, address }]),
  )
}

/** A socket that came after our description was written: the peer is told of it, and of its interface's address. */
export function addLateSocket(
  state: SessionState,
  { interfaceName, interfaceKind, local }: SocketInfo,
): void {
  state.candidatesChanged = true
  const { address } = local
  const known = state.interfaces.find((each) => each.name === interfaceName)
  const addresses = [...(known?.addresses ?? []).filter((one) => one !== address), address]
  const changed: PeerInterface = { name: interfaceName, kind: interfaceKind, addresses }
  state.interfaces =
    known === undefined
      ? [...state.interfaces, changed]
      : state.interfaces.map((each) => (each === known ? changed : each))
  tell(state, { kind: 'socket-opened', interfaceName, address })
}

/** Forgets the address of a closed socket, and its interface with the last of them. */
export function forgetSocket(state: SessionState, socketId: number): void {
  const closed = state.sockets.find((socket) => socket.id === socketId)
  if (closed === undefined) return
  state.candidatesChanged = true
  state.sockets = state.sockets.filter((socket) => socket !== closed)
  const stillUsed = new Set(state.sockets.map((socket) => socket.interfaceName))
  state.interfaces = state.interfaces
    .map((each) =>
      each.name === closed.interfaceName
        ? { ...each, addresses: each.addresses.filter((address) => address !== closed.local.address) }
        : each,
    )
    .filter((each) => each.name !== closed.interfaceName || stillUsed.has(each.name))
}

/** Once connected: tells a Pathscope what has changed of our candidates since it last knew. */
export function tellCandidates(state: SessionState): void {
  const { control } = state
  if (!state.candidatesChanged || control === null || state.finish !== null) return
  if (control.reliable.unacked > framesWaiting) return
  state.candidatesChanged = false
  const now = ownCandidates(state)
  const fresh = now.filter(({ address }) => !state.told.has(addressKey(address)))
  const open = new Set(state.sockets.map((socket) => socket.id))
  // A mapping that a server reports anew says nothing against the old one, which the peer's own checks judge.
  const gone = [...state.told.values()].filter((one) => !open.has(one.socketId))
  if (fresh.length === 0 && gone.length === 0) return
  rememberTold(state, now)
  sendText(state, {
    t: 'candidates',
    candidates: fresh.map(
      ({ socket, address, type, priority }): ToldCandidate => ({
        address: address.address,
        port: address.port,
        type,
        priority,
        interfaceName: socket.interfaceName,
      }),
    ),
    gone: gone.map(({ address }) => ({ address: address.address, port: address.port })),
    interfaces: state.interfaces,
  })
}

/** What has changed of the peer's candidates: new ones are paired with our sockets, pairs of those given up close. */
export function takeCandidates(
  state: SessionState,
  text: Extract<ControlText, { readonly t: 'candidates' }>,
): void {
  for (const place of text.gone) {
    const address = placed(place)
    if (address !== undefined) state.agent.dropRemote(address, state.nowMs)
  }
  if (text.interfaces !== undefined) state.peer = { ...state.peer, interfaces: text.interfaces }
  namePeer(state, text.candidates)
  for (const candidate of text.candidates) {
    const address = placed(candidate)
    const type: CandidateType = candidate.type
    if (address === undefined) continue
    if (!state.toldCandidates.take(state.nowMs)) {
      const detail = `The peer tells of more and more addresses; at most ${limits.toldCandidatesAtOnce} at once and then one every ${limits.toldCandidateEveryMs / 1000} s are tried.`
      return tellLimit(state.agent.state, 'toldCandidates', detail)
    }
    state.agent.addRemote({ address, type, priority: candidate.priority }, state.nowMs)
  }
}

/** Learns which interface of the peer has which address, and names its candidates by that. */
export function namePeer(
  state: SessionState,
  candidates: readonly {
    readonly address: string
    readonly port?: number
    readonly interfaceName: string
  }[],
): void {
  for (const { address, port, interfaceName } of candidates) {
    const key = port === undefined ? address : placeKey({ address, port })
    state.peerNames.delete(key)
    state.peerNames.set(key, interfaceName)
  }
  for (const address of state.peerNames.keys()) {
    if (state.peerNames.size <= maxPeerNames) break
    state.peerNames.delete(address)
  }
  state.agent.nameRemotes((place) => peerInterfaceOf(state, place))
}

/**
 * The name of the peer's interface that has this address, from what it told us. The port counts first: behind one NAT,
 * and at one relay server, several interfaces have one address.
 */
function peerInterfaceOf(state: SessionState, place: CandidatePlace): string | null {
  const { address } = place
  for (const { name, addresses } of state.peer.interfaces) if (addresses.includes(address)) return name
  return state.peerNames.get(placeKey(place)) ?? state.peerNames.get(address) ?? null
}

function placeKey({ address, port }: CandidatePlace): string {
  return `${address} ${port}`
}

function placed({ address, port }: CandidatePlace): TransportAddress | undefined {
  const parsed = parseAddress(address)
  return parsed && { family: parsed.family, address, port }
}
