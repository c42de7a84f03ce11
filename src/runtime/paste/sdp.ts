/** Finds an SDP pasted without its JSON. */
import type { JsonResult } from './json'
import { breakMark, joinSdp } from './clean'
import { problems } from './problem'

/** The SDP in `text`, or undefined when there is none. RFC 8842 section 5.2: an offer says actpass, an answer does not. */
export function findSdp(text: string): JsonResult | undefined {
  const lines = text.split('\n').map((line) => line.replace(/^(?:>[> ]*)/, '').trim())
  const first = lines.findIndex((line) => /(?:^|[\s"'`:])v=0$/.test(line))
  if (first < 0) return undefined
  const sdp = joinSdp(collect(lines.slice(first + 1)))
  if (!/^[oa]=/m.test(sdp)) return undefined
  const setup = /^a=setup:(\w+)/m.exec(sdp)?.[1]
  if (setup === 'actpass') return { kind: 'ok', description: { type: 'offer', sdp } }
  if (setup === 'active' || setup === 'passive') return { kind: 'ok', description: { type: 'answer', sdp } }
  return { kind: 'problem', problem: problems.untold }
}

/** Lines up to the first prose after a blank line; a line that begins like no SDP line continues the one before it. */
function collect(lines: readonly string[]): string {
  let sdp = 'v=0'
  let afterBlank = false
  for (const line of lines) {
    if (line === '') afterBlank = true
    else if (/^[a-z]=/.test(line)) sdp += `\n${line}`
    else if (afterBlank || /^[`"'}]/.test(line)) break
    else sdp += `${breakMark}${line}`
    if (line !== '') afterBlank = false
  }
  return `${sdp}\n`
}
