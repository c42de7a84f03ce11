/** A hostile network against one side of a live session: forged and replayed datagrams, far more than honest ones. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EngineSnapshot } from '../../src/engine'
import { attack } from './attacker'
import type { AttackOrder, AttackResult } from './attacker-words'
import { type Cli, type CliLine, cliFile, readReport, startCli } from './cli'
import { createHosts, type Host, type Hosts, whyNoNamespaces } from './netns'

const reason = whyNoNamespaces()
if (reason !== null) console.warn(`Skipped: a hostile network, because ${reason}.`)

const links = ['eth', 'wifi']
const messagesPerSecond = 50
/** Of both attackers together. */
const packetsPerSecond = 50_000
const attackSeconds = 30
/** What a process may grow by while it warms up and V8 puts off collecting. */
const memoryMarginMiB = 64

interface Sample {
  readonly atSeconds: number
  readonly residentMiB: number
  readonly kernelDrops: number
  readonly cpuSeconds: number
}

/** Memory, processor time and what the kernel threw away for want of room, once a second, until stopped. */
function watchProcess(pid: number): () => readonly Sample[] {
  const samples: Sample[] = []
  const beganMs = performance.now()
  const sample = (): void => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const drops = ['udp', 'udp6'].flatMap((file) =>
      readFileSync(`/proc/${pid}/net/${file}`, 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => Number(line.trim().split(/\s+/).at(-1))),
    )
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    samples.push({
      atSeconds: (performance.now() - beganMs) / 1000,
      residentMiB: Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024,
      kernelDrops: drops.reduce((sum, one) => sum + one, 0),
      cpuSeconds: (Number(stat[11]) + Number(stat[12])) / 100,
    })
  }
  sample()
  const timer = setInterval(sample, 1000)
  return () => {
    clearInterval(timer)
    sample()
    return samples
  }
}

/** Least-squares slope of the resident memory, MiB a second. */
function memorySlope(samples: readonly Sample[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, one) => sum + one, 0) / values.length
  const [t, m] = [mean(samples.map((s) => s.atSeconds)), mean(samples.map((s) => s.residentMiB))]
  const over = samples.reduce((sum, s) => sum + (s.atSeconds - t) * (s.residentMiB - m), 0)
  return over / samples.reduce((sum, s) => sum + (s.atSeconds - t) ** 2, 0)
}

const snapshotIn = (line: CliLine): EngineSnapshot | undefined =>
  line.kind === 'digest' ? line.snapshot : undefined

const flowing = (line: CliLine): EngineSnapshot | undefined => {
  const snapshot = snapshotIn(line)
  const all = snapshot?.messages.every(
    (stream) => (stream.direction === 'sent' ? stream.sent : stream.received)! > messagesPerSecond,
  )
  return all === true ? snapshot : undefined
}

async function macOf(host: Host, link: string): Promise<string> {
  const [shown] = JSON.parse(await host.ip('-j', 'link', 'show', 'dev', link)) as [{ address: string }]
  return shown.address
}

describe.skipIf(reason !== null)('A hostile network', () => {
  let folder = ''
  let hosts: Hosts

  beforeAll(async () => {
    if (!existsSync(cliFile)) throw new Error('The command line is not built: npm run build')
    folder = mkdtempSync(join(tmpdir(), 'pathscope-hostile-'))
    hosts = await createHosts(links, 'separate')
    for (const host of [hosts.left, hosts.right]) for (const link of links) await host.setLink(link, 'up')
  })
  afterAll(async () => {
    await hosts?.destroy()
    rmSync(folder, { recursive: true, force: true })
  })

  it('that replays and forges from on and off the path at 50,000 packets/s for 30 s is endured', async () => {
    const { victim, peer, folders } = startSession(hosts, folder)
    const before = await victim.until('messages flow', flowing)
    await peer.until('messages flow', flowing)
    const atAttack = victim.lines.length
    const stop = watchProcess(victim.child.pid!)
    const results = await Promise.all([
      attack(hosts.right, await order(hosts, before, 'wifi', true)),
      attack(hosts.right, await order(hosts, before, 'eth', false)),
    ])
    // A digest later, so that its counts have all that came.
    const samples = stop()
    const after = await victim.until('the counts after it', snapshotIn, victim.lines.length)
    expect([await victim.ended(), await peer.ended()], victim.prose() + peer.prose()).toEqual([0, 0])

    const rate = results.reduce((sum, one) => sum + one.total / one.seconds, 0)
    const lost = samples.at(-1)!.kernelDrops - samples[0]!.kernelDrops
    const slope = memorySlope(samples.filter((one) => one.atSeconds > attackSeconds / 3))
    const cores =
      (samples.at(-1)!.cpuSeconds - samples[0]!.cpuSeconds) /
      (samples.at(-1)!.atSeconds - samples[0]!.atSeconds)
    console.log(
      `offered ${Math.round(rate)}/s, not fetched from the kernel ${lost}, ${cores.toFixed(2)} cores, ` +
        `${samples[0]!.residentMiB.toFixed(0)} to ${samples.at(-1)!.residentMiB.toFixed(0)} MiB, slope ${slope.toFixed(2)} MiB/s`,
    )
    console.log('dropped', JSON.stringify(after.dropped), 'sent', JSON.stringify(sentByKind(results)))
    expect(rate).toBeGreaterThan(0.8 * packetsPerSecond)
    expectReconciled(results, before, after, lost)
    expect(samples.at(-1)!.residentMiB - samples[0]!.residentMiB).toBeLessThan(memoryMarginMiB)

    const states = victim.lines.slice(atAttack).flatMap((line) => (line.kind === 'event' ? [line.event] : []))
    expect(states.filter((event) => event.kind === 'dtls-state' && event.state !== 'closed')).toEqual([])
    expect(states.filter((event) => event.kind === 'ice-state' && event.state === 'disconnected')).toEqual([])
    for (const report of [folders.victim, folders.peer].map((each) => readReport(join(each, reportIn(each)))))
      for (const stream of report.streams) {
        expect(stream.sent).toBeGreaterThan(messagesPerSecond * attackSeconds)
        expect(stream).toMatchObject({ received: stream.sent, lost: 0, deliveredTwice: 0 })
      }
  })
})

