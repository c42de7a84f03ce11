/** How many numbers below the highest are remembered one by one. */
export const replayWindowSize = 1024

/** Which numbers were there (RFC 4303 section 3.4.3). Only for numbers that have been authenticated. */
export class ReplayWindow {
  private readonly bits = new Uint8Array(replayWindowSize / 8)
  private highest = -1

  /** True the first time a number comes; false for a second time and for one too old to tell. */
  accept(sequence: number): boolean {
    if (sequence > this.highest) {
      this.clearBetween(this.highest, sequence)
      this.highest = sequence
    } else if (sequence <= this.highest - replayWindowSize || this.has(sequence)) {
      return false
    }
    const slot = sequence % replayWindowSize
    this.bits[slot >> 3] = (this.bits[slot >> 3] as number) | (1 << (slot & 7))
    return true
  }

  private has(sequence: number): boolean {
    const slot = sequence % replayWindowSize
    return ((this.bits[slot >> 3] as number) & (1 << (slot & 7))) !== 0
  }

  private clearBetween(from: number, to: number): void {
    if (to - from >= replayWindowSize) {
      this.bits.fill(0)
      return
    }
    for (let sequence = from + 1; sequence < to; sequence++) {
      const slot = sequence % replayWindowSize
      this.bits[slot >> 3] = (this.bits[slot >> 3] as number) & ~(1 << (slot & 7))
    }
  }
}
