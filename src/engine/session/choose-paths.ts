import { defaultSettings } from '../face/settings'
import type { Pair } from '../ice'
import { noRests, type PathRests } from '../spread'
import type { DuePacket, SentStream } from '../streams'
import { takenForBulk } from './bulk'
import { pairById, type SessionState } from './state'

/** One after the other, so that none is allocated for a packet. */
const chosen: Pair[] = []
const facts = {
  kind: 'voice' as SentStream['spec']['kind'],
  streamId: 0,
  bytes: 0,
  keyFrame: false,
  behind: 0,
  deadlineMs: 0,
  rests: noRests as PathRests,
}

/**
 * The seam to the spread room: the pairs that the due packet of a stream goes over, `bytes` long on the wire, best first;
 * none when no pair carries. The answer is good until the next call.
 */
export function choosePaths(
  state: SessionState,
  stream: SentStream,
  due: Readonly<DuePacket>,
  bytes: number,
): readonly Pair[] {
  if (stream.spec.kind === 'bulk') return takenForBulk(state, bytes)
  facts.kind = stream.spec.kind
  facts.streamId = stream.id
  facts.bytes = bytes
  // Not what the peer's user set: 0 there means that nothing waits for order, not that a late packet is of no use, and a
  // figure that is taken at the peer shall not change what it measures.
  facts.deadlineMs = defaultSettings.deadlinesMs[stream.spec.kind]
  facts.keyFrame = due.keyFrame
  facts.behind = due.behind
  facts.rests = stream.rests
  const { ids } = state.spreading.streams.choose(facts, state.nowMs)
  chosen.length = 0
  for (const id of ids) {
    const pair = pairById(state, id)
    if (pair !== undefined) chosen.push(pair)
  }
  return chosen
}
