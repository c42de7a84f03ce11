import type { EngineSnapshot, MessageStreamSnapshot, PairSnapshot } from '../face/snapshot'
import type { Pair } from '../ice'
import { expectedShares } from '../spread'
import { sendsBulk } from './bulk'
import { placeOf, spreadingView } from './spreading'
import { capacityView } from './feedback'
import { snapshotRecords } from './records'
import type { SessionState } from './state'
import { snapshotStreams } from './streams'

/** What the session is like now. `takeIntervals`: the RTT medians and the gaps of streams since the last one are used up by it. */
export function takeSnapshot(state: SessionState, takeIntervals: boolean): EngineSnapshot {
  const shares = sharesOf(state)
  const carrying = new Set([...state.carrying, ...state.carryingStreams])
  const carryingStreams = new Set(state.carryingStreams)
  const pairs = state.agent.state.pairs
    .map((pair) => ({
      ...snapshotPair(state, pair, shares.get(pair.id) ?? 0, carrying.has(pair.id), takeIntervals),
      carryingStreams: carryingStreams.has(pair.id),
    }))
    .sort((a, b) => Number(b.straight) - Number(a.straight) || a.id - b.id)
  const { needed, sent } = state.recordBytes
  return {
    atMs: state.nowMs,
    role: state.options.role,
    iceRole: state.agent.state.controlling ? 'controlling' : 'controlled',
    gathering: state.gathering,
    ice: state.ice,
    dtls: state.dtls,
    channel: state.channel,
    mode: state.mode,
    peerMode: state.peerSpread.mode,
    use: state.use,
    peer: state.peer,
    waitingUntilMs: state.waitingUntilMs,
    pairs,
    forgotten: { ...state.forgotten },
    messages: snapshotMessages(state),
    records: snapshotRecords(state),
    spreading: spreadingView(state),
    streams: snapshotStreams(state, takeIntervals),
    overheadFactor: needed === 0 ? null : sent / needed,
    duplicatesDropped: state.duplicatesDropped,
    sctpRetransmissions: state.sctpRetransmissions,
    dropped: { ...state.dropped },
    droppedUnread: [...state.droppedUnread].map(([interfaceName, datagrams]) => ({
      interfaceName,
      datagrams,
    })),
    servers: [...state.gatherer.progress(state.nowMs), ...state.relays.progress(state.nowMs)],
  }
}

function sharesOf(state: SessionState): Map<number, number> {
  const { mode, weighing, spreading, streams } = state
  // Of the streams while any runs, else of the messages.
  const [carrying, spreader, { weights }] =
    streams.running.length > 0
      ? [state.carryingStreams, spreading.streams, weighing.streams]
      : [state.carrying, spreading.records, weighing.records]
  // `bulk` goes by room and not by weight, and also where others rest.
  const isGiven = sendsBulk(state)
  if (mode === 'weighted' && !isGiven) return expectedShares(carrying, (id) => weights.weight(id))
  if (mode === 'redundant' && !isGiven) return expectedShares(carrying, () => 1)
  return new Map(carrying.map((id) => [id, spreader.share(id)]))
}

/** By which it carries streams while any runs, else messages. */
function weightOf({ weighing, streams, carryingStreams }: SessionState, id: number): number {
  const isOfStreams = streams.running.length > 0 && carryingStreams.includes(id)
  return (isOfStreams ? weighing.streams : weighing.records).weights.weight(id)
}

function snapshotMessages(state: SessionState): MessageStreamSnapshot[] {
  const { sender, echoes } = state
  if (state.peer.kind === 'stock')
    return [sender.snapshotSent(echoes.roundTripMs()), echoes.snapshotReceived()]
  return [sender.snapshotSent(state.receiver.roundTripMs()), state.receiver.snapshotReceived(state.nowMs)]
}

function snapshotPair(
  state: SessionState,
  pair: Pair,
  share: number,
  carrying: boolean,
  takeIntervals: boolean,
): Omit<PairSnapshot, 'carryingStreams'> {
  const { nominations, socket, remote } = pair
  const reported = pair.peerNumber !== null && state.control !== null
  return {
    id: pair.id,
    label: pair.label,
    local: {
      ...socket.local,
      type: socket.relay === undefined ? 'host' : 'relay',
      ...(socket.relay && { url: socket.relay.url, relayProtocol: socket.relay.protocol }),
      interfaceName: socket.interfaceName,
      interfaceKind: socket.interfaceKind,
      binding: socket.binding,
    },
    remote: {
      ...remote.address,
      type: remote.type,
      interfaceName: remote.interfaceName,
      interfaceKind: state.peer.interfaces.find((one) => one.name === remote.interfaceName)?.kind ?? null,
      binding: null,
    },
    straight: pair.straight,
    state: pair.state,
    stateSinceMs: pair.stateSinceMs,
    egress: { ...pair.egress },
    included: pair.included,
    pinned: state.spreading.pins.has(pair.id),
    capBps: state.spreading.caps.get(pair.id) ?? null,
    order: placeOf(state, pair),
    carrying,
    nominations: { ...nominations },
    nominationsPrevented: nominations.suppressed + nominations.refusedByUs,
    sent: { ...pair.sent },
    received: { ...pair.received },
    recordsSent: { ...pair.recordsSent },
    recordsReceived: { ...pair.recordsReceived },
    streamSent: { ...pair.streamSent },
    streamReceived: { ...pair.streamReceived },
    stun: { ...pair.stun },
    rttMs: pair.rtt.view(),
    capacity: capacityView(state, pair.id),
    rttIntervalMs: takeIntervals ? pair.rtt.takeIntervalMedian() : null,
    lossSent: pair.lossSent.view(),
    lossReceived: pair.lossReceived.view(),
    weight: weightOf(state, pair.id),
    share: carrying ? share : 0,
    resent: pair.resent,
    firstArrivals: pair.firstArrivals,
    duplicates: pair.duplicates,
    peerFirstArrivals: reported ? pair.peerFirstArrivals : null,
    peerDuplicates: reported ? pair.peerDuplicates : null,
    lastReceivedMs: pair.lastReceivedMs,
    lastSentMs: pair.lastSentMs,
    downMs: pair.downMs + (pair.state === 'down' ? state.nowMs - pair.stateSinceMs : 0),
    timesDown: pair.timesDown,
    suspect: pair.suspicion !== null,
    timesSuspected: pair.timesSuspected,
  }
}
