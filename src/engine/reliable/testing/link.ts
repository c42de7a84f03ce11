import { seededRandom } from '../../testing'
import { createReliable, type Reliable, type ReliableOptions } from '..'

/** One of the paths between two ends, the same in both directions. */
export interface Path {
  readonly delayMs: number
  readonly jitterMs: number
  /** 0..1 */
  readonly loss: number
  /** 0..1: chance of a second copy. */
  readonly doubled: number
}

interface InFlight {
  readonly atMs: number
  readonly to: End
  readonly frame: Uint8Array
}

export interface End {
  readonly reliable: Reliable
  readonly delivered: Uint8Array[]
  /** Frames that its `poll` gave. */
  frames: number
  /** Frames of those with data. */
  dataFrames: number
}

/** Two ends joined by paths in virtual time; each frame goes over every path. */
export class World {
  nowMs = 0
  readonly left: End
  readonly right: End
  private flying: InFlight[] = []
  private readonly random: () => number

  constructor(
    private paths: readonly Path[],
    options: ReliableOptions,
    seed: number,
  ) {
    this.random = seededRandom(seed)
    this.left = { reliable: createReliable(options), delivered: [], frames: 0, dataFrames: 0 }
    this.right = { reliable: createReliable(options), delivered: [], frames: 0, dataFrames: 0 }
  }

  setPaths(paths: readonly Path[]): void {
    this.paths = paths
  }

  /** Sends what both ends have to send now and takes out what they have received. */
  settle(): void {
    for (const [end, other] of [
      [this.left, this.right],
      [this.right, this.left],
    ] as const) {
      for (let frame = end.reliable.poll(this.nowMs); frame; frame = end.reliable.poll(this.nowMs)) {
        end.frames++
        if ((frame[0] as number) & 1) end.dataFrames++
        this.transmit(frame, other)
      }
      for (let message = end.reliable.next(); message; message = end.reliable.next())
        end.delivered.push(message)
      const deadline = end.reliable.nextDeadline()
      if (deadline !== undefined && deadline <= this.nowMs)
        throw new Error(`deadline ${deadline} at ${this.nowMs}`)
    }
  }

  private transmit(frame: Uint8Array, to: End): void {
    for (const path of this.paths) {
      const copies = this.random() < path.doubled ? 2 : 1
      for (let i = 0; i < copies; i++) {
        if (this.random() < path.loss) continue
        this.flying.push({ atMs: this.nowMs + path.delayMs + this.random() * path.jitterMs, to, frame })
      }
    }
  }

  /** Runs until nothing happens any more, `done` says so, or the time is over; returns the time. */
  run(untilMs: number, done: () => boolean = () => false): number {
    this.settle()
    while (!done()) {
      const next = this.nextEventMs()
      if (next === undefined || next > untilMs) {
        this.nowMs = untilMs
        break
      }
      this.nowMs = next
      const due = this.flying.filter((one) => one.atMs <= this.nowMs)
      this.flying = this.flying.filter((one) => one.atMs > this.nowMs)
      // As a driver does: after every single input, all that follows from it goes out.
      for (const { to, frame } of due) {
        to.reliable.receive(frame, this.nowMs)
        this.settle()
      }
      this.settle()
    }
    return this.nowMs
  }

  private nextEventMs(): number | undefined {
    const times = [
      ...this.flying.map((one) => one.atMs),
      this.left.reliable.nextDeadline(),
      this.right.reliable.nextDeadline(),
    ].filter((time) => time !== undefined)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  get quiet(): boolean {
    return this.left.reliable.unacked === 0 && this.right.reliable.unacked === 0
  }
}
