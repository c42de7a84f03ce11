/** Files as the command line handles them: written whole or not at all; errors are sentences. */
import { closeSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { reasonOf } from '../runtime'

export type FileResult = { readonly kind: 'ok' } | { readonly kind: 'problem'; readonly message: string }

/** Nobody ever sees half of the text: it is written beside and renamed. Its folder is made when missing. */
export function writeWhole(file: string, text: string): FileResult {
  const beside = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`)
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(beside, text)
    renameSync(beside, file)
    return { kind: 'ok' }
  } catch (error) {
    rmSync(beside, { force: true })
    return { kind: 'problem', message: `${file} cannot be written: ${reasonOf(error)}` }
  }
}

export type ReadTextResult =
  | { readonly kind: 'ok'; readonly text: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'problem'; readonly message: string }

/** At most `limitBytes` from the start of a file. */
export function readStart(file: string, limitBytes: number): ReadTextResult {
  try {
    const descriptor = openSync(file, 'r')
    try {
      const buffer = Buffer.alloc(limitBytes)
      let length = 0
      while (length < limitBytes) {
        const read = readSync(descriptor, buffer, length, limitBytes - length, null)
        if (read === 0) break
        length += read
      }
      return { kind: 'ok', text: buffer.toString('utf8', 0, length) }
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { kind: 'missing' }
    return { kind: 'problem', message: `${file} cannot be read: ${reasonOf(error)}` }
  }
}
