/**
 * Tries the command line against every stock peer, in both roles, over two links between two network namespaces, and our
 * SRTP against libsrtp's.
 * Arguments: `--seconds N` for longer sessions, and names of peers to try no others. The last line sums up.
 * `--packages` lists what the peers are installed by instead.
 */
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { createHosts, type Hosts, whyNoNamespaces } from '../integration/netns'
import { type Outcome, tryPeer } from './attempt'
import { type Installable, type StockPeer, stockPeers } from './peers'
import { exchanges, runExchange } from './srtp/exchanges'
import { libsrtp, startLibsrtp } from './srtp/libsrtp'
import { ourSide, type Side } from './srtp/side'
import { type ExchangeRow, exchangeTableOf, tableOf } from './table'

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '5' }, packages: { type: 'boolean' } },
  allowPositionals: true,
})

const total = { passed: 0, failed: 0, missing: 0 }
const rows: { readonly peer: string; readonly outcomes: readonly Outcome[] }[] = []
const exchangeRows: ExchangeRow[] = []
const say = (line: string): void => void process.stdout.write(`${line}\n`)

async function isThere(program: Installable): Promise<boolean> {
  if (await program.isInstalled()) return true
  total.missing += 1
  say(`${program.name}: not installed; npm run interop -- --install, or: ${installing(program)}`)
  return false
}

/** What goes wrong in one does not keep the others from being tried. */
async function sayFailure(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    total.failed += 1
    say(`${name}: FAILED: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function sayResult(what: string, faults: readonly string[]): void {
  total[faults.length === 0 ? 'passed' : 'failed'] += 1
  say(`${what}: ${faults.length === 0 ? 'passed' : 'FAILED'}`)
  for (const fault of faults) say(`    ${fault}`)
}

async function tryOne(hosts: Hosts, peer: StockPeer): Promise<void> {
  if (!(await isThere(peer))) return
  const commandFor = await peer.prepare()
  for (const role of ['answerer', 'offerer'] as const) {
    const outcomes: Outcome[] = []
    for (const mode of ['redundant', 'weighted'] as const) {
      const outcome = await tryPeer(hosts, commandFor(role), { role, mode, seconds: Number(values.seconds) })
      outcomes.push(outcome)
      sayResult(`${peer.name} as ${role}, ${mode}`, outcome.faults)
    }
    rows.push({ peer: peer.name, outcomes })
  }
}

function installing({ packages }: Installable): string {
  return `apt-get install -y --no-install-recommends ${packages.join(' ')}`
}

async function trySrtp(): Promise<void> {
  if (!(await isThere(libsrtp))) return
  const theirs = startLibsrtp()
  try {
    for (const exchange of exchanges) {
      const tryWay = async (from: Side, to: Side) => {
        if (exchange.needsLongHeaders && !from.sendsLongHeaders) return undefined
        const outcome = await runExchange(exchange, from, to, randomBytes(56))
        sayResult(`SRTP from ${from.name} to ${to.name}, ${exchange.name}`, outcome.faults)
        return outcome
      }
      const row = { toPeer: await tryWay(ourSide(), theirs), toUs: await tryWay(theirs, ourSide()) }
      exchangeRows.push({ exchange: exchange.name, ...row })
    }
  } finally {
    theirs.stop()
  }
}

async function tryStockPeers(peers: readonly StockPeer[]): Promise<void> {
  const problem = whyNoNamespaces()
  if (problem !== null) throw new Error(`two hosts with two links cannot be made: ${problem}`)
  const hosts = await createHosts(['eth', 'lte'], 'overlapping')
  try {
    for (const peer of peers) await sayFailure(peer.name, () => tryOne(hosts, peer))
  } finally {
    await hosts.destroy()
  }
}

async function main(): Promise<void> {
  const isChosen = ({ name }: Installable) =>
    positionals.length === 0 || positionals.some((wanted) => name.startsWith(wanted))
  if (isChosen(libsrtp)) await sayFailure(libsrtp.name, trySrtp)
  const peers = stockPeers.filter(isChosen)
  if (peers.length > 0) await tryStockPeers(peers)
  if (rows.length > 0) say(`\n${tableOf(rows)}`)
  if (exchangeRows.length > 0) say(`\n${exchangeTableOf(libsrtp.name, exchangeRows)}`)
  const missing = total.missing > 0 ? `, ${total.missing} not installed` : ''
  say(`${total.passed} passed, ${total.failed} failed${missing}`)
  process.exitCode = total.failed > 0 ? 1 : 0
}

if (values.packages)
  say([...new Set([libsrtp, ...stockPeers].flatMap(({ packages }) => packages))].join('\n'))
else await main()
