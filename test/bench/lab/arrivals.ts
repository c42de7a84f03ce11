/** When packets of a stream came to the program that they were for, as arrivals-main.ts noted it. */
import { existsSync, readFileSync } from 'node:fs'
import { createIndexes, type StreamPacket } from './stream-packet'

/** A line of the file: stream, number's low 16 bits, CLOCK_MONOTONIC in ns. */
export function arrivalLine({ streamId, low }: StreamPacket, atNs: bigint): string {
  return `${streamId},${low},${atNs}\n`
}

/** When the first copy, whatever the order of lines, of each packet of a stream came, by its number; ms of CLOCK_MONOTONIC. Empty when nothing came. */
export function readArrivals(file: string, streamId: number): ReadonlyMap<number, number> {
  const firstMs = new Map<number, number>()
  if (!existsSync(file)) return firstMs
  const indexOf = createIndexes()
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [stream, low, atNs] = line.split(',')
    if (atNs === undefined || Number(stream) !== streamId) continue
    const sequence = indexOf({ streamId, low: Number(low) })
    firstMs.set(sequence, Math.min(firstMs.get(sequence) ?? Infinity, Number(atNs) / 1e6))
  }
  return firstMs
}
