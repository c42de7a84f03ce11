/** Where things are: the project and the cache that all its checkouts share. */
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectDir = dirname(dirname(fileURLToPath(import.meta.url)))
export const outDir = join(projectDir, 'out')
export const modulesDir = join(projectDir, 'node_modules')

/** The user's cache, by the XDG rule: a relative XDG_CACHE_HOME is ignored. */
export function cacheDir() {
  const given = process.env.XDG_CACHE_HOME
  return join(given?.startsWith('/') ? given : join(homedir(), '.cache'), 'pathscope')
}
