/**
 * Reordering of packets or records by RFC 4737: a packet is reordered when its number is below one that came before (section 3),
 * and its extent is how many packets ago the first of those came (section 4.2.1).
 */
export interface Reordering {
  /** A new packet has come; duplicates must have been dropped before. Returns its extent, 0 when it is in order. */
  note(sequence: number): number
  /** Packets noted so far. */
  readonly arrived: number
  readonly reordered: number
  readonly extentMax: number
}

/** New maxima remembered; a packet that comes behind all of them has at least the extent of the oldest. */
const remembered = 1024

export function createReordering(): Reordering {
  /** Numbers that were higher than all before, and which arrival each was; both ascend, in a ring. */
  const maxima = new Float64Array(remembered)
  const arrivals = new Float64Array(remembered)
  let added = 0
  let arrived = 0
  let reordered = 0
  let extentMax = 0

  const at = (place: number): number => maxima[place % remembered] as number

  /** Which of the remembered maxima is the first above `sequence`; there is one. */
  const firstAbove = (sequence: number): number => {
    let low = Math.max(0, added - remembered)
    let high = added - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (at(middle) > sequence) high = middle
      else low = middle + 1
    }
    return low
  }

  return {
    note(sequence) {
      const arrival = arrived
      arrived += 1
      if (added === 0 || sequence > at(added - 1)) {
        maxima[added % remembered] = sequence
        arrivals[added % remembered] = arrival
        added += 1
        return 0
      }
      const extent = arrival - (arrivals[firstAbove(sequence) % remembered] as number)
      reordered += 1
      if (extent > extentMax) extentMax = extent
      return extent
    },
    get arrived() {
      return arrived
    },
    get reordered() {
      return reordered
    },
    get extentMax() {
      return extentMax
    },
  }
}