function startSession(
  hosts: Hosts,
  folder: string,
): { victim: Cli; peer: Cli; folders: { victim: string; peer: string } } {
  const [offer, answer] = [join(folder, 'offer.txt'), join(folder, 'answer.txt')]
  const folders = { victim: join(folder, 'victim'), peer: join(folder, 'peer') }
  const common = [
    '--interfaces',
    links.join(','),
    '--duration',
    `${attackSeconds + 10}s`,
    '--stream',
    `messages:${messagesPerSecond}`,
    '--stats',
    '1s',
    '--format',
    'json',
    '--report',
  ]
  const victim = startCli(hosts.left, [
    'offer',
    ...common,
    folders.victim,
    '--offer-out',
    offer,
    '--answer-in',
    answer,
  ])
  const peer = startCli(hosts.right, [
    'answer',
    ...common,
    folders.peer,
    '--offer-in',
    offer,
    '--answer-out',
    answer,
  ])
  return { victim, peer, folders }
}

async function order(
  hosts: Hosts,
  snapshot: EngineSnapshot,
  cable: string,
  onPath: boolean,
): Promise<AttackOrder> {
  const { local } = snapshot.pairs.find(
    (pair) => pair.local.family === 4 && pair.local.interfaceName === cable,
  )!
  return {
    cable,
    onPath,
    victimMac: await macOf(hosts.left, cable),
    victim: { address: local.address, port: local.port },
    ratePerSecond: packetsPerSecond / 2,
    seconds: attackSeconds,
  }
}

function sentByKind(results: readonly AttackResult[]): Record<string, number> {
  const all: Record<string, number> = {}
  for (const { sent } of results)
    for (const [kind, count] of Object.entries(sent)) all[kind] = (all[kind] ?? 0) + count
  return all
}

/** Copies of what the peer sent are no forgeries to who receives them: they count as copies, not as drops. */
const countedAsCopies = ['replayed-record', 'replayed-control']

function expectReconciled(
  results: readonly AttackResult[],
  before: EngineSnapshot,
  after: EngineSnapshot,
  lost: number,
): void {
  const sent = Object.values(sentByKind(results)).reduce((sum, one) => sum + one, 0)
  const copies = countedAsCopies.reduce((sum, kind) => sum + (sentByKind(results)[kind] ?? 0), 0)
  const total = (snapshot: EngineSnapshot): number =>
    Object.values(snapshot.dropped).reduce((sum, one) => sum + one, 0)
  const dropped = total(after) - total(before)
  expect(dropped).toBeGreaterThan(0.97 * (sent - copies - lost))
  expect(dropped).toBeLessThanOrEqual(1.001 * sent)
  for (const why of everyReason) expect(after.dropped[why], why).toBeGreaterThan(1000)
}

const everyReason = [
  'unknown-source',
  'bad-stun',
  'bad-integrity',
  'bad-frame',
  'plaintext-record',
  'bad-record',
  'replayed',
  'unexpected',
] as const

function reportIn(folder: string): string {
  return readdirSync(folder).find((name) => name.endsWith('.json'))!
}
