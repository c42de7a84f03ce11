/** Two processes on two hosts joined by three links: the whole product but for its window. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PairSnapshot } from '../../src/engine'
import type { Report } from '../../src/shared/report'
import { type Cli, type CliLine, cliFile, readReport, startCli } from './cli'
import { createHosts, type Host, type Hosts, whyNoNamespaces } from './netns'

const run = promisify(execFile)

const reason = whyNoNamespaces()
if (reason !== null) console.warn(`Skipped: sessions between two hosts, because ${reason}.`)

const links = ['eth', 'wifi', 'lte']
const messagesPerSecond = 50

interface Session {
  readonly offerer: Cli
  readonly answerer: Cli
  readonly folders: { readonly offerer: string; readonly answerer: string }
}

function startSession(hosts: Hosts, folder: string, durationSeconds: number): Session {
  const [offer, answer] = [join(folder, 'offer.txt'), join(folder, 'answer.txt')]
  const folders = { offerer: join(folder, 'offerer'), answerer: join(folder, 'answerer') }
  const common = [
    '--interfaces',
    links.join(','),
    '--duration',
    `${durationSeconds}s`,
    '--stream',
    `messages:${messagesPerSecond}`,
    '--mode',
    'redundant',
    '--format',
    'json',
    '--stats',
    '1s',
  ]
  const offerer = startCli(hosts.left, [
    'offer',
    ...common,
    '--offer-out',
    offer,
    '--answer-in',
    answer,
    '--report',
    folders.offerer,
  ])
  const answerer = startCli(hosts.right, [
    'answer',
    ...common,
    '--offer-in',
    offer,
    '--answer-out',
    answer,
    '--report',
    folders.answerer,
  ])
  return { offerer, answerer, folders }
}

/** The pairs between two ends of one link that are up. */
function straightUp(line: CliLine): readonly PairSnapshot[] {
  if (line.kind !== 'digest') return []
  return line.snapshot.pairs.filter((pair) => pair.state === 'up' && isStraight(pair))
}

function isStraight({ local, remote }: PairSnapshot): boolean {
  return local.interfaceName !== null && local.interfaceName === remote.interfaceName
}

const allLinksUp = (line: CliLine): true | undefined =>
  new Set(straightUp(line).map((pair) => pair.local.interfaceName)).size === links.length || undefined

/** The IPv4 pair between the two ends of a link is in a state. */
const straightPairIs = (link: string, state: string) => (line: CliLine) =>
  (line.kind === 'digest' &&
    line.snapshot.pairs.some(
      (pair) =>
        isStraight(pair) &&
        pair.local.interfaceName === link &&
        pair.local.family === 4 &&
        pair.state === state,
    )) ||
  undefined

const messagesBeyond = (count: number) => (line: CliLine) =>
  (line.kind === 'digest' &&
    line.snapshot.messages.every(
      (stream) => (stream.direction === 'sent' ? stream.sent : stream.received)! > count,
    )) ||
  undefined

async function sentOn(host: Host): Promise<ReadonlyMap<string, number>> {
  const counts = await Promise.all(
    links.map(async (link) => [link, (await host.counters(link)).sentPackets] as const),
  )
  return new Map(counts)
}

