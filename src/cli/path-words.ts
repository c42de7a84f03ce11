/** Wishes of paths as they are written, in options and in a config alike. */
import { parseRate } from '../shared/streams'

/** `eth0`: every path from there. `eth0/wlan0`: those from there to the peer's wlan0, or to an address of the peer. */
export interface PathName {
  readonly local: string
  /** Null: any. */
  readonly remote: string | null
}

export interface PathCap {
  readonly path: PathName
  readonly capBps: number
}

/** By the names that options and config have for them; undefined = nothing said. */
export interface WantedPaths {
  readonly pin?: readonly PathName[] | undefined
  readonly exclude?: readonly PathName[] | undefined
  readonly cap?: readonly PathCap[] | undefined
  readonly order?: readonly PathName[] | undefined
}

/** `problem` is a predicate, such as `takes names, not "x".`: whoever asked says of what. */
export type Read<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'problem'; readonly message: string }

/** Of `cap`: what is more limits nothing. */
const capLimitBps = 100e9

/** A path's name as it is written; undefined when it is none. */
export function parsePathName(text: string): PathName | undefined {
  const [local = '', remote, ...more] = text.trim().split('/')
  if (local === '' || remote === '' || more.length > 0) return undefined
  return { local, remote: remote ?? null }
}

export function pathNameText({ local, remote }: PathName): string {
  return remote === null ? local : `${local}/${remote}`
}

export function readPath(text: string): Read<PathName> {
  const value = parsePathName(text)
  if (value !== undefined) return { kind: 'ok', value }
  const message = `takes names of interfaces such as eth0, or eth0/wlan0 for the paths from eth0 to the peer's wlan0, not "${text}".`
  return { kind: 'problem', message }
}

/** `eth0=4mbit`. */
export function readCap(text: string): Read<PathCap> {
  const [name = '', rate, ...more] = text.split('=')
  const capBps = rate === undefined ? undefined : parseRate(rate)
  if (capBps === undefined || capBps > capLimitBps || more.length > 0) {
    const message = `takes a path and a rate of 0 to 100gbit, such as eth0=4mbit, not "${text}".`
    return { kind: 'problem', message }
  }
  const path = readPath(name)
  return path.kind === 'ok' ? { kind: 'ok', value: { path: path.value, capBps } } : path
}
