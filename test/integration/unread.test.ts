/** What a host's kernel drops because the command line does not read it in time, held against the kernel's own counter. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EngineSnapshot } from '../../src/engine'
import { nodeInterfaces } from '../../src/runtime/adapters/node'
import { unreadDatagrams } from '../bench/lab/unread'
import { type Cli, type CliLine, readReport, startCli } from './cli'
import { createHosts, type Hosts, whyNoNamespaces } from './netns'

/** Where sockets are bound to no device, the kernel is not asked about them. */
const unbound = (await nodeInterfaces().list()).find(({ binding }) => binding !== 'device')
const reason = whyNoNamespaces() ?? unbound?.bindingReason ?? null
if (reason !== null) console.warn(`Skipped: what a busy machine drops unread, because: ${reason}`)

const links = ['eth', 'wifi']
const stoppedMs = 1500

describe.skipIf(reason !== null)('A program that stands still while a stream comes', () => {
  let folder = ''
  let hosts: Hosts

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pathscope-unread-'))
    hosts = await createHosts(links, 'separate')
  })
  afterAll(async () => {
    await hosts?.destroy()
    rmSync(folder, { recursive: true, force: true })
  })

  const snapshotWhere = (fits: (snapshot: EngineSnapshot) => boolean) => (line: CliLine) =>
    line.kind === 'digest' && fits(line.snapshot) ? line.snapshot : undefined
  const total = ({ droppedUnread }: EngineSnapshot) =>
    droppedUnread.reduce((sum, { datagrams }) => sum + datagrams, 0)
  const receives = ({ streams, droppedUnread }: EngineSnapshot) =>
    droppedUnread.length === links.length &&
    streams.some(({ direction, received }) => direction === 'received' && (received ?? 0) > 1000)

  async function standStill({ child }: Cli): Promise<void> {
    child.kill('SIGSTOP')
    await sleep(stoppedMs)
    child.kill('SIGCONT')
  }

  /** The kernel's count once it stands still, as a program that catches up still misses some; what was told then is the same. */
  async function stillCount(receiver: Cli): Promise<number> {
    const missed = snapshotWhere((snapshot) => total(snapshot) > 1000)
    for (;;) {
      const before = unreadDatagrams(receiver.child.pid ?? 0)
      // What the second one tells was asked for after `before`.
      await receiver.until('what it did not read', missed, receiver.lines.length)
      const told = await receiver.until('what it did not read', missed, receiver.lines.length)
      if (before === null || unreadDatagrams(receiver.child.pid ?? 0) !== before) continue
      expect(total(told)).toBe(before)
      return before
    }
  }

  it('tells how many datagrams it did not read, as many as the kernel counts, and that no path lost them', async () => {
    const [offer, answer] = [join(folder, 'offer.txt'), join(folder, 'answer.txt')]
    const common = ['--interfaces', links.join(','), '--stats', '1s', '--format', 'json']
    const sender = startCli(hosts.left, [
      'offer',
      ...common,
      '--mode',
      'redundant',
      '--stream',
      'cbr:40mbit',
      '--offer-out',
      offer,
      '--answer-in',
      answer,
      '--report',
      join(folder, 'left'),
    ])
    const receiver = startCli(hosts.right, [
      'answer',
      ...common,
      '--offer-in',
      offer,
      '--answer-out',
      answer,
      '--report',
      join(folder, 'right'),
    ])
    await receiver.until('a stream that comes, to sockets that are counted', snapshotWhere(receives))
    await standStill(receiver)
    const byKernel = await stillCount(receiver)
    sender.child.kill('SIGINT')
    await Promise.all([sender.ended(), receiver.ended()])
    const report = readReport(join(folder, 'right', 'report.json'))
    // The end may make it miss some more.
    expect(report.totals.droppedUnread).toBeGreaterThanOrEqual(byKernel)
    const own = report.local.interfaces.filter(({ name }) => links.includes(name))
    const ofAll = own.reduce((sum, { droppedUnread }) => sum + (droppedUnread ?? 0), 0)
    expect(ofAll).toBe(report.totals.droppedUnread)
    for (const { name, droppedUnread } of own) expect(droppedUnread, name).toBeGreaterThan(0)
    expect(report.warnings.map(({ kind }) => kind)).toContain('dropped-unread')
    expect(receiver.prose()).toContain('though no path lost them')
    const last = sender.lines.filter((line) => line.kind === 'digest').at(-1)
    for (const { name, droppedUnread } of own) {
      const missing = report.pairs
        .filter(({ local }) => local.interface === name)
        .flatMap(({ measured }) => measured.lossCounts.received ?? [])
        .reduce((sum, { sent, received }) => sum + sent - received, 0)
      // The bursts that show by which link packets leave are in the kernel's count and in no pair's.
      const bursts = (last?.kind === 'digest' ? last.snapshot.pairs : [])
        .filter(({ remote }) => remote.interfaceName === name)
        .reduce((sum, { egress }) => sum + egress.packets, 0)
      const uncounted = (droppedUnread ?? Infinity) - missing
      expect(uncounted, name).toBeGreaterThanOrEqual(0)
      expect(uncounted, name).toBeLessThanOrEqual(bursts)
    }
    expect(readReport(join(folder, 'left', 'report.json')).totals.droppedUnread).toBe(0)
  })
})
