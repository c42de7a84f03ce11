/**
 * The encoding standard's coders exist wherever the engine runs (Node, Electron, a browser), but belong to neither
 * ES2022 nor to a library the engine may name. Only what is used here is declared.
 */
declare class TextEncoder {
  encode(input?: string): Uint8Array
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(input?: Uint8Array): string
}
