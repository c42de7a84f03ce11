import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodingOf, readStart, writeWhole } from './files'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'files-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const text = '{"type":"offer","sdp":"v=0 \u00fc"}\r\n'
const big = (bytes: Buffer) => Buffer.from(bytes).swap16()
const utf16 = Buffer.from(text, 'utf16le')

describe('a text in a file', () => {
  it('is read in UTF-8 and in UTF-16 of either order, with and without its mark', () => {
    const forms = [
      Buffer.from(text),
      Buffer.from(`\ufeff${text}`),
      utf16,
      Buffer.from(`\ufeff${text}`, 'utf16le'),
      big(utf16),
      big(Buffer.from(`\ufeff${text}`, 'utf16le')),
    ]
    for (const bytes of forms) {
      writeFileSync(join(dir, 'text'), bytes)
      expect(readStart(join(dir, 'text'), 1000)).toEqual({ kind: 'ok', text })
    }
  })

  it('of one byte or none is UTF-8', () => {
    expect([encodingOf(Buffer.of()), encodingOf(Buffer.of(0x7b)), encodingOf(Buffer.of(0))]).toEqual([
      'utf-8',
      'utf-8',
      'utf-8',
    ])
  })
})

describe('a file below something that is no folder', () => {
  it('is refused with a sentence', () => {
    writeFileSync(join(dir, 'file'), '')
    const result = writeWhole(join(dir, 'file', 'x'), text)
    expect(result.kind === 'problem' && result.message).toContain('cannot be written')
  })
})
