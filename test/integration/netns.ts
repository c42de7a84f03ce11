/** Two hosts in network namespaces of their own, joined by veth links: real kernels' sockets without real cables. */
import { type ChildProcess, execFile, execFileSync, spawn, type SpawnOptions } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface LinkCounters {
  readonly sentPackets: number
  readonly receivedPackets: number
}

export interface Host {
  readonly namespace: string
  /** This host's addresses by link. */
  readonly addresses: ReadonlyMap<string, { readonly ipv4: string; readonly ipv6: string }>
  /** Starts a program on the host. The caller ends it; `destroy` ends what is left. */
  start(command: string, args: readonly string[], options?: SpawnOptions): ChildProcess
  /** Runs `ip` on the host. */
  ip(...args: string[]): Promise<string>
  /** What the kernel has counted on one end of a link, ARP and neighbour discovery included. */
  counters(link: string): Promise<LinkCounters>
  /** Resolves when the link runs, or is down. */
  setLink(link: string, state: 'up' | 'down'): Promise<void>
}

export interface Hosts {
  readonly left: Host
  readonly right: Host
  readonly links: readonly string[]
  /** Ends what runs on the hosts and removes them. */
  destroy(): Promise<void>
}

/**
 * `separate`: each link is a subnet of its own. `overlapping`: one prefix covers all links and the main table prefers the
 * first, so that only a socket bound to its device uses another.
 */
export type Routing = 'separate' | 'overlapping'

/** Why no namespaces can be made here, as a sentence; null when they can. */
export function whyNoNamespaces(): string | null {
  if (process.platform !== 'linux') return 'network namespaces exist on Linux only'
  if (process.getuid?.() !== 0) return 'making network namespaces needs root'
  const name = `pathscope-try-${process.pid}`
  try {
    execFileSync('ip', ['netns', 'add', name], { stdio: 'pipe' })
    execFileSync('ip', ['netns', 'del', name], { stdio: 'pipe' })
    return null
  } catch (error) {
    return `"ip netns add" does not work here: ${error instanceof Error ? error.message.trim() : String(error)}`
  }
}

let made = 0

/** Links keep their name on both hosts. Names of namespaces are unique on the machine. */
export async function createHosts(links: readonly string[], routing: Routing): Promise<Hosts> {
  made += 1
  const names = ['left', 'right'].map((side) => `pathscope-${process.pid}-${made}-${side}`)
  const running = new Set<ChildProcess>()
  const [left, right] = names.map((name, side) => host(name, links, side + 1, running)) as [Host, Host]
  const hosts: Hosts = { left, right, links, destroy: () => destroy(names, running) }
  try {
    for (const name of names) await prepare(name)
    for (const [index, link] of links.entries()) {
      await run('ip', [
        'link',
        'add',
        'name',
        link,
        'netns',
        left.namespace,
        'type',
        'veth',
        'peer',
        'name',
        link,
        'netns',
        right.namespace,
      ])
      await configure(left, 1, link, index, routing)
      await configure(right, 2, link, index, routing)
    }
  } catch (error) {
    await hosts.destroy()
    throw error
  }
  return hosts
}

function host(namespace: string, links: readonly string[], side: number, running: Set<ChildProcess>): Host {
  const ip = async (...args: string[]): Promise<string> =>
    (await run('ip', ['-n', namespace, ...args])).stdout
  return {
    namespace,
    addresses: new Map(
      links.map((link, index) => [
        link,
        { ipv4: `10.93.${index + 1}.${side}`, ipv6: `fd93:0:0:${index + 1}::${side}` },
      ]),
    ),
    start(command, args, options = {}) {
      // Exec'd in place of `ip`, so that its process id is the program's.
      const child = spawn('ip', ['netns', 'exec', namespace, command, ...args], options)
      running.add(child)
      child.once('exit', () => running.delete(child))
      return child
    },
    ip,
    async counters(link) {
      const [entry] = JSON.parse(await ip('-s', '-j', 'link', 'show', 'dev', link)) as [
        { stats64: { rx: { packets: number }; tx: { packets: number } } },
      ]
      return { sentPackets: entry.stats64.tx.packets, receivedPackets: entry.stats64.rx.packets }
    },
    async setLink(link, state) {
      await ip('link', 'set', 'dev', link, state)
      if (state === 'up') await runs(ip, link)
    },
  }
}

/** The kernel lets a link run, and programs see it, only up to a second after it was set up. */
async function runs(ip: Host['ip'], link: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const [shown] = JSON.parse(await ip('-j', 'link', 'show', 'dev', link)) as [{ operstate: string }]
    if (shown.operstate === 'UP') return
    await sleep(50)
  }
  throw new Error(`Link ${link} was set up and does not run`)
}

async function prepare(namespace: string): Promise<void> {
  await run('ip', ['netns', 'add', namespace])
  await run('ip', ['-n', namespace, 'link', 'set', 'lo', 'up'])
  // Arrivals by a link that is not the way back are what multipath is about; distributions differ in their defaults.
  for (const which of ['all', 'default'])
    await run('ip', [
      'netns',
      'exec',
      namespace,
      'sh',
      '-c',
      `echo 0 > /proc/sys/net/ipv4/conf/${which}/rp_filter`,
    ])
  // Otherwise a link that goes down loses its IPv6 addresses for good.
  await run('ip', [
    'netns',
    'exec',
    namespace,
    'sh',
    '-c',
    'echo 1 > /proc/sys/net/ipv6/conf/default/keep_addr_on_down',
  ])
}

async function configure(
  host: Host,
  side: number,
  link: string,
  index: number,
  routing: Routing,
): Promise<void> {
  const { ipv4, ipv6 } = host.addresses.get(link)!
  const [length4, length6] = routing === 'separate' ? ['/24', '/64'] : ['/32', '/128']
  await host.ip('address', 'add', ipv4 + length4, 'dev', link)
  await host.ip('address', 'add', ipv6 + length6, 'dev', link, 'nodad')
  // In place of one that the kernel makes up, and would first look for duplicates of.
  await host.ip('link', 'set', 'dev', link, 'addrgenmode', 'none')
  await host.ip('address', 'add', `fe80::${side}/64`, 'dev', link, 'nodad')
  await host.ip('link', 'set', 'dev', link, 'up')
  if (routing === 'separate') return
  const metric = String(10 * (index + 1))
  await host.ip('route', 'add', '10.93.0.0/16', 'dev', link, 'metric', metric)
  // By way of the other host, because IPv6 neighbours do not answer for the addresses of their other links.
  const way = ['via', `fe80::${3 - side}`, 'dev', link, 'metric', metric]
  await host.ip('-6', 'route', 'add', 'fd93::/32', ...way)
}

async function destroy(namespaces: readonly string[], running: ReadonlySet<ChildProcess>): Promise<void> {
  const ended = [...running].map((child) => new Promise((resolve) => child.once('exit', resolve)))
  for (const child of running) child.kill('SIGKILL')
  await Promise.all(ended)
  // The links end with their namespaces.
  for (const namespace of namespaces) await run('ip', ['netns', 'del', namespace]).catch(() => undefined)
}
