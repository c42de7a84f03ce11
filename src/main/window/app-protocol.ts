/** The app's own protocol: serves the built window from one folder, with its content security policy, and nothing else. */
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { net, protocol, type Session } from 'electron'
import { contentTypes, fileFor, scheme } from './app-files'

/** The same as in the page's own meta element; a header holds for everything that is served. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-src 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** To be called before the app is ready. */
export function announceAppProtocol(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: false, corsEnabled: false } },
  ])
}

/**
 * While developing, the page comes from the development server by way of the app's own protocol, so that everything
 * else stays as it is; only its policy must let in what hot reload needs.
 */
export function serveFromDevServer(session: Session, server: string): void {
  const policy = contentSecurityPolicy
    .replace("script-src 'self'", "script-src 'self' 'unsafe-inline'")
    .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
    .replace("connect-src 'none'", "connect-src 'self' ws:")
  session.protocol.handle(scheme, async (request) => {
    const { pathname, search } = new URL(request.url)
    const answer = await net.fetch(new URL(pathname + search, server).href, {
      bypassCustomProtocolHandlers: true,
    })
    const type = answer.headers.get('content-type') ?? ''
    const text = await answer.text()
    const body = type.startsWith('text/html')
      ? text.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, '')
      : text
    return new Response(body, {
      status: answer.status,
      headers: { 'Content-Type': type, 'Content-Security-Policy': policy },
    })
  })
}

export function serveAppProtocol(session: Session, folder: string): void {
  session.protocol.handle(scheme, async (request) => {
    const file = fileFor(request.url, folder)
    if (file === null || request.method !== 'GET') return refused(403)
    try {
      const body = await readFile(file)
      return new Response(new Uint8Array(body), { status: 200, headers: headersFor(file) })
    } catch {
      return refused(404)
    }
  })
}

function headersFor(file: string): Record<string, string> {
  return {
    'Content-Type': contentTypes[extname(file)] ?? 'application/octet-stream',
    'Content-Security-Policy': contentSecurityPolicy,
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cache-Control': 'no-store',
  }
}

function refused(status: number): Response {
  return new Response(null, { status, headers: { 'Content-Security-Policy': contentSecurityPolicy } })
}
