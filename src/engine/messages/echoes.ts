import { createDedupWindow } from '../dedup'
import type { Distribution, MessageStreamSnapshot } from '../face/snapshot'
import { createHistogram } from '../measure'
import { decodeMessage } from './format'

/** Our own messages told apart behind the newest; an older one that comes back is not measured. */
const windowMessages = 65_536

/**
 * What comes from a stock peer. It makes no test messages: one of ours that it sends back is a round trip, and nothing that
 * the peer has sent. What it was made to say besides is counted, without a number to tell what is missing.
 */
export interface EchoReader {
  /** `ours`: how many messages we have sent. */
  receive(data: Uint8Array, ours: number, nowMs: number): 'echo' | 'foreign'
  /** Different messages of ours that came back. */
  readonly returned: number
  roundTripMs(): Distribution | null
  snapshotReceived(): MessageStreamSnapshot
}

export function createEchoReader(): EchoReader {
  const window = createDedupWindow(windowMessages)
  const roundTrips = createHistogram()
  let returned = 0
  let foreign = 0
  let foreignBytes = 0

  return {
    receive(data, ours, nowMs) {
      const message = decodeMessage(data)
      if (typeof message === 'string' || message.sequence > ours || message.sentAtMs > nowMs) {
        foreign += 1
        foreignBytes += data.length
        return 'foreign'
      }
      if (window.seen(message.sequence) === 'new') {
        window.commit(message.sequence)
        returned += 1
        roundTrips.add(nowMs - message.sentAtMs)
      }
      return 'echo'
    },
    get returned() {
      return returned
    },
    roundTripMs: () => roundTrips.distribution(),
    snapshotReceived: () => ({
      direction: 'received',
      sent: null,
      received: foreign,
      missing: null,
      duplicated: null,
      reordered: null,
      bytes: foreignBytes,
      oneWayDelayDiffMs: null,
      roundTripMs: null,
      deliveryGapMaxMs: null,
    }),
  }
}
