/** Bytes are counted by steps of arrival time of this many ms. */
const stepMs = 10
const steps = 64

/**
 * How fast packets arrive, by the receiver's clock: what a path delivers, whatever its way back does. While a queue
 * stands it is what the path can carry.
 */
export interface DeliveryRate {
  add(bytes: number, arrivedMs: number): void
  /** Over the last `windowMs` (at most 600) before the newest arrival, bit/s; 0 before the window was filled once. */
  overBps(windowMs: number): number
  /** The same without the times of `idleMs` and longer in which nothing arrived: none was sent, or none told. */
  busyBps(windowMs: number, idleMs: number): number
}

export function createDeliveryRate(): DeliveryRate {
  const bytesOf = new Float64Array(steps)
  const stepOf = new Float64Array(steps).fill(-1)
  let newest = -1
  let first = -1
  return {
    add(bytes, arrivedMs) {
      const step = Math.max(0, Math.floor(arrivedMs / stepMs))
      if (newest >= 0 && step <= newest - steps) return
      const slot = step % steps
      if (stepOf[slot] !== step) {
        stepOf[slot] = step
        bytesOf[slot] = 0
      }
      bytesOf[slot] = (bytesOf[slot] as number) + bytes
      if (step > newest) newest = step
      if (first < 0) first = step
    },
    overBps(windowMs) {
      // The newest step is not over yet.
      const wanted = Math.min(steps - 2, Math.max(1, Math.round(windowMs / stepMs)))
      const count = Math.min(wanted, newest - first)
      if (count < 1) return 0
      let sum = 0
      for (let step = newest - 1; step >= newest - count; step -= 1) {
        if (stepOf[step % steps] === step) sum += bytesOf[step % steps] as number
      }
      return (sum * 8000) / (count * stepMs)
    },
    busyBps(windowMs, idleMs) {
      const wanted = Math.min(steps - 2, Math.max(1, Math.round(windowMs / stepMs)))
      const idle = Math.max(1, Math.round(idleMs / stepMs))
      let count = 0
      let sum = 0
      let empty = 0
      for (let step = newest - 1; step > Math.max(first, newest - steps) && count < wanted; step -= 1) {
        if (stepOf[step % steps] !== step) {
          empty += 1
          continue
        }
        count += 1 + (empty < idle ? empty : 0)
        empty = 0
        sum += bytesOf[step % steps] as number
      }
      return count === 0 ? 0 : (sum * 8000) / (count * stepMs)
    },
  }
}
