/** TURN servers as people write them (RFC 7065, with the credentials in front of the host). */

/** A server and the user's account on it. */
export interface TurnAccount {
  /** Without the credentials: "turn:host:port?transport=udp". */
  readonly url: string
  readonly username: string
  readonly password: string
}

export type TurnText =
  | { readonly kind: 'ok'; readonly account: TurnAccount }
  /** One sentence, in which no part of the credentials occurs. */
  | { readonly kind: 'problem'; readonly message: string }

export type TurnUrl =
  | {
      readonly kind: 'ok'
      readonly host: string
      readonly port: number
      readonly protocol: 'udp' | 'tcp' | 'tls'
    }
  | { readonly kind: 'problem'; readonly message: string }

export const turnUrlLimits = { urlChars: 300, credentialChars: 256, servers: 4 } as const

const ports = { turn: 3478, turns: 5349 } as const

const form = 'turn:USER:PASSWORD@HOST:PORT?transport=udp (or tcp), or turns:… for TLS'

/**
 * "turn:user:password@host:port?transport=tcp". The first colon ends the user and the last @ the password; both may be
 * percent-encoded, and must be where a user has a colon or either a percent sign. Never throws.
 */
export function parseTurnText(text: string): TurnText {
  const trimmed = text.trim()
  const scheme = /^turns?:/i.exec(trimmed)?.[0]
  const at = trimmed.lastIndexOf('@')
  if (scheme === undefined || at < 0) return wrong(`A TURN server is written as ${form}.`)
  const [user, ...rest] = trimmed.slice(scheme.length, at).split(':')
  const username = decoded(user ?? '')
  const password = decoded(rest.join(':'))
  if (username === undefined || password === undefined)
    return wrong(
      'The user or the password of a TURN server has a % that is not part of %XX; write it as %25.',
    )
  const account = { url: scheme.toLowerCase() + trimmed.slice(at + 1), username, password }
  const problem = accountProblem(account)
  return problem === undefined ? { kind: 'ok', account } : wrong(problem)
}

/** What is wrong with an account, as a sentence without its credentials. */
export function accountProblem({ url, username, password }: TurnAccount): string | undefined {
  const parsed = parseTurnUrl(url)
  if (parsed.kind === 'problem') return parsed.message
  if (username === '' || password === '') return `The TURN server “${url}” needs a user and a password.`
  const isLong = Math.max(username.length, password.length) > turnUrlLimits.credentialChars
  return isLong ? `The user or the password of “${url}” is longer than any.` : undefined
}

/** "turn:host", "turn:host:port?transport=tcp", "turns:[v6]:port". Never throws. */
export function parseTurnUrl(url: string): TurnUrl {
  // Whoever writes the credentials where none belong shall not find them in a message.
  const plain = url.includes('@') ? `…@${url.slice(url.lastIndexOf('@') + 1)}` : url
  const shown = plain.length > 60 ? `${plain.slice(0, 60)}…` : plain
  const problem = (why: string): TurnUrl => ({
    kind: 'problem',
    message: `The TURN server “${shown}” ${why}`,
  })
  if (url.length > turnUrlLimits.urlChars) return problem('is longer than any address.')
  const parts =
    /^(turns?):(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::(\d{1,5}))?(?:\?transport=([a-z]+))?$/i.exec(
      url.trim(),
    )
  if (parts === null) return problem('is not understood; write its address as turn:HOST:PORT?transport=udp.')
  const scheme = parts[1]!.toLowerCase() === 'turns' ? 'turns' : 'turn'
  const transport = parts[5]?.toLowerCase()
  if (transport !== undefined && transport !== 'udp' && transport !== 'tcp')
    return problem('has a transport other than udp and tcp.')
  if (scheme === 'turns' && transport === 'udp')
    return problem(
      'asks for DTLS (turns: with transport=udp), which is not supported; leave the transport out.',
    )
  const port = parts[4] === undefined ? ports[scheme] : Number(parts[4])
  if (port < 1 || port > 65_535) return problem('has a port that is not within 1 and 65535.')
  const protocol = scheme === 'turns' ? 'tls' : transport === 'tcp' ? 'tcp' : 'udp'
  return { kind: 'ok', host: parts[2] ?? parts[3]!, port, protocol }
}

function wrong(message: string): TurnText {
  return { kind: 'problem', message }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
