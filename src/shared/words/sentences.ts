/** One sentence for everything that happens. */
import type { EngineEvent, EngineSnapshot, PeerView, StreamBreak, SwitchReason } from '../../engine'
import { streamText } from '../streams'
import { formatCount, formatMbps, formatPercent, formatSpan } from './numbers'
import { switchWords } from './reasons'
import {
  channelWords,
  dropWords,
  dtlsWords,
  endWords,
  gatheringWords,
  iceWords,
  modeWords,
  pairStateWords,
  refusalWords,
  useWords,
  type Health,
} from './states'

export interface Sentence {
  readonly text: string
  readonly health: Health
}

type EventOf<K extends EngineEvent['kind']> = Extract<EngineEvent, { readonly kind: K }>

const say = (text: string, health: Health = 'none'): Sentence => ({ text, health })
const whose = (by: 'us' | 'peer') => (by === 'us' ? 'here' : 'by the peer')
const detailed = (text: string, detail: string | null) =>
  detail === null ? `${text}.` : `${text}: ${detail}`

/** What an event means, for the event list, the command line and reports. */
export function eventSentence(event: EngineEvent): Sentence {
  switch (event.kind) {
    case 'gathering-state':
      return say(`Candidates: ${gatheringWords[event.state]}.`)
    case 'ice-state':
      return iceSentence(event)
    case 'dtls-state':
      return say(
        detailed(`Encryption: ${dtlsWords[event.state]}`, event.detail),
        event.state === 'failed' ? 'bad' : event.state === 'connected' ? 'good' : 'none',
      )
    case 'channel-state':
      return say(`Data channel: ${channelWords[event.state]}.`, event.state === 'open' ? 'good' : 'none')
    case 'pair-added':
      return say(`${event.label}: pair found.`)
    case 'pair-state':
      return pairSentence(event)
    case 'pair-included':
      return say(
        event.included ? `${event.label}: taken in again.` : `${event.label}: taken out by the user.`,
      )
    case 'nomination-attempted':
      return say(
        `${event.label}: tried to nominate the pair, which a Pathscope refuses and another WebRTC program needs.`,
      )
    case 'nomination-outcome':
      return outcomeSentence(event)
    case 'nomination-refused-by-us':
      return say(
        `${event.label}: the peer tried to nominate the pair; without effect, so that all pairs stay active.`,
      )
    case 'role-conflict':
      return say(`Both sides claimed the same ICE role; this side is now ${event.nowRole}.`)
    case 'mode':
      return modeSentence(event)
    case 'switch':
      return switchSentence(event)
    case 'pair-pinned':
      return say(
        event.pinned
          ? `${event.label}: pinned; only pinned paths carry what we send.`
          : `${event.label}: no longer pinned.`,
      )
    case 'pair-capped':
      return say(
        event.capBps === null
          ? `${event.label}: no limit any more.`
          : `${event.label}: limited to ${formatMbps(event.capBps)} Mbit/s by the user.`,
      )
    case 'pairs-ordered':
      return say(
        event.labels.length === 0
          ? 'Order of paths: as by default.'
          : `Order of paths: ${event.labels.join(', ')}.`,
      )
    case 'use':
      return say(`Use of paths set to "${useWords[event.use]}" ${whose(event.by)}.`)
    case 'stream-started':
    case 'stream-changed':
    case 'stream-stopped':
      return streamSentence(event)
    case 'stream-refused':
      return refusalSentence(event)
    case 'stream-deadline':
      return deadlineSentence(event)
    case 'stream-broken':
      return brokenSentence(event)
    case 'stream-path-rests':
      return restSentence(event)
    case 'stream-path-tried':
      return say(`${pathOf(event)} is tried again for ${streamOf(event)}.`)
    case 'stream-path-returns':
      return say(`${pathOf(event)} carries ${streamOf(event)} again.`)
    case 'peer':
      return say(peerSentence(event.peer))
    case 'stun-failed':
      return say(
        `${event.interfaceName}: no address from STUN server ${event.server}: ${event.detail}`,
        'warn',
      )
    case 'relay-opened':
      return say(
        `${event.interfaceName}: relayed by ${event.server} as ${event.address}, after ${formatSpan(event.afterMs)}.`,
        'good',
      )
    case 'relay-failed':
      return event.lost
        ? say(
            `${event.interfaceName}: the relay ${event.server} is lost, and its pairs with it. ${event.detail} It is asked again.`,
            'bad',
          )
        : say(`${event.interfaceName}: no address from TURN server ${event.server}. ${event.detail}`, 'warn')
    case 'relay-refused':
      return say(
        `${event.interfaceName}: the TURN server ${event.server} does not relay to ${event.peer}: ${event.code} ${event.detail}.`,
        'warn',
      )
    case 'name':
      return event.addresses.length > 0
        ? say(`The peer's hidden address ${event.name} is ${event.addresses.join(' and ')}.`)
        : say(
            `The peer's hidden address ${event.name} was not found on the links in use; its own checks will show where it is.`,
            'warn',
          )
    case 'socket-opened':
      return say(`${event.interfaceName}: ${event.address} is used from now on.`, 'good')
    case 'socket-closed':
      return say(`${event.interfaceName}: socket closed: ${event.detail}`, 'bad')
    case 'egress':
      return event.verified
        ? say(`${event.label}: packets leave by ${event.carriedBy}, seen by its counters.`, 'good')
        : say(`${event.label}: packets leave by ${event.carriedBy}, not by ${event.named}.`, 'bad')
    case 'link':
      return event.up
        ? say(`${event.interfaceName}: the link is back; its pairs are checked.`, 'good')
        : say(`${event.interfaceName}: the link is down (no carrier, or switched off).`, 'bad')
    case 'limit':
      return say(`Limit reached (${event.limit}): ${event.detail}`, 'warn')
    case 'dropping':
      return say(`Datagrams dropped, ${dropWords[event.reason]}: ${formatCount(event.total)} so far.`, 'warn')
    case 'finishing':
      return say(event.by === 'us' ? 'Finishing.' : 'The peer is finishing.')
    case 'ended':
      return say(
        detailed(`Ended, ${endWords[event.reason]}`, event.detail),
        event.reason === 'done' ? 'none' : 'bad',
      )
  }
}

