/** The kept inputs: corpus/<target> reaches all that campaigns have reached, pinned/<target> once broke something. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bytesOf, fromHex, type Target, textOf } from './target'

export type Shelf = 'corpus' | 'pinned'

/** The folder is an argument because the fuzzer runs as a bundle elsewhere, and the replay in its place. */
export function readInputs(folder: string, shelf: Shelf, target: Target): Uint8Array[] {
  const place = join(folder, shelf, target.name)
  if (!existsSync(place)) return []
  return readdirSync(place)
    .sort()
    .map((name) => decode(target, readFileSync(join(place, name), 'utf8')))
}

/** Returns the file's name. */
export function writeInput(folder: string, shelf: Shelf, target: Target, input: Uint8Array): string {
  const place = join(folder, shelf, target.name)
  mkdirSync(place, { recursive: true })
  const name = `${createHash('sha256').update(input).digest('hex').slice(0, 12)}.${target.form === 'text' ? 'text' : 'hex'}`
  writeFileSync(join(place, name), encode(target, input))
  return join(shelf, target.name, name)
}

/** Puts these in the place of the target's corpus. */
export function replaceCorpus(folder: string, target: Target, inputs: readonly Uint8Array[]): void {
  rmSync(join(folder, 'corpus', target.name), { recursive: true, force: true })
  for (const input of inputs) writeInput(folder, 'corpus', target, input)
}

/** Text as a JSON string in ASCII, bytes as lines of hex: neither is changed by what treats them as source files. */
function encode(target: Target, input: Uint8Array): string {
  if (target.form === 'bytes')
    return `${(
      Buffer.from(input)
        .toString('hex')
        .match(/.{1,64}/g) ?? []
    ).join('\n')}\n`
  const escaped = JSON.stringify(textOf(input)).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `${escaped}\n`
}

function decode(target: Target, content: string): Uint8Array {
  if (target.form === 'bytes') return fromHex(content.replace(/\s/g, ''))
  const text: unknown = JSON.parse(content)
  if (typeof text !== 'string') throw new Error('a kept text is a JSON string')
  // The half pairs of textOf, back in the form that UTF-8 can say.
  return bytesOf(text.replace(/[\ud800-\udbff](?![\udc00-\udfff])/g, '\ue0ff'))
}
