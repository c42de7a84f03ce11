import { limits } from '../../../src/engine'
import * as samples from '../../../src/engine/description/testing/samples'
import { createPasteScanner, decodePaste, encodePaste } from '../../../src/runtime/paste'
import { bytesOf, commonWords, demand, demandSame, type Target, textOf } from '../target'
import { sdpWords } from './sdp'

const sdps = [samples.chromiumOffer, samples.pionAnswer]
const forms = sdps.flatMap((sdp) => {
  const { json, compact } = encodePaste({ type: sdp.includes('actpass') ? 'offer' : 'answer', sdp })
  return [
    json,
    compact,
    sdp,
    `> Here it is:\n> ${json.replace(/"/g, '\u201c')}\n`,
    JSON.stringify({ description: JSON.parse(json) as unknown }),
    JSON.stringify(json),
    `  ${(compact.match(/.{1,60}/g) ?? []).join('\n> ')}`,
    json.replace(/(.{70})/g, '$1\n'),
  ]
})

const words = [
  '{"type":"offer","sdp":"',
  '"}',
  '{',
  '}',
  '\\"',
  '\\',
  "'",
  '&quot;',
  '&#34;',
  '<br>',
  '> ',
  '\n\n',
  '\ue000',
  'pathscope-offer:',
  'pathscope-answer:',
  '.',
  'v=0\r\n',
  '{"candidate":',
].map(bytesOf)

/** Whatever was pasted. What comes out is a description that both of our own forms carry. */
export const paste: Target = {
  name: 'paste',
  form: 'text',
  maxBytes: 16_384,
  growBytes: limits.pasteChars,
  slowMs: 500,
  samples: () => forms.map(bytesOf),
  words: [...words, ...sdpWords, ...commonWords],
  run(input) {
    const result = decodePaste(textOf(input))
    if (result.kind === 'problem') {
      demand(/[.]$/.test(result.problem.message), 'a refusal is a sentence')
      return
    }
    const { description } = result
    const { json, compact } = encodePaste(description)
    // Half a surrogate pair has no bytes, so only JSON, where it came from, can carry it. Longer ones the engine refuses.
    if (isWhole(description.sdp) && Buffer.byteLength(description.sdp) <= limits.sdpBytes) {
      demandSame(decodePaste(compact), result, 'the compact form carries the description')
    }
    // Entities, marks and curly quotes are what mail makes of plain text, and are undone; an SDP holds none.
    if (/^(?:[\x20-\x25\x27-\x3b\x3d\x3f-\x7e]+\r\n)+$/.test(description.sdp)) {
      const again = decodePaste(json)
      const hasOther = /pathscope-(?:offer|answer):|[{\\]/i.test(description.sdp)
      if (!hasOther) demandSame(again, result, 'the JSON form carries the description')
    }
  },
}

const isWhole = (text: string) => Buffer.from(text, 'utf8').toString('utf8') === text

/** Text as it arrives piece by piece: the pieces make no difference. */
export const scanner: Target = {
  name: 'paste-scanner',
  form: 'text',
  maxBytes: 8192,
  growBytes: limits.pasteChars,
  slowMs: 500,
  samples: () => forms.map((form) => bytesOf(`${form}\n`)),
  words: [...words, ...commonWords],
  run(input) {
    const text = textOf(input)
    const whole = createPasteScanner()
    const atOnce = whole.feed(text)
    demand(atOnce.chars <= limits.pasteChars + 1, 'no more is held than the limit')
    const parts = createPasteScanner()
    let last = parts.feed('')
    for (const part of text.match(/[^]{1,7}/gu) ?? []) last = parts.feed(part)
    demandSame([last, parts.text()], [atOnce, whole.text()], 'pieces are read as the whole is')
    if (atOnce.kind !== 'more') demandSame(whole.feed('x'), atOnce, 'what is complete stays so')
  },
}
