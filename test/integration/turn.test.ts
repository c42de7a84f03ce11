/** Relayed paths through a real TURN server, by UDP, TCP and TLS, where nothing else gets through. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EngineEvent, PairSnapshot } from '../../src/engine'
import { type Cli, type CliLine, startCli } from './cli'
import { whyNoNamespaces } from './netns'
import {
  createTurnHosts,
  lifetimeSeconds,
  serverAddress,
  turnLinks,
  type TurnHosts,
  whyNoTurnServer,
} from './turn-hosts'

const reason = whyNoNamespaces() ?? whyNoTurnServer()
if (reason !== null) console.warn(`Skipped: relayed paths, because ${reason}.`)

const [user, password] = ['ann', 'g3heim-of-ann']
const servers = {
  udp: `turn:${user}:${password}@${serverAddress}`,
  tcp: `turn:${user}:${password}@${serverAddress}?transport=tcp`,
  tls: `turns:${user}:${password}@${serverAddress}`,
} as const
const protocols = ['udp', 'tcp', 'tls'] as const
/** A server that is silent is dead after three refreshes of 8 s each; the first comes after 7.5 s. */
const deathToldWithinMs = 60_000

const relayPairs = (line: CliLine, which: (pair: PairSnapshot) => boolean): readonly PairSnapshot[] =>
  line.kind === 'digest'
    ? line.snapshot.pairs.filter((pair) => pair.local.type === 'relay' && which(pair))
    : []

/** Of each interface and protocol. */
const everyRelay = (which: (pair: PairSnapshot) => boolean) => (line: CliLine) => {
  const found = relayPairs(line, which)
  const kinds = new Set(found.map(({ local }) => `${local.interfaceName} ${local.relayProtocol}`))
  return kinds.size === turnLinks.length * protocols.length || undefined
}

const failedOf = (event: EngineEvent) => (event.kind === 'relay-failed' ? event : undefined)

describe.skipIf(reason !== null)('Two hosts that reach a TURN server only', () => {
  let folder = ''
  let hosts: TurnHosts

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pathscope-relayed-'))
    hosts = await createTurnHosts(user, password)
  })
  afterAll(async () => {
    await hosts?.destroy()
    rmSync(folder, { recursive: true, force: true })
  })

  function start(role: 'offer' | 'answer', turn: readonly string[]): Cli {
    const [offer, answer] = [join(folder, 'offer.txt'), join(folder, 'answer.txt')]
    const texts =
      role === 'offer'
        ? ['--offer-out', offer, '--answer-in', answer]
        : ['--offer-in', offer, '--answer-out', answer]
    const given = turn.flatMap((url) => ['--turn', url])
    const stream = ['--stream', 'messages:20', '--interfaces', turnLinks.join(',')]
    const report = ['--report', join(folder, role), '--stats', '1s']
    const before = ['env', `NODE_EXTRA_CA_CERTS=${hosts.authorityFile}`]
    return startCli(
      role === 'offer' ? hosts.left : hosts.right,
      [role, ...texts, ...given, ...stream, ...report],
      before,
    )
  }

  it('connect by relays of each interface over UDP, TCP and TLS, outlive the allocations’ first lifetime, and tell the server’s death', async () => {
    const urls = protocols.map((protocol) => servers[protocol])
    const both = [start('offer', urls), start('answer', urls)]
    for (const side of both) {
      await side.until(
        'relayed pairs of each interface and protocol are up',
        everyRelay((pair) => pair.state === 'up'),
      )
      await side.until(
        'each carries records',
        everyRelay((pair) => pair.recordsSent.packets > 20 && pair.recordsReceived.packets > 20),
      )
    }
    const bornMs = performance.now()
    for (const side of both) {
      const { pairs } = await side.until(
        'the allocations are older than a lifetime, and still work',
        (line) =>
          line.kind === 'digest' && performance.now() - bornMs > lifetimeSeconds * 2000
            ? line.snapshot
            : undefined,
        side.lines.length,
        90_000,
      )
      // Host and host reach each other by nothing.
      expect(
        pairs.filter(
          (pair) => pair.local.type === 'host' && pair.remote.type === 'host' && pair.state === 'up',
        ),
      ).toEqual([])
      expect(side.lines.filter((line) => line.kind === 'event' && failedOf(line.event))).toEqual([])
      expect(
        pairs.filter((pair) => pair.local.type === 'relay' && pair.state === 'up').length,
      ).toBeGreaterThanOrEqual(turnLinks.length * protocols.length)
    }

    hosts.killServer()
    for (const side of both) {
      const lost = new Set<string>()
      await side.until(
        'each relay is told to be lost',
        (line) => {
          const failed = line.kind === 'event' ? failedOf(line.event) : undefined
          if (failed?.lost === true) lost.add(`${failed.interfaceName} ${failed.server}`)
          return lost.size === turnLinks.length * protocols.length || undefined
        },
        0,
        deathToldWithinMs,
      )
      await side.until(
        'no relayed pair is left',
        (line) =>
          line.kind === 'digest' && relayPairs(line, (pair) => pair.state !== 'closed').length === 0
            ? true
            : undefined,
        side.lines.length,
      )
      side.child.kill('SIGKILL')
      await side.ended()
      expect(side.prose()).toContain('is lost, and its pairs with it')
      expect(side.prose() + JSON.stringify(side.lines)).not.toContain(password)
    }
    for (const role of ['offer', 'answer'])
      for (const name of readdirSync(join(folder, role)))
        expect(readFileSync(join(folder, role, name), 'utf8'), name).not.toContain(password)
  })
})

describe.skipIf(reason !== null)('A TURN server', () => {
  let folder = ''
  let hosts: TurnHosts

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pathscope-turn-refusals-'))
    hosts = await createTurnHosts(user, password)
  })
  afterAll(async () => {
    await hosts?.destroy()
    rmSync(folder, { recursive: true, force: true })
  })

  it('that is given a wrong password, has a strange certificate, or is not there, is told with its code and words', async () => {
    const urls = [
      `turn:${user}:wrong@${serverAddress}`,
      `turns:${user}:${password}@${serverAddress}`,
      `turn:${user}:${password}@${serverAddress}:9?transport=tcp`,
    ]
    const given = urls.flatMap((url) => ['--turn', url])
    const cli = startCli(hosts.left, [
      'offer',
      ...given,
      '--interfaces',
      'eth',
      '--offer-out',
      join(folder, 'offer'),
    ])
    const failures: string[] = []
    await cli.until('all three are told', (line) => {
      const failed = line.kind === 'event' ? failedOf(line.event) : undefined
      if (failed !== undefined) failures.push(`${failed.server} ${failed.code} ${failed.detail}`)
      return failures.length === 3 || undefined
    })
    failures.sort()
    expect(failures[0]).toMatch(/^turn:10\.95\.0\.1 401 The server answered 401 .*password is wrong\.$/)
    expect(failures[1]).toMatch(
      /:9\?transport=tcp null Nothing listens on port 9 of 10\.95\.0\.1 \(ECONNREFUSED\)\.$/,
    )
    expect(failures[2]).toMatch(
      /^turns:10\.95\.0\.1 null The server's certificate cannot be trusted: .*NODE_EXTRA_CA_CERTS/,
    )
    await cli.until(
      'the offer is made all the same',
      (line) => line.kind === 'local-description' || undefined,
    )
    cli.child.kill('SIGKILL')
    await cli.ended()
  })
})