const streamDone = {
  'stream-started': 'started',
  'stream-changed': 'changed',
  'stream-stopped': 'stopped',
} as const

function streamSentence({
  kind,
  direction,
  id,
  spec,
  by,
}: EventOf<'stream-started' | 'stream-changed' | 'stream-stopped'>): Sentence {
  const stream = `Stream ${id} ${direction === 'sent' ? 'to' : 'from'} the peer`
  return say(`${stream} (${streamText(spec)}) ${streamDone[kind]} ${whose(by)}.`)
}

function deadlineSentence({ id, spec, deadlineMs, wasMs }: EventOf<'stream-deadline'>): Sentence {
  const packets = `Packets of stream ${id} from the peer (${streamText(spec)})`
  const before = wasMs === 0 ? 'before, they did not wait' : `before, ${wasMs} ms`
  return say(
    deadlineMs === 0
      ? `${packets} are handed on as they come; before, they waited up to ${wasMs} ms for order.`
      : `${packets} wait up to ${deadlineMs} ms for those before them; ${before}.`,
  )
}

function brokenSentence(event: EventOf<'stream-broken'>): Sentence {
  const { direction, id, spec } = event
  const [stream, hint] =
    direction === 'sent'
      ? [`Stream ${id} to the peer`, ' Start it again at a lower rate.']
      : [`Stream ${id} from the peer`, '']
  return say(`${stream} (${streamText(spec)}) was ${brokenText(event, direction)}.${hint}`, 'bad')
}

type StreamEvent = EventOf<'stream-path-rests' | 'stream-path-tried' | 'stream-path-returns'>

const pathOf = ({ label }: Pick<StreamBreak, 'label'>): string => label ?? 'One of its paths'

const streamOf = ({ direction, id, spec }: StreamEvent): string =>
  `stream ${id} ${direction === 'sent' ? 'to' : 'from'} the peer (${streamText(spec)})`

function restSentence(event: EventOf<'stream-path-rests'>): Sentence {
  const until = `It is tried again after ${formatSpan(event.restMs)} at the earliest`
  const sooner = event.direction === 'sent' ? `, and carries it again at once ${restEndsText}` : ''
  return say(
    `${pathOf(event)} rests for ${streamOf(event)}, which goes on over the others: ${tooNarrowText(event)}. ${until}${sooner}.`,
    'warn',
  )
}

/** What ends a rest before its time. */
const restEndsText =
  'when you lower the stream’s rate, change the mode or the order, or pin, limit or take out the path'

