import { limits } from '../../src/engine'
import type { Packet } from '../../src/sim'
import type { Report } from './checked-engine'

const useCandidate = 0x0025

/**
 * Reads every STUN message on its way, with its own few lines of parser: nobody grants a nomination, and nobody sends
 * more checks than stated.
 */
export interface WireWatch {
  see(host: string, packet: Packet, nowMs: number): void
}

/** A second's count may overlap two of the bucket's. */
const checksAllowed = 2 * limits.checksPerSecond

export function watchWire(report: Report): WireWatch {
  const nominating = new Set<string>()
  const seconds = new Map<string, number>()

  function countCheck(host: string, nowMs: number): void {
    const key = `${host} ${Math.floor(nowMs / 1000)}`
    const count = (seconds.get(key) ?? 0) + 1
    seconds.set(key, count)
    if (count === checksAllowed + 1) report(`${host} sent more than ${checksAllowed} checks in a second`)
  }

  return {
    see(host, packet, nowMs) {
      const { data } = packet
      if (data.length < 20 || data[0]! > 3) return
      const type = data[0]! * 256 + data[1]!
      const transaction = Buffer.from(data.subarray(8, 20)).toString('hex')
      if (type === 0x0001) {
        countCheck(host, nowMs)
        if (hasAttribute(data, useCandidate)) nominating.add(transaction)
      }
      if (type === 0x0101 && nominating.has(transaction)) report(`${host} granted a nomination`)
    },
  }
}

function hasAttribute(data: Uint8Array, wanted: number): boolean {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  for (let at = 20; at + 4 <= data.length; ) {
    if (view.getUint16(at) === wanted) return true
    at += 4 + Math.ceil(view.getUint16(at + 2) / 4) * 4
  }
  return false
}
