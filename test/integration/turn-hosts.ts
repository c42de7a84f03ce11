/** Two hosts of two links each that reach a third with a real TURN server (coturn), and each other only through it. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Host } from './netns'

const run = promisify(execFile)

export const turnLinks = ['eth', 'wifi'] as const
export const serverAddress = '10.95.0.1'
/** The server cuts every lifetime to this, so that a short session sees refreshes. */
export const lifetimeSeconds = 15

export interface TurnHosts {
  readonly left: Pick<Host, 'start'>
  readonly right: Pick<Host, 'start'>
  /** The authority that signed the server's certificate. */
  readonly authorityFile: string
  /** Ends the server at once, as a power cut does. */
  killServer(): void
  destroy(): Promise<void>
}

/** Why there is no TURN server to test with, as a sentence; null when there is one. */
export function whyNoTurnServer(): string | null {
  for (const program of ['turnserver', 'openssl']) {
    try {
      execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'pipe' })
    } catch {
      return `${program} is not installed (Debian packages coturn and openssl)`
    }
  }
  return null
}

export async function createTurnHosts(user: string, password: string): Promise<TurnHosts> {
  const [left, right, relay] = ['left', 'right', 'relay'].map(
    (side) => `pathscope-turn-${process.pid}-${side}`,
  ) as [string, string, string]
  const folder = mkdtempSync(join(tmpdir(), 'pathscope-turn-'))
  const running = new Set<ChildProcess>()
  const start = (namespace: string): Host['start'] => {
    return (command, args, options = {}) => {
      const child = spawn('ip', ['netns', 'exec', namespace, command, ...args], options)
      running.add(child)
      child.once('exit', () => running.delete(child))
      return child
    }
  }
  const destroy = async (): Promise<void> => {
    const ended = [...running].map((child) => new Promise((resolve) => child.once('exit', resolve)))
    for (const child of running) child.kill('SIGKILL')
    await Promise.all(ended)
    for (const name of [left, right, relay]) await run('ip', ['netns', 'del', name]).catch(() => undefined)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    for (const name of [left, right, relay]) {
      await run('ip', ['netns', 'add', name])
      await run('ip', ['-n', name, 'link', 'set', 'lo', 'up'])
    }
    await run('ip', ['-n', relay, 'address', 'add', `${serverAddress}/32`, 'dev', 'lo'])
    // Replies leave by the link of the address that asked; nothing is forwarded between the hosts.
    for (const [side, host] of [left, right].entries())
      for (const [at, link] of turnLinks.entries())
        await addLink(host, relay, link, side * 2 + at + 1, 10 * (at + 1))
    await certify(folder)
    const server = startServer(start(relay), folder, user, password)
    await listening(relay)
    return {
      left: { start: start(left) },
      right: { start: start(right) },
      authorityFile: join(folder, 'authority.pem'),
      killServer: () => void server.kill('SIGKILL'),
      destroy,
    }
  } catch (error) {
    await destroy()
    throw error
  }
}

/** A link of a host to the relay, with a default route of its own. */
async function addLink(
  host: string,
  relay: string,
  link: string,
  subnet: number,
  metric: number,
): Promise<void> {
  const far = `relay${subnet}`
  const ends = ['netns', host, 'type', 'veth', 'peer', 'name', far, 'netns', relay]
  await run('ip', ['link', 'add', 'name', link, ...ends])
  await run('ip', ['-n', relay, 'address', 'add', `10.95.${subnet}.254/24`, 'dev', far])
  await run('ip', ['-n', relay, 'link', 'set', 'dev', far, 'up'])
  await run('ip', ['-n', host, 'address', 'add', `10.95.${subnet}.1/24`, 'dev', link])
  await run('ip', ['-n', host, 'link', 'set', 'dev', link, 'up'])
  const way = ['via', `10.95.${subnet}.254`, 'dev', link, 'metric', String(metric)]
  await run('ip', ['-n', host, 'route', 'add', 'default', ...way])
}

/** An authority, and a certificate by it for the server's address. */
async function certify(folder: string): Promise<void> {
  const at = (name: string): string => join(folder, name)
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  await run('openssl', [
    'req',
    '-x509',
    ...key,
    '-days',
    '2',
    '-subj',
    '/CN=Pathscope test authority',
    '-keyout',
    at('authority.key'),
    '-out',
    at('authority.pem'),
  ])
  await run('openssl', [
    'req',
    ...key,
    '-subj',
    '/CN=relay',
    '-keyout',
    at('server.key'),
    '-out',
    at('server.csr'),
  ])
  writeFileSync(at('names'), `subjectAltName=IP:${serverAddress}\n`)
  await run('openssl', [
    'x509',
    '-req',
    '-in',
    at('server.csr'),
    '-CA',
    at('authority.pem'),
    '-CAkey',
    at('authority.key'),
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    at('names'),
    '-out',
    at('server.pem'),
  ])
}

function startServer(start: Host['start'], folder: string, user: string, password: string): ChildProcess {
  return start(
    'turnserver',
    [
      '-n',
      '--no-cli',
      '--log-file',
      join(folder, 'turnserver.log'),
      '--simple-log',
      '--pidfile',
      join(folder, 'pid'),
      '--userdb',
      join(folder, 'turndb'),
      '--listening-ip',
      serverAddress,
      '--relay-ip',
      serverAddress,
      '--no-dtls',
      '--cert',
      join(folder, 'server.pem'),
      '--pkey',
      join(folder, 'server.key'),
      '--lt-cred-mech',
      '--realm',
      'pathscope.test',
      '--user',
      `${user}:${password}`,
      '--max-allocate-lifetime',
      String(lifetimeSeconds),
      '--stale-nonce',
      '10',
    ],
    { stdio: 'ignore' },
  )
}

async function listening(namespace: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { stdout } = await run('ip', ['netns', 'exec', namespace, 'cat', '/proc/net/tcp'])
    // Ports 3478 and 5349 in state LISTEN.
    if (/:0D96 \S+ 0A/.test(stdout) && /:14E5 \S+ 0A/.test(stdout)) return
    await sleep(100)
  }
  throw new Error('turnserver does not listen on 3478 and 5349')
}
