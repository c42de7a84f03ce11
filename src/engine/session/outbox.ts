import type { EngineOutput } from '../face/io'
import { limits } from '../face/limits'

/** Outputs waiting for the driver's `poll`, first in, first out. */
export interface Outbox {
  push(output: EngineOutput): void
  take(): EngineOutput | undefined
  readonly length: number
}

export function createOutbox(): Outbox {
  let queue: EngineOutput[] = []
  let head = 0
  return {
    push(output) {
      if (queue.length - head >= limits.outputs) throw new Error('The driver does not drain the engine.')
      queue.push(output)
    },
    take() {
      const output = queue[head]
      if (output === undefined) return undefined
      head += 1
      if (head === queue.length) {
        queue = []
        head = 0
      }
      return output
    },
    get length() {
      return queue.length - head
    },
  }
}
