import { createLateness, createRecorder, emptyArrivals, readFeedback } from '../../feedback'
import { createPathCapacity, type PathCapacity } from '../index'
import {
  type Bottleneck,
  type Clock,
  createBottleneck,
  createClock,
  createDirection,
  type Direction,
  type LinkSettings,
} from './network'
import { startTcp, type TcpFlow } from './tcp'

/** UDP payload of the packets of `bulk`, and what IP and UDP add. */
const packetBytes = 1400
const ipBytes = 28
/** Of a packet what is not payload of the stream: RTP header and tag. */
const rtpBytes = 28

export interface BenchPath {
  readonly forward: Direction
  readonly back: Direction
  readonly capacity: PathCapacity
  readonly up: boolean
  readonly fromMs: number
  /** Payload that arrived, and packets. */
  arrivedBytes: number
  sentPackets: number
  setUp(up: boolean): void
  /** Time that each arriving packet waited in the queue. */
  readonly waits: { atMs: number; ms: number }[]
  /** Sent while down. */
  sentWhileDown: number
}

export interface Bench {
  readonly clock: Clock
  readonly paths: readonly BenchPath[]
  readonly links: readonly Bottleneck[]
  tcp(link: number, kind: 'cubic' | 'bbr', startMs: number): TcpFlow
  at(timeMs: number, act: () => void): void
  run(untilMs: number): void
}

export interface BenchPathSettings {
  /** Which of the links it goes over. */
  readonly link: number
  /** Instead of the link's. */
  readonly delayMs?: number
  readonly back?: LinkSettings
  /** Nothing goes over it before. */
  readonly fromMs?: number
}

/**
 * `bulk` over several paths in virtual time: the real recorder, wire format, ledger and controllers, over links like the
 * lab's. Reports take all paths' ways back, as control takes two.
 */
