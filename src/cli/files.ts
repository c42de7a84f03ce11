/** Files as the command line handles them: written whole or not at all; errors are sentences. */
import { closeSync, openSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { TextDecoder } from 'node:util'
import { makeFolder, reasonOf } from '../runtime'

export type FileResult = { readonly kind: 'ok' } | { readonly kind: 'problem'; readonly message: string }

/** Nobody ever sees half of the text: it is written beside and renamed. Its folder is made when missing. */
export function writeWhole(file: string, text: string): FileResult {
  const beside = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`)
  try {
    makeFolder(dirname(file))
    writeFileSync(beside, text)
    renameSync(beside, file)
    return { kind: 'ok' }
  } catch (error) {
    removeIfThere(beside)
    return { kind: 'problem', message: `${file} cannot be written: ${reasonOf(error)}` }
  }
}

/** What cannot be removed stays; why the writing failed is told already. */
function removeIfThere(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {
    // A part of the path is no folder, for example.
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
      return { kind: 'ok', text: decodeText(buffer.subarray(0, length)) }
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { kind: 'missing' }
    return { kind: 'problem', message: `${file} cannot be read: ${reasonOf(error)}` }
  }
}

/**
 * Name of the encoding of a text by its first bytes. A byte order mark, or the zero that stands beside each letter of the
 * alphabet, tells UTF-16, which PowerShell's `>` writes.
 */
export function encodingOf(start: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const [first, second] = start
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le'
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0 && second !== undefined))
    return 'utf-16be'
  return 'utf-8'
}

function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes)
}
