/** By which link the command line's paths leave, and what it says of it, held against the kernel's counters. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EngineSnapshot } from '../../src/engine'
import type { Report } from '../../src/shared/report'
import { cliFile, readReport, startCli } from './cli'
import { createHosts, type Host, type Hosts, whyNoNamespaces } from './netns'

const reason = whyNoNamespaces()
if (reason !== null) console.warn(`Skipped: verified ways out, because ${reason}.`)

const links = ['eth', 'wifi', 'lte']
/** Far more than ARP and neighbour discovery send on a link meanwhile. */
const few = 60

const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']
/** Root's files, none of root's rights. */
const powerless = ['setpriv', '--bounding-set', '-all', '--inh-caps', '-all']

/** An ordinary user where one may read the build, else one who has no privilege but may read it. */
function ordinaryUser(): readonly string[] {
  try {
    const [program = '', ...args] = [...nobody, process.execPath, cliFile, '--version']
    execFileSync(program, args, { stdio: 'pipe' })
    return nobody
  } catch {
    return powerless
  }
}

interface Outcome {
  readonly snapshot: EngineSnapshot
  readonly report: Report
  readonly prose: string
  readonly sent: ReadonlyMap<string, number>
}

describe.skipIf(reason !== null)('Where the main table sends everything by the first of three links', () => {
  let folder = ''
  let hosts: Hosts

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pathscope-verified-'))
    chmodSync(folder, 0o777)
    hosts = await createHosts(links, 'overlapping')
  })
  afterAll(async () => {
    await hosts?.destroy()
    rmSync(folder, { recursive: true, force: true })
  })

  async function runSession(binding: 'device' | 'address'): Promise<Outcome> {
    const own = join(folder, binding)
    mkdirSync(own)
    chmodSync(own, 0o777)
    const [offer, answer] = [join(own, 'offer.txt'), join(own, 'answer.txt')]
    const common = ['--interfaces', links.join(','), '--stats', '1s', '--format', 'json']
    const before = await sentOn(hosts.left)
    const offerer = startCli(
      hosts.left,
      ['offer', ...common, '--binding', binding, '--offer-out', offer, '--answer-in', answer].concat([
        '--ports',
        '50000-50100',
        '--report',
        join(own, 'left'),
      ]),
      ordinaryUser(),
    )
    const answerer = startCli(hosts.right, [
      'answer',
      ...common,
      '--offer-in',
      offer,
      '--answer-out',
      answer,
      '--report',
      join(own, 'right'),
    ])
    const snapshot = await offerer.until('a verdict on each straight pair', (line) => {
      if (line.kind !== 'digest') return undefined
      const straight = line.snapshot.pairs.filter((pair) => pair.straight)
      const isDone = straight.length > 2 && straight.every((pair) => pair.egress.verified !== null)
      return isDone ? line.snapshot : undefined
    })
    offerer.child.kill('SIGINT')
    await Promise.all([offerer.ended(), answerer.ended()])
    const after = await sentOn(hosts.left)
    const sent = new Map(links.map((link) => [link, after.get(link)! - before.get(link)!]))
    const report = readReport(join(own, 'left', 'report.json'))
    return { snapshot, report, prose: offerer.prose(), sent }
  }

  it('sockets bound to their devices leave by their own links, for an ordinary user, and that is verified', async () => {
    const { snapshot, report, prose, sent } = await runSession('device')
    const straight = report.pairs.filter((pair) => pair.straight)
    expect(new Set(straight.map((pair) => pair.local.interface))).toEqual(new Set(links))
    for (const pair of straight) {
      expect(pair, pair.label).toMatchObject({ egressVerified: true, egressInterface: pair.local.interface })
      expect(pair.local.port, pair.label).toBeGreaterThanOrEqual(50_000)
      expect(pair.local.port, pair.label).toBeLessThanOrEqual(50_100)
    }
    for (const link of links) {
      const own = report.pairs.filter((pair) => pair.local.interface === link)
      const datagrams = own.reduce((sum, pair) => sum + pair.measured.datagrams.packetsSent, 0)
      const bursts = snapshot.pairs
        .filter((pair) => pair.local.interfaceName === link)
        .reduce((sum, pair) => sum + pair.egress.packets, 0)
      expect(sent.get(link), link).toBeGreaterThanOrEqual(datagrams + bursts - few)
      expect(sent.get(link), link).toBeLessThan(datagrams + bursts + 3 * few)
    }
    expect(prose).not.toContain('not by')
    expect(report.warnings.map(({ kind }) => kind)).not.toContain('wrong-link')
  })

  it('sockets bound to their addresses alone leave by the first link, which is seen and warned of', async () => {
    const { report, prose, sent } = await runSession('address')
    const straight = report.pairs.filter((pair) => pair.straight)
    for (const pair of straight)
      expect(pair, pair.label).toMatchObject({
        egressVerified: pair.local.interface === 'eth',
        egressInterface: 'eth',
      })
    expect(sent.get('eth')).toBeGreaterThan(10 * few)
    expect(sent.get('wifi')).toBeLessThan(few)
    expect(sent.get('lte')).toBeLessThan(few)
    for (const link of ['wifi', 'lte']) expect(prose).toContain(`leave by eth, not by ${link}:`)
    const wrong = report.warnings.filter(({ kind }) => kind === 'wrong-link')
    expect(wrong).toHaveLength(2)
    expect(report.warnings.find(({ kind }) => kind === 'shared-link')?.message).toContain('leave by eth')
    expect(report.local.interfaces.find(({ name }) => name === 'wifi')).toMatchObject({ binding: 'address' })
  })
})

async function sentOn(host: Host): Promise<ReadonlyMap<string, number>> {
  const counts = await Promise.all(
    links.map(async (link) => [link, (await host.counters(link)).sentPackets] as const),
  )
  return new Map(counts)
}
