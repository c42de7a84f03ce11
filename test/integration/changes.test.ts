/** Real interfaces that come, go and change their addresses under a session of two processes. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EngineEvent } from '../../src/engine'
import { type Cli, type CliLine, readReport, startCli } from './cli'
import { createHosts, type Hosts, whyNoNamespaces } from './netns'

const run = promisify(execFile)

const reason = whyNoNamespaces()
if (reason !== null) console.warn(`Skipped: changes of interfaces, because ${reason}.`)

/** Stated bound, and what two busy processes and their pipes may add, ms. */
const followedWithinMs = 2000 + 1000
const messagesPerSecond = 50

const eventIs = (fits: (event: EngineEvent) => boolean) => (line: CliLine) =>
  (line.kind === 'event' && fits(line.event)) || undefined

const pairBecomes = (to: string, label: RegExp) =>
  eventIs((event) => event.kind === 'pair-state' && event.to === to && label.test(event.label))

const messagesFlow = (line: CliLine): true | undefined =>
  (line.kind === 'digest' && line.snapshot.messages.every((stream) => (stream.received ?? 0) > 50)) ||
  undefined

describe.skipIf(reason !== null)('A session between two hosts joined by two links', () => {
  let folder = ''
  let hosts: Hosts

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pathscope-changes-'))
    hosts = await createHosts(['eth', 'wifi'], 'separate')
    // Only what runs is used by default.
    for (const host of [hosts.left, hosts.right])
      for (const link of hosts.links) await host.setLink(link, 'up')
  })
  afterAll(async () => {
    await hosts?.destroy()
    rmSync(folder, { recursive: true, force: true })
  })

  function start(role: 'offer' | 'answer'): Cli {
    const [offer, answer] = [join(folder, 'offer.txt'), join(folder, 'answer.txt')]
    const texts =
      role === 'offer'
        ? ['--offer-out', offer, '--answer-in', answer]
        : ['--offer-in', offer, '--answer-out', answer]
    const stream = ['--stream', `messages:${messagesPerSecond}`, '--mode', 'redundant']
    const report = ['--report', join(folder, role), '--format', 'json', '--stats', '1s', '--duration', '25s']
    return startCli(role === 'offer' ? hosts.left : hosts.right, [role, ...texts, ...stream, ...report])
  }

  /** Makes a third link, with addresses, between the running hosts. */
  async function plugIn(name: string): Promise<void> {
    const { left, right } = hosts
    const ends = ['netns', left.namespace, 'type', 'veth', 'peer', 'name', name, 'netns', right.namespace]
    await run('ip', ['link', 'add', 'name', name, ...ends])
    await left.ip('address', 'add', '10.94.0.1/24', 'dev', name)
    await right.ip('address', 'add', '10.94.0.2/24', 'dev', name)
    await Promise.all([left.setLink(name, 'up'), right.setLink(name, 'up')])
  }

  it('takes what appears, drops what vanishes, follows an address, and loses no message', async () => {
    const both = [start('offer'), start('answer')]
    /** What both sides must say within the bound once `change` is made. */
    const afterwards = async (
      change: () => Promise<unknown>,
      what: string,
      is: ReturnType<typeof eventIs>[],
    ) => {
      const from = both.map((side) => side.lines.length)
      await change()
      const changedAtMs = performance.now()
      for (const [at, side] of both.entries()) for (const one of is) await side.until(what, one, from[at])
      const tookMs = performance.now() - changedAtMs
      expect(tookMs, what).toBeLessThan(followedWithinMs)
    }
    for (const side of both) await side.until('messages flow in both directions', messagesFlow)

    await afterwards(() => plugIn('usb'), 'the pair over the new link is up', [
      eventIs((event) => event.kind === 'socket-opened' && event.interfaceName === 'usb'),
      pairBecomes('up', /^usb.* → usb/),
    ])
    await afterwards(
      async () => {
        await hosts.left.ip('address', 'del', '10.93.2.1/24', 'dev', 'wifi')
        await hosts.left.ip('address', 'add', '10.93.2.77/24', 'dev', 'wifi')
      },
      'the pair of the new address is up and that of the old one closed',
      [
        pairBecomes('up', /wifi 10\.93\.2\.(77|2) → wifi 10\.93\.2\.(77|2):/),
        pairBecomes('closed', /^wifi.* → wifi/),
      ],
    )
    // A veth without its other end has no carrier, so both sides see it.
    const linkIs = (up: boolean) =>
      eventIs((event) => event.kind === 'link' && event.interfaceName === 'eth' && event.up === up)
    await afterwards(
      () => hosts.left.ip('link', 'set', 'dev', 'eth', 'down'),
      'the link is down, and so is its pair',
      [linkIs(false), pairBecomes('down', /^eth.* → eth/)],
    )
    await afterwards(() => hosts.left.setLink('eth', 'up'), 'the link is back, and so is its pair', [
      linkIs(true),
      pairBecomes('up', /^eth.* → eth/),
    ])
    await afterwards(() => hosts.left.ip('link', 'del', 'usb'), 'the pair over the link is closed', [
      eventIs((event) => event.kind === 'socket-closed' && event.interfaceName === 'usb'),
      pairBecomes('closed', /^usb.* → usb/),
    ])

    expect(await Promise.all(both.map((side) => side.ended()))).toEqual([0, 0])
    for (const role of ['offer', 'answer']) {
      const name = readdirSync(join(folder, role)).find((each) => each.endsWith('.json'))!
      const report = readReport(join(folder, role, name))
      for (const stream of report.streams) {
        expect(stream.sent).toBeGreaterThan(messagesPerSecond * 15)
        expect(stream.received).toBe(stream.sent)
        expect(stream.lost).toBe(0)
      }
    }
  })
})
