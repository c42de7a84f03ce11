/** Electron's archive format for a handful of flat files: a length-prefixed JSON header, then the files end to end. */

/**
 * @param {Readonly<Record<string, Uint8Array>>} files name to content
 * @returns {Buffer}
 */
export function packAsar(files) {
  let offset = 0
  /** @type {Record<string, { size: number, offset: string }>} */
  const entries = {}
  for (const [name, content] of Object.entries(files)) {
    entries[name] = { size: content.length, offset: String(offset) }
    offset += content.length
  }
  const header = Buffer.from(JSON.stringify({ files: entries }))
  const padded = Buffer.concat([header, Buffer.alloc((4 - (header.length % 4)) % 4)])
  // Two Chromium pickles: one that holds the size of the second, and the second, which holds the header's text.
  const prefix = Buffer.alloc(16)
  prefix.writeUInt32LE(4, 0)
  prefix.writeUInt32LE(padded.length + 8, 4)
  prefix.writeUInt32LE(padded.length + 4, 8)
  prefix.writeUInt32LE(header.length, 12)
  return Buffer.concat([prefix, padded, ...Object.values(files)])
}
