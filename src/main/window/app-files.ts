/** Which file a URL of the app's protocol stands for. */
import { extname, join, normalize, sep } from 'node:path'

export const scheme = 'pathscope'
export const appOrigin = `${scheme}://app`
export const appPage = `${appOrigin}/index.html`

/** Only these kinds are served. */
export const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** The file that a URL names inside the folder; null for another host, another kind, or a way out of the folder. */
export function fileFor(url: string, folder: string): string | null {
  let path: string
  try {
    const parsed = new URL(url)
    if (parsed.protocol !== `${scheme}:` || parsed.host !== 'app') return null
    path = decodeURIComponent(parsed.pathname)
  } catch {
    return null
  }
  if (path.includes('\0') || path.includes('\\')) return null
  const file = normalize(join(folder, path === '/' ? '/index.html' : path))
  const inside = file.startsWith(folder.endsWith(sep) ? folder : folder + sep)
  return inside && contentTypes[extname(file)] !== undefined ? file : null
}
