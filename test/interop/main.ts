/**
 * Tries the command line against every stock peer, in both roles, over two links between two network namespaces.
 * Arguments: `--seconds N` for longer sessions, and names of peers to try no others. The last line sums up.
 * `--packages` lists what the peers are installed by instead.
 */
import { parseArgs } from 'node:util'
import { createHosts, type Hosts, whyNoNamespaces } from '../integration/netns'
import { type Outcome, tryPeer } from './attempt'
import { type StockPeer, stockPeers } from './peers'
import { tableOf } from './table'

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '5' }, packages: { type: 'boolean' } },
  allowPositionals: true,
})

const total = { passed: 0, failed: 0, missing: 0 }
const rows: { readonly peer: string; readonly outcomes: readonly Outcome[] }[] = []
const say = (line: string): void => void process.stdout.write(`${line}\n`)

async function tryOne(hosts: Hosts, peer: StockPeer): Promise<void> {
  if (!(await peer.isInstalled())) {
    total.missing += 1
    say(`${peer.name}: not installed; npm run interop -- --install, or: ${installing(peer)}`)
    return
  }
  const commandFor = await peer.prepare()
  for (const role of ['answerer', 'offerer'] as const) {
    const outcomes: Outcome[] = []
    for (const mode of ['redundant', 'weighted'] as const) {
      const outcome = await tryPeer(hosts, commandFor(role), { role, mode, seconds: Number(values.seconds) })
      outcomes.push(outcome)
      total[outcome.faults.length === 0 ? 'passed' : 'failed'] += 1
      say(`${peer.name} as ${role}, ${mode}: ${outcome.faults.length === 0 ? 'passed' : 'FAILED'}`)
      for (const fault of outcome.faults) say(`    ${fault}`)
    }
    rows.push({ peer: peer.name, outcomes })
  }
}

function installing({ packages }: StockPeer): string {
  return `apt-get install -y --no-install-recommends ${packages.join(' ')}`
}

async function main(): Promise<void> {
  const problem = whyNoNamespaces()
  if (problem !== null) throw new Error(`two hosts with two links cannot be made: ${problem}`)
  const chosen = stockPeers.filter(
    ({ name }) => positionals.length === 0 || positionals.some((wanted) => name.startsWith(wanted)),
  )
  const hosts = await createHosts(['eth', 'lte'], 'overlapping')
  try {
    for (const peer of chosen) {
      try {
        await tryOne(hosts, peer)
      } catch (error) {
        total.failed += 1
        say(`${peer.name}: FAILED: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  } finally {
    await hosts.destroy()
  }
  say(`\n${tableOf(rows)}`)
  const missing = total.missing > 0 ? `, ${total.missing} not installed` : ''
  say(`${total.passed} passed, ${total.failed} failed${missing}`)
  process.exitCode = total.failed > 0 ? 1 : 0
}

if (values.packages) say([...new Set(stockPeers.flatMap(({ packages }) => packages))].join('\n'))
else await main()