/** Why a path rests for a stream: rate and loss. */
export function tooNarrowText({
  sentBps,
  lostPercent,
}: Pick<StreamBreak, 'sentBps' | 'lostPercent'>): string {
  return `of ${formatMbps(sentBps)} Mbit/s over it, ${formatPercent(lostPercent)} % were lost, and a fair flow would send less than a tenth`
}

/** Why the circuit breaker stopped a stream: rate, path and loss. */
export function brokenText(
  { label, sentBps, lostPercent }: Pick<StreamBreak, 'label' | 'sentBps' | 'lostPercent'>,
  direction: 'sent' | 'received',
): string {
  const whose = direction === 'sent' ? 'the circuit breaker' : 'the peer’s circuit breaker'
  const where = label ?? (direction === 'sent' ? 'all paths together' : 'its paths')
  return `stopped by ${whose}: of ${formatMbps(sentBps)} Mbit/s over ${where}, ${formatPercent(lostPercent)} % were lost, and a fair flow would send less than a tenth`
}

function refusalSentence({ direction, spec, reason }: EventOf<'stream-refused'>): Sentence {
  const what = spec === null ? 'A stream' : streamText(spec)
  return say(`${what} ${direction === 'sent' ? 'to' : 'from'} the peer: ${refusalWords[reason]}.`, 'warn')
}

const iceHealth: Partial<Record<EventOf<'ice-state'>['state'], Health>> = {
  connected: 'good',
  disconnected: 'bad',
  failed: 'bad',
}

function iceSentence({ state }: EventOf<'ice-state'>): Sentence {
  return say(`ICE: ${iceWords[state]}.`, iceHealth[state] ?? 'none')
}

function pairSentence({ label, from, to, afterMs }: EventOf<'pair-state'>): Sentence {
  switch (to) {
    case 'up':
      return from === 'down'
        ? say(`${label}: up again after ${formatSpan(afterMs)}.`, 'good')
        : say(`${label}: up.`, 'good')
    case 'down':
      return say(`${label}: down, no reply for ${formatSpan(afterMs)}.`, 'bad')
    case 'no-reply':
      return say(`${label}: no reply so far; still tried slowly.`, 'warn')
    default:
      return say(`${label}: ${pairStateWords[to]}.`)
  }
}

function outcomeSentence({ label, outcome, code }: EventOf<'nomination-outcome'>): Sentence {
  if (outcome === 'succeeded') return say(`${label}: the peer accepted a nomination.`, 'warn')
  return say(
    `${label}: nomination refused by the peer${code === null ? '' : ` (${code})`}, the pair stays one of many.`,
  )
}

/** What is said while every path is silent; null while one works. */
export function waitingText({
  atMs,
  waitingUntilMs,
}: Pick<EngineSnapshot, 'atMs' | 'waitingUntilMs'>): string | null {
  if (waitingUntilMs === null) return null
  return `waiting for the peer, ${formatSpan(1000 * Math.ceil(Math.max(0, waitingUntilMs - atMs) / 1000))} left`
}

function modeSentence({ mode, direction, by }: EventOf<'mode'>): Sentence {
  const word = modeWords[mode]
  if (direction === 'sent') return say(`Mode set to ${word} here${by === 'us' ? '' : ', as the peer asked'}.`)
  return say(
    by === 'peer'
      ? `Mode set to ${word} by the peer.`
      : `Mode set to ${word} by the peer, as asked from here.`,
  )
}

/** After a failure traffic moves; before it, it is moved. */
const switchedByFailure: readonly SwitchReason[] = ['down', 'suspect', 'overdue', 'narrow', 'silent']

function switchSentence({ fromLabel, toLabel, reason }: EventOf<'switch'>): Sentence {
  const from = fromLabel === null ? '' : ` from ${fromLabel}`
  return say(
    `What we send goes${from} to ${toLabel}: ${switchWords[reason]}.`,
    switchedByFailure.includes(reason) ? 'warn' : 'none',
  )
}

export function peerSentence(peer: PeerView): string {
  switch (peer.kind) {
    case 'unknown':
      return 'Peer not known yet.'
    case 'stock':
      return 'The peer is another WebRTC program: what only two Pathscopes can measure stays empty.'
    case 'pathscope': {
      const parts = [`Pathscope${peer.appVersion === null ? '' : ` ${peer.appVersion}`}`, peer.os]
      const names = peer.interfaces.map(({ name }) => name).join(', ')
      return `The peer is ${parts.filter((part) => part !== null).join(' on ')}${names === '' ? '' : ` with ${names}`}.`
    }
  }
}
