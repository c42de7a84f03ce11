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
  }
}
