import type { StreamSpec } from '../face/streams'
import { bulkPacketBytes, fullPacketBytes, videoFrames, voicePacket } from './spec'

/** The packet that is due, as a path chooser and the payload need it. Written over for the next one. */
export interface DuePacket {
  /** Payload bytes. */
  bytes: number
  keyFrame: boolean
  /** Place in its burst, from 0, and how many packets of that follow. */
  burstIndex: number
  behind: number
  /** From 0; 0 for kinds without frames. */
  frame: number
}

/** When the packets of a stream are due. */
export interface StreamSource {
  /** When the next packet may go; Infinity while only an outside change can make one due. */
  nextDeadline(): number
  /** Whether one is due now; it is then described by `due` and taken. Call until false. */
  poll(nowMs: number): boolean
  readonly due: Readonly<DuePacket>
  /** Packets left out because their time had passed in a stall. */
  readonly skipped: number
}

/** Says when `bulk` may send: the answer of what knows the paths' capacity. */
export interface BulkGate {
  /** A packet of this many payload bytes goes now if true. */
  take(bytes: number, nowMs: number): boolean
  /** When asking again is worth it; Infinity while only an outside change helps. */
  nextDeadline(nowMs: number): number
}

/** Packets handed out at one moment are those of at most this time of the stream, ms, and one at least. */
const burstMs = 2
/** Between two turns at which packets are handed out, ms; a stream that catches up after a stall so goes twice as fast. */
const turnMs = 1
/** What is later than this is left out, not sent late, ms. */
const stalledMs = 100
/** The packets of a frame follow each other at this multiple of the stream's rate, as in libwebrtc's pacer. */
const framePace = 2.5

export function createSource(spec: StreamSpec, startMs: number, gate: BulkGate): StreamSource {
  switch (spec.kind) {
    case 'voice':
      return paced(createEqual(voicePacket.bytes, 1000 / voicePacket.perSecond, startMs))
    case 'cbr':
      return paced(createEqual(spec.sizeBytes, (spec.sizeBytes * 8000) / spec.rateBps, startMs))
    case 'video':
      return paced(createVideo(spec.rateBps, startMs))
    case 'bulk':
      return createBulk(startMs, gate)
  }
}

/** The packets of a stream at their due times, which never go back, without regard to the clock. */
interface Schedule {
  readonly due: DuePacket
  dueMs: number
  /** Describes the packet of `dueMs` in `due` and moves on to the next. */
  take(): void
  /** Leaves out whole packets, or frames, that are due before `beforeMs`; how many packets those were. */
  skip(beforeMs: number): number
}

function createEqual(bytes: number, intervalMs: number, startMs: number): Schedule {
  // Counted from the start, so that rounding does not add up.
  let originMs = startMs
  let count = 0
  const schedule: Schedule = {
    due: { bytes, keyFrame: false, burstIndex: 0, behind: 0, frame: 0 },
    dueMs: startMs,
    take() {
      count += 1
      schedule.dueMs = originMs + count * intervalMs
    },
    skip(beforeMs) {
      const late = Math.ceil((beforeMs - schedule.dueMs) / intervalMs)
      if (late <= 0) return 0
      originMs = schedule.dueMs + late * intervalMs
      count = 0
      schedule.dueMs = originMs
      return late
    },
  }
  return schedule
}

function createVideo(rateBps: number, startMs: number): Schedule {
  const { perSecond, keyFrameEvery, keyFrameFactor } = videoFrames
  const plainBytes = ((rateBps / 8 / perSecond) * keyFrameEvery) / (keyFrameEvery - 1 + keyFrameFactor)
  const frameMs = 1000 / perSecond
  let frame = 0
  let place = 0
  let packets = 1
  let spacingMs = 0

  const isKey = (): boolean => frame % keyFrameEvery === 0
  const begin = (): void => {
    const bytes = plainBytes * (isKey() ? keyFrameFactor : 1)
    packets = Math.max(1, Math.ceil(bytes / fullPacketBytes))
    schedule.due.bytes = Math.min(fullPacketBytes, Math.max(64, Math.round(bytes / packets)))
    spacingMs = (schedule.due.bytes * 8000) / (rateBps * framePace)
    place = 0
  }
  const schedule: Schedule = {
    due: { bytes: 0, keyFrame: false, burstIndex: 0, behind: 0, frame: 0 },
    dueMs: startMs,
    take() {
      if (place === 0) begin()
      const { due } = schedule
      due.keyFrame = isKey()
      due.burstIndex = place
      due.behind = packets - place - 1
      due.frame = frame % 2 ** 32
      place += 1
      schedule.dueMs += spacingMs
      if (place < packets) return
      frame += 1
      place = 0
      schedule.dueMs = Math.max(schedule.dueMs, startMs + frame * frameMs)
    },
    skip(beforeMs) {
      let skipped = 0
      while (schedule.dueMs < beforeMs) {
        if (place === 0) begin()
        skipped += packets - place
        place = 0
        frame += 1
        schedule.dueMs = Math.max(schedule.dueMs, startMs + frame * frameMs)
      }
      return skipped
    },
  }
  return schedule
}

/** Holds a schedule to the clock: nothing early, no large bursts after a stall, nothing very late. */
function paced(schedule: Schedule): StreamSource {
  let nextTurnMs = -Infinity
  /** Due times up to this may go in this turn. */
  let releasedMs = -Infinity
  let skipped = 0
  return {
    due: schedule.due,
    nextDeadline: () =>
      schedule.dueMs <= releasedMs ? schedule.dueMs : Math.max(schedule.dueMs, nextTurnMs),
    poll(nowMs) {
      if (schedule.dueMs > nowMs) return false
      if (nowMs >= nextTurnMs) {
        if (nowMs - schedule.dueMs > stalledMs) skipped += schedule.skip(nowMs - stalledMs)
        if (schedule.dueMs > nowMs) return false
        nextTurnMs = nowMs + turnMs
        releasedMs = Math.min(nowMs, schedule.dueMs + burstMs)
      }
      if (schedule.dueMs > releasedMs) return false
      schedule.take()
      return true
    },
    get skipped() {
      return skipped
    },
  }
}

function createBulk(startMs: number, gate: BulkGate): StreamSource {
  let askedMs = startMs
  return {
    due: { bytes: bulkPacketBytes, keyFrame: false, burstIndex: 0, behind: 0, frame: 0 },
    skipped: 0,
    nextDeadline: () => gate.nextDeadline(askedMs),
    poll(nowMs) {
      askedMs = nowMs
      return gate.take(bulkPacketBytes, nowMs)
    },
  }
}
