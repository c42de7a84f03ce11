import type { Clock, Direction } from './network'

/** A TCP flow with endless data, as a competitor: CUBIC, or something like BBR version 1. */
export interface TcpFlow {
  readonly deliveredBytes: number
}

const payloadBytes = 1448
const wireBytes = 1500

export function startTcp(
  clock: Clock,
  way: Direction,
  backMs: number,
  kind: 'cubic' | 'bbr',
  startMs: number,
): TcpFlow {
  const flow = { deliveredBytes: 0 }
  let next = 0
  let recoverUntil = -1
  let srtt = 100
  const flying = new Map<number, { sentMs: number; delivered: number }>()
  let highestAcked = -1
  const control = kind === 'cubic' ? cubicControl() : bbrControl()
  let pacedMs = 0

  const send = (): void => {
    while (flying.size < control.window()) {
      const rate = control.paceBps()
      if (rate !== null && pacedMs > clock.nowMs) {
        wake(pacedMs)
        return
      }
      const number = next++
      const sentMs = clock.nowMs
      flying.set(number, { sentMs, delivered: flow.deliveredBytes })
      if (rate !== null) pacedMs = Math.max(pacedMs, clock.nowMs) + (wireBytes * 8000) / rate
      way.send(wireBytes, () => clock.at(clock.nowMs + backMs, () => acked(number)))
    }
  }
  let wakeMs = Infinity
  const wake = (atMs: number): void => {
    if (wakeMs <= atMs && wakeMs > clock.nowMs) return
    wakeMs = atMs
    clock.at(atMs, () => {
      wakeMs = Infinity
      send()
    })
  }
  const acked = (number: number): void => {
    const packet = flying.get(number)
    if (!packet) return
    flying.delete(number)
    flow.deliveredBytes += payloadBytes
    const rtt = clock.nowMs - packet.sentMs
    srtt += (rtt - srtt) / 8
    highestAcked = Math.max(highestAcked, number)
    control.acked(clock.nowMs, rtt, ((flow.deliveredBytes - packet.delivered) * 8000) / rtt)
    for (const [lost] of flying) {
      if (lost >= highestAcked - 3) break
      flying.delete(lost)
      if (lost > recoverUntil) {
        recoverUntil = next - 1
        control.lost(clock.nowMs)
      }
    }
    send()
  }
  const watch = (): void => {
    for (const [number, packet] of flying) {
      if (clock.nowMs - packet.sentMs > srtt + 400) flying.delete(number)
      else break
    }
    send()
    clock.at(clock.nowMs + 100, watch)
  }
  clock.at(startMs, watch)
  return flow
}

interface Control {
  window(): number
  paceBps(): number | null
  acked(nowMs: number, rttMs: number, rateBps: number): void
  lost(nowMs: number): void
}

function cubicControl(): Control {
  let window = 10
  let slow = true
  let largest = 0
  let epoch = 0
  let origin = 0
  let friendly = 0
  return {
    window: () => window,
    paceBps: () => null,
    acked(nowMs, rttMs) {
      if (slow) {
        window += 1
        return
      }
      const t = (nowMs + rttMs - epoch - origin) / 1000
      friendly += 0.53 / window
      const target = Math.max(largest + 0.4 * t * t * t, friendly)
      if (target > window) window += Math.min((target - window) / window, 0.5)
    },
    lost(nowMs) {
      slow = false
      largest = window < largest ? window * 0.85 : window
      window = Math.max(2, window * 0.7)
      friendly = window
      epoch = nowMs
      origin = Math.cbrt(Math.max(0, largest - window) / 0.4) * 1000
    },
  }
}

function bbrControl(): Control {
  const rates: { at: number; bps: number }[] = []
  let minRtt = Infinity
  let minRttMs = 0
  let probeUntil = -1
  let startup = true
  let fullBps = 0
  let fullCount = 0
  let roundMs = 0
  let drainUntil = -1
  const cycle = [1.25, 0.75, 1, 1, 1, 1, 1, 1]
  let phase = 0
  let phaseMs = 0
  let now = 0
  const bw = (): number => rates.reduce((most, { bps }) => Math.max(most, bps), 0)
  const bdp = (): number => (bw() * (minRtt === Infinity ? 100 : minRtt)) / 8000 / wireBytes
  return {
    window: () => (now < probeUntil ? 4 : startup ? Math.max(10, 2.89 * bdp()) : Math.max(4, 2 * bdp())),
    paceBps: () => (bw() === 0 ? null : bw() * (startup ? 2.89 : now < drainUntil ? 0.35 : cycle[phase]!)),
    acked(nowMs, rttMs, rateBps) {
      now = nowMs
      rates.push({ at: nowMs, bps: (rateBps * wireBytes) / payloadBytes })
      const oldest = nowMs - 10 * Math.max(minRtt === Infinity ? 100 : rttMs, 20)
      while (rates.length > 0 && rates[0]!.at < oldest) rates.shift()
      if (rttMs <= minRtt) {
        minRtt = rttMs
        minRttMs = nowMs
      } else if (nowMs - minRttMs > 10_000) {
        minRttMs = nowMs
        minRtt = rttMs
        probeUntil = nowMs + 200 + rttMs
      }
      if (nowMs < probeUntil) minRtt = Math.min(minRtt, rttMs)
      if (startup && nowMs - roundMs > rttMs) {
        roundMs = nowMs
        if (bw() > fullBps * 1.25) {
          fullBps = bw()
          fullCount = 0
        } else if (++fullCount >= 3) {
          startup = false
          drainUntil = nowMs + 2 * minRtt
        }
      }
      if (nowMs - phaseMs > minRtt) {
        phaseMs = nowMs
        phase = (phase + 1) % 8
      }
    },
    lost() {},
  }
}
