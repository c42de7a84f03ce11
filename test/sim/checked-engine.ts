import { type Engine, type EngineOutput, limits } from '../../src/engine'

/** Where a broken invariant is told. */
export type Report = (violation: string) => void

export interface EngineCounts {
  transmitted: number
  transmittedBytes: number
  datagramsTaken: number
  /** Different packets of streams among them, by SSRC, number and time in their headers. */
  readonly streamPackets: Set<string>
}

/** Calls at one instant of virtual time; a burst of arrivals has a few hundred. */
const callsAtOnce = 20_000

/** An engine that is held, at every step, to what its face promises. */
export function checkEngine(engine: Engine, counts: EngineCounts, report: Report): Engine {
  let lastMs = 0
  let calls = 0
  let outputs = 0
  let ended = false

  function check(output: EngineOutput): void {
    outputs++
    if (ended) report(`${output.kind} follows the end`)
    if (outputs > limits.outputs) report(`more than ${limits.outputs} outputs wait at once`)
    if (output.kind === 'ended') ended = true
    if (output.kind !== 'transmit') return
    counts.transmitted++
    counts.transmittedBytes += output.data.length
    if (output.data.length > limits.datagramBytes) report(`a datagram of ${output.data.length} bytes`)
    if (output.data.length === 0) report('an empty datagram')
  }

  return {
    handle(input, nowMs) {
      if (nowMs < lastMs) report(`the driver went back from ${lastMs} to ${nowMs} ms`)
      calls = nowMs === lastMs ? calls + 1 : 0
      if (calls > callsAtOnce) throw new Error(`time stands still at ${nowMs} ms`)
      lastMs = nowMs
      outputs = 0
      if (input.kind === 'datagram') {
        counts.datagramsTaken++
        if (((input.data[0] ?? 0) & 0xc0) === 0x80)
          counts.streamPackets.add(input.data.subarray(2, 12).join('.'))
      }
      engine.handle(input, nowMs)
    },
    poll() {
      const output = engine.poll()
      if (output !== undefined) {
        check(output)
        return output
      }
      const deadlineMs = engine.nextDeadline()
      if (deadlineMs !== undefined && !(deadlineMs >= lastMs)) {
        report(`a timer in the past: ${deadlineMs} at ${lastMs} ms`)
      }
      return undefined
    },
    nextDeadline: () => engine.nextDeadline(),
    snapshot: (nowMs) => engine.snapshot(nowMs),
  }
}
