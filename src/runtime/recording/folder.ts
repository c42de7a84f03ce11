import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** Makes a folder and those above it; throws the system's error. Node's own `recursive` never returns under /proc. */
export function makeFolder(path: string): void {
  const folder = resolve(path)
  try {
    mkdirSync(folder)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' && dirname(folder) !== folder && !exists(dirname(folder))) {
      makeFolder(dirname(folder))
      mkdirSync(folder)
    } else if (!isFolder(folder)) throw error
  }
}

const exists = (path: string) => statSync(path, { throwIfNoEntry: false }) !== undefined

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
