/** A peer that hides its address behind a .local name, on the same link. */
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startCli } from './cli'
import { createHosts, type Hosts, whyNoNamespaces } from './netns'

const reason = whyNoNamespaces()
if (reason !== null) console.warn(`Skipped: names of multicast DNS, because ${reason}.`)

const responder = fileURLToPath(new URL('mdns-responder.mjs', import.meta.url))
const [known, unknown] = [
  '5ddbc3b0-11aa-4c2e-9d3f-0a1b2c3d4e5f.local',
  '00000000-11aa-4c2e-9d3f-0a1b2c3d4e5f.local',
]

describe.skipIf(reason !== null)('A peer behind .local names', () => {
  let folder = ''
  let hosts: Hosts

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pathscope-mdns-'))
    hosts = await createHosts(['eth'], 'separate')
    for (const host of [hosts.left, hosts.right]) await host.setLink('eth', 'up')
  })
  afterAll(async () => {
    await hosts?.destroy()
    rmSync(folder, { recursive: true, force: true })
  })

  it('is found where a responder on the link knows the name, and else said not to be', async () => {
    const address = hosts.right.addresses.get('eth')!.ipv4
    const answers = hosts.right.start(process.execPath, [responder, known!, address], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(answers.stdout!, 'data')
    const [offer, answer] = [join(folder, 'offer.txt'), join(folder, 'answer.txt')]
    const left = startCli(hosts.left, ['offer', '--offer-out', offer, '--answer-in', answer])
    // The file is written right before the line that tells of it, or right after.
    await left.until('the offer', (line) => (line.kind === 'local-description' ? line : undefined))
    await vi.waitUntil(() => existsSync(offer), { timeout: 10_000 })
    // The answer of a peer that is not there: what its name stands for is all that can be known of it.
    const { sdp } = JSON.parse(readFileSync(offer, 'utf8')) as { sdp: string }
    const candidate = (name: string, port: number) =>
      `a=candidate:${port} 1 udp 2130706431 ${name} ${port} typ host\r\n`
    const hidden = sdp
      .replace(/a=candidate:.*\r\n/g, '')
      .replace(/a=pathscope:.*\r\n/, '')
      .replace(/a=ice-ufrag:.*/, 'a=ice-ufrag:other')
      .replace('a=setup:actpass', 'a=setup:active')
    const text = hidden + candidate(known!, 5001) + candidate(unknown!, 5002)
    writeFileSync(answer, JSON.stringify({ type: 'answer', sdp: text }))
    const named = (name: string) =>
      left.until(`${name} is told of`, (line) =>
        line.kind === 'event' && line.event.kind === 'name' && line.event.name === name
          ? line.event
          : undefined,
      )
    expect(await named(known!)).toMatchObject({ addresses: [address] })
    expect(await named(unknown!)).toMatchObject({ addresses: [] })
    const pair = await left.until('its pair', (line) =>
      line.kind === 'event' && line.event.kind === 'pair-added' ? line.event : undefined,
    )
    expect(pair.label).toContain(address)
    left.child.kill('SIGKILL')
    await left.ended()
  })
})