describe.skipIf(reason !== null)('Two hosts joined by three links', () => {
  let folder = ''
  let hosts: Hosts

  beforeAll(async () => {
    if (!existsSync(cliFile)) throw new Error('The command line is not built: npm run build')
    folder = mkdtempSync(join(tmpdir(), 'pathscope-session-'))
    hosts = await createHosts(links, 'separate')
  })
  afterAll(async () => {
    await hosts?.destroy()
    rmSync(folder, { recursive: true, force: true })
  })

  it('keep every path active, and lose no message while one link is down and comes back', async () => {
    const before = [await sentOn(hosts.left), await sentOn(hosts.right)]
    const session = startSession(hosts, join(folder, 'outage'), 15)
    const { offerer, answerer } = session
    for (const side of [offerer, answerer]) {
      await side.until('the straight pairs of all links are up', allLinksUp)
      await side.until('messages flow in both directions', messagesBeyond(messagesPerSecond))
    }

    const atOutage = offerer.lines.length
    await hosts.left.setLink('wifi', 'down')
    await offerer.until('the pair over wifi is down', straightPairIs('wifi', 'down'), atOutage)
    const atRevival = offerer.lines.length
    await hosts.left.setLink('wifi', 'up')
    await offerer.until('the pair over wifi is up again', straightPairIs('wifi', 'up'), atRevival)

    expect([await offerer.ended(), await answerer.ended()], offerer.prose() + answerer.prose()).toEqual([
      0, 0,
    ])

    const after = [await sentOn(hosts.left), await sentOn(hosts.right)]
    const reports = [session.folders.offerer, session.folders.answerer].map((each) =>
      readReport(reportIn(each)),
    )
    for (const [side, report] of reports.entries()) {
      // Half of what the messages alone make leaves room for the outage, and none for a link that was not used.
      for (const link of links)
        expect(after[side]!.get(link)! - before[side]!.get(link)!, link).toBeGreaterThan(
          (messagesPerSecond * 15) / 2,
        )
      expectStraightPairs(report)
      expectCompleteMessages(report)
      expect(report.checks.filter((check) => check.passed === false)).toEqual([])
      expect(report.session.complete).toBe(true)
    }
    expectSameCounts(reports[0]!, reports[1]!)
    expectOutage(reports[0]!)
  })

  it('leave recordings that become reports marked incomplete when they are killed', async () => {
    const session = startSession(hosts, join(folder, 'killed'), 600)
    const { offerer, answerer } = session
    for (const side of [offerer, answerer])
      await side.until('messages flow in both directions', messagesBeyond(2 * messagesPerSecond))
    const lastTold = offerer.lines.filter((line) => line.kind === 'digest').at(-1)!
    offerer.child.kill('SIGKILL')
    answerer.child.kill('SIGKILL')
    expect([await offerer.ended(), await answerer.ended()]).toEqual(['SIGKILL', 'SIGKILL'])

    for (const [name, recorded] of Object.entries(session.folders)) {
      const out = join(folder, 'recovered', name)
      await run(process.execPath, [
        cliFile,
        'report',
        recordingIn(recorded),
        '--format',
        'json',
        '--out',
        out,
      ])
      const report = readReport(reportIn(out))
      expect(report.session.complete).toBe(false)
      expect(report.warnings.map((warning) => warning.kind)).toContain('incomplete')
      expect(report.streams.every((stream) => stream.sent! > messagesPerSecond)).toBe(true)
      // At most the last second is lost.
      if (name === 'offerer' && lastTold.kind === 'digest')
        expect(report.session.durationSeconds).toBeGreaterThan(lastTold.snapshot.atMs / 1000 - 1.1)
    }
  })
})

function expectStraightPairs({ pairs }: Report): void {
  const straight = pairs.filter(
    ({ local, remote }) =>
      local.interface !== null && local.interface === remote.interface && local.type === 'host',
  )
  expect(new Set(straight.map((pair) => pair.local.interface))).toEqual(new Set(links))
  for (const pair of straight.filter(({ local }) => !local.address.includes(':'))) {
    expect(pair.state, pair.label).toBe('up')
    expect(pair.stats.packetsSent, pair.label).toBeGreaterThan(0)
    expect(pair.stats.packetsReceived, pair.label).toBeGreaterThan(0)
    expect(pair.nominations.succeeded, pair.label).toBe(0)
    // The controlling side tried on each pair, the controlled one refused on each.
    expect(pair.nominations.attempted + pair.nominationsPrevented, pair.label).toBeGreaterThan(0)
  }
}

function expectCompleteMessages({ streams }: Report): void {
  expect(new Set(streams.map((stream) => stream.direction))).toEqual(new Set(['received', 'sent']))
  for (const stream of streams) {
    expect(stream.sent).toBeGreaterThan(messagesPerSecond * 10)
    expect(stream.received).toBe(stream.sent)
    expect(stream.lost).toBe(0)
    expect(stream.deliveredTwice).toBe(0)
  }
}

/** What one side sent is what the other says it received. */
function expectSameCounts(one: Report, other: Report): void {
  const count = (report: Report, direction: string): number | null | undefined =>
    report.streams.find((stream) => stream.direction === direction)?.received
  expect(count(one, 'sent')).toBe(count(other, 'received'))
  expect(count(one, 'received')).toBe(count(other, 'sent'))
}

function expectOutage({ pairs }: Report): void {
  for (const pair of pairs.filter(({ local }) => !local.address.includes(':'))) {
    const touched = pair.local.interface === 'wifi'
    if (touched && pair.inUse) expect(pair.measured.downSeconds, pair.label).toBeGreaterThan(0)
    // On links without delay a path is judged within some 50 ms, which a busy machine can spend elsewhere: that no path is
    // wrongly down is shown in simulated time. Here it must at least come back at once.
    if (!touched && pair.remote.interface !== 'wifi')
      expect(pair.measured.downSeconds, pair.label).toBeLessThan(1)
  }
}

function reportIn(folder: string): string {
  return fileIn(folder, (name) => name.endsWith('.json'))
}

function recordingIn(folder: string): string {
  return fileIn(folder, (name) => name.endsWith('.pathscope'))
}

function fileIn(folder: string, fits: (name: string) => boolean): string {
  const names = readdirSync(folder)
  const name = names.find(fits)
  if (name === undefined) throw new Error(`There is no such file in ${folder}, only ${names.join(', ')}`)
  return join(folder, name)
}
