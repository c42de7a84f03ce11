/** A session that never connected: what was tried, the likely cause, and what to do. */
import type { EngineSnapshot, PairSnapshot } from '../../engine'
import { formatCount, formatSpan } from '../words'
import type { SessionView } from './session-view'

export interface FailureStory {
  readonly title: string
  /** What was tried, for how long. */
  readonly tried: string
  readonly cause: string
  /** Steps, most promising first. */
  readonly advice: readonly string[]
}

export function failureOf(view: SessionView): FailureStory | null {
  const { ended, snapshot } = view
  if (ended === null || ended.reason === 'done') return null
  const tried = triedText(snapshot, ended.atMs)
  if (ended.reason === 'proof-failed') return proofStory(tried, ended.detail)
  if (ended.reason === 'peer-gone') return goneStory(tried, ended.detail)
  if (ended.reason === 'failed') return brokenStory(tried, ended.detail)
  return notConnectedStory(tried, snapshot)
}

function triedText(snapshot: EngineSnapshot | null, atMs: number): string {
  const span = formatSpan(atMs)
  if (snapshot === null || snapshot.pairs.length === 0) return `Nothing could be checked in ${span}.`
  const checks = snapshot.pairs.reduce((sum, pair) => sum + pair.stun.requestsSent, 0)
  const answers = snapshot.pairs.reduce((sum, pair) => sum + pair.stun.responsesReceived, 0)
  return `${snapshot.pairs.length} pairs, ${formatCount(checks)} checks sent, ${formatCount(answers)} answered, in ${span}.`
}

function proofStory(tried: string, detail: string | null): FailureStory {
  return {
    title: 'The other side could not prove who it is',
    tried,
    cause: `Somebody between the two machines may have changed what they say to each other${inBrackets(detail)}. None of the test was sent to it.`,
    advice: [
      'Exchange a fresh offer and answer over a channel you trust.',
      'If it happens again on one network only, do not trust that network.',
    ],
  }
}

function goneStory(tried: string, detail: string | null): FailureStory {
  return {
    title: 'The other side is gone',
    tried,
    cause: `Every pair stayed silent too long${inBrackets(detail)}: the other program was closed, its machine slept, or all its links went down at once.`,
    advice: [
      'Ask whether the other window is still open.',
      'Export what was recorded up to here, then start anew.',
    ],
  }
}

function brokenStory(tried: string, detail: string | null): FailureStory {
  return {
    title: 'The session broke',
    tried,
    cause: detail ?? 'No reason was given.',
    advice: ['Export what was recorded until then.', 'Start a new session.'],
  }
}

function notConnectedStory(tried: string, snapshot: EngineSnapshot | null): FailureStory {
  const title = 'No pair connected'
  const pairs = snapshot?.pairs ?? []
  if (pairs.length === 0) {
    return {
      title,
      tried,
      cause:
        'The two sides offered no addresses that fit together: one may have only IPv4 and the other only IPv6.',
      advice: ['Choose more interfaces on either side.', 'Check that the chosen interfaces have addresses.'],
    }
  }
  if (pairs.some((pair) => pair.state === 'up')) {
    return {
      title,
      tried,
      cause: 'Pairs answered, but the encrypted channel over them never came up.',
      advice: ['Exchange a fresh offer and answer: one of the two may be from an older attempt.'],
    }
  }
  return silentStory(title, tried, pairs)
}

function silentStory(title: string, tried: string, pairs: readonly PairSnapshot[]): FailureStory {
  if (pairs.some((pair) => pair.stun.requestsReceived > 0)) {
    return {
      title,
      tried,
      cause:
        'Checks of the other side arrive here, but ours get no reply: a firewall lets UDP through in one direction only.',
      advice: [
        'Allow UDP for Pathscope in the firewall of both machines.',
        'Try another interface, or the other machine as the one that makes the offer.',
      ],
    }
  }
  const onlyPrivate = pairs.every((pair) => pair.local.type === 'host' && pair.remote.type === 'host')
  if (onlyPrivate) {
    return {
      title,
      tried,
      cause:
        'Nothing of the other side arrived. Only direct addresses were offered; between different networks these are mostly not reachable.',
      advice: [
        'If the machines are on different networks, set a STUN server on both sides.',
        'If they are on one network, allow UDP for Pathscope in both firewalls.',
        'Check that the answer was pasted into the window that made the offer, and that window is still open.',
      ],
    }
  }
  return {
    title,
    tried,
    cause:
      'Nothing of the other side arrived: a firewall or a router in between drops UDP, or the answer was never pasted there.',
    advice: [
      'Check that the answer was pasted into the window that made the offer, and that window is still open.',
      'Try another network on one of the sides, such as a phone as a hotspot.',
    ],
  }
}

const inBrackets = (detail: string | null): string => (detail === null ? '' : ` (${detail})`)