export function createBench(
  linkSettings: readonly LinkSettings[],
  pathSettings: readonly BenchPathSettings[],
  seed: number,
  timerMs = 0.5,
  /** When a busy machine, at either end, comes to what is due. */
  servedMs = (dueMs: number): number => dueMs,
  /** When ours begins: others may have been there before. */
  startMs = 0,
): Bench {
  const clock = createClock()
  const links = linkSettings.map((settings, i) => createBottleneck(clock, { ...settings }, seed * 100 + i))
  const recorder = createRecorder()
  const lateness = createLateness()
  const clockOffsetMs = 12_345.67
  let sequence = 0
  const heardText = new Set<number>()
  let textNumber = 0
  const arrivals = emptyArrivals()

  const paths: BenchPath[] = pathSettings.map((settings, i) => {
    const link = links[settings.link]!
    const backSettings = settings.back ?? { ...link.settings, rateBps: link.settings.rateBps }
    const back = createBottleneck(clock, { ...backSettings }, seed * 100 + 50 + i)
    return {
      forward: createDirection(clock, link, seed * 100 + 20 + i, settings.delayMs),
      back: createDirection(clock, back, seed * 100 + 70 + i, settings.delayMs),
      capacity: createPathCapacity(
        {
          packetBytes,
          startBytes: 0,
          number: i,
          others: () => paths.flatMap((other, at) => (at === i ? [] : other.capacity)),
          lateFromMs: () => lateness.fromMs,
          rttHintMs: () => 2 * (settings.delayMs ?? link.settings.delayMs),
          lost: () => {},
        },
        startMs,
      ),
      up: true,
      fromMs: settings.fromMs ?? startMs,
      arrivedBytes: 0,
      sentPackets: 0,
      waits: [],
      sentWhileDown: 0,
      setUp(up: boolean) {
        ;(path(i) as { up: boolean }).up = up
        link.settings.down = !up
        back.settings.down = !up
      },
    }
  })
  const path = (i: number): BenchPath => paths[i]!

  const sendOn = (one: BenchPath, index: number): void => {
    const number = sequence++
    const sentMs = clock.nowMs
    one.capacity.sent(1, number, packetBytes, sentMs)
    one.sentPackets += 1
    if (!one.up) one.sentWhileDown += 1
    one.forward.send(packetBytes + ipBytes, (waitedMs) => {
      one.arrivedBytes += packetBytes - rtpBytes
      one.waits.push({ atMs: clock.nowMs, ms: waitedMs })
      const read = (): void => {
        recorder.arrived(index + 1, 1, number, clock.nowMs + clockOffsetMs, clock.nowMs + clockOffsetMs)
        wakeReceiver()
      }
      const dueMs = servedMs(clock.nowMs)
      if (dueMs > clock.nowMs) clock.at(dueMs, read)
      else read()
    })
  }
  const takeText = (text: Uint8Array, number: number): void => {
    if (heardText.has(number)) return
    heardText.add(number)
    if (!readFeedback(text, arrivals)) throw new Error('feedback that cannot be read')
    lateness.heard(clock.nowMs)
    const touched = new Set<number>()
    for (let i = 0; i < arrivals.count; i += 1) {
      const index = arrivals.pairs[i]! - 1
      touched.add(index)
      path(index).capacity.arrived(
        arrivals.streams[i]!,
        arrivals.sequences[i]!,
        arrivals.arrivedMs[i]!,
        arrivals.madeAtMs,
        clock.nowMs,
      )
    }
    for (const index of touched) path(index).capacity.reported(clock.nowMs, false)
    send()
  }
  let receiverMs = Infinity
  const wakeReceiver = (): void => {
    const dueMs = recorder.nextDeadline() - clockOffsetMs
    if (dueMs >= receiverMs) return
    receiverMs = dueMs
    clock.at(servedMs(dueMs), () => {
      receiverMs = Infinity
      const rtts = paths.flatMap((one) => (one.up ? (one.capacity.ledger.smoothedRttMs ?? []) : []))
      recorder.setWay(rtts.length > 0 ? Math.min(...rtts) : null, paths.length === 1)
      const madeAtMs = Math.max(recorder.nextDeadline(), clock.nowMs + clockOffsetMs)
      for (const text of recorder.poll(madeAtMs, madeAtMs)) {
        const number = textNumber++
        for (const one of paths.slice(0, 2))
          one.back.send(text.length + 24 + ipBytes, () =>
            clock.at(servedMs(clock.nowMs), () => takeText(text, number)),
          )
      }
      wakeReceiver()
    })
  }

  let senderMs = Infinity
  const send = (): void => {
    const nowMs = clock.nowMs
    for (let progress = true; progress; ) {
      progress = false
      paths.forEach((one, index) => {
        if (nowMs < one.fromMs) return
        if (!one.up && one.capacity.freeAtMs(packetBytes) === Infinity) return
        if (one.capacity.freeAtMs(packetBytes) <= nowMs) {
          sendOn(one, index)
          progress = true
        } else one.capacity.limited()
      })
    }
    let next = Infinity
    for (const one of paths) {
      one.capacity.tick(nowMs)
      next = Math.min(
        next,
        Math.max(one.fromMs, one.capacity.freeAtMs(packetBytes)),
        one.capacity.nextDeadline(),
      )
    }
    const wakeMs = Math.max(nowMs + 0.01, Math.ceil(next / timerMs) * timerMs)
    if (wakeMs >= senderMs && senderMs > nowMs) return
    senderMs = wakeMs
    if (wakeMs < Infinity)
      clock.at(servedMs(wakeMs), () => {
        if (senderMs <= clock.nowMs) senderMs = Infinity
        send()
      })
  }
  clock.at(startMs, send)

  return {
    clock,
    paths,
    links,
    tcp: (link, kind, startMs) => {
      const settings = links[link]!.settings
      return startTcp(
        clock,
        createDirection(clock, links[link]!, seed * 100 + 90 + link),
        settings.delayMs,
        kind,
        startMs,
      )
    },
    at: (timeMs, act) =>
      clock.at(timeMs, () => {
        act()
        send()
      }),
    run: clock.run,
  }
}
