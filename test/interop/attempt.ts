/** One session of the command line with one stock peer, and what it came to. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EngineEvent, EngineSnapshot } from '../../src/engine'
import type { Report } from '../../src/shared/report'
import { type Cli, readReport, startCli } from '../integration/cli'
import type { Hosts } from '../integration/netns'
import { type PeerPair, type Role, type RunningPeer, startPeer } from './peer'

export interface Attempt {
  /** The stock peer's role; ours is the other. */
  readonly role: Role
  readonly mode: 'redundant' | 'weighted'
  readonly seconds: number
}

export interface Outcome {
  readonly attempt: Attempt
  readonly status: number | string
  readonly connected: boolean
  readonly sent: number
  /** Messages that the peer counted. */
  readonly arrived: number
  /** Messages that came back. */
  readonly echoed: number
  readonly pairs: number
  readonly alive: number
  readonly used: number
  /** Pairs on which the peer says it received data; null where it does not tell. */
  readonly usedByPeersCount: number | null
  /** From the first pair that works to the open channel. */
  readonly openAfterMs: number | null
  /** Sentences; empty when all was as it must be. */
  readonly faults: readonly string[]
}

const connectWithinSeconds = 15

export async function tryPeer(
  hosts: Hosts,
  command: readonly [string, ...string[]],
  attempt: Attempt,
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'pathscope-interop-'))
  const peer = startPeer(hosts.right, command)
  try {
    const cli = await connect(hosts, peer, attempt, folder)
    // A session waits long for its peer; here both were there from the start.
    const timer = setTimeout(() => cli.child.kill('SIGTERM'), (attempt.seconds + connectWithinSeconds) * 1000)
    const status = await cli.ended()
    clearTimeout(timer)
    await peer.stop()
    return judge(attempt, cli, peer, status, join(folder, 'report'))
  } finally {
    await peer.stop()
    rmSync(folder, { recursive: true })
  }
}

async function connect(hosts: Hosts, peer: RunningPeer, attempt: Attempt, folder: string): Promise<Cli> {
  const [theirs, ours] = [join(folder, 'theirs'), join(folder, 'ours')]
  const { mode, seconds } = attempt
  const timing = ['--duration', `${seconds}s`, '--stats', '1s', '--stream', 'messages:20', '--mode', mode]
  const common = [...timing, '--report', join(folder, 'report')]
  if (attempt.role === 'offerer') {
    writeFileSync(theirs, await peer.description())
    const cli = startCli(hosts.left, ['answer', '--offer-in', theirs, '--answer-out', ours, ...common])
    await untilDescribed(cli)
    peer.take(readFileSync(ours, 'utf8'))
    return cli
  }
  const cli = startCli(hosts.left, ['offer', '--offer-out', ours, '--answer-in', theirs, ...common])
  await untilDescribed(cli)
  peer.take(readFileSync(ours, 'utf8'))
  writeFileSync(theirs, await peer.description())
  return cli
}

/** The file is written right before the line that tells of it, or right after. */
async function untilDescribed(cli: Cli): Promise<void> {
  await cli.until('its own text', (line) => (line.kind === 'local-description' ? line : undefined))
  await new Promise((resolve) => setTimeout(resolve, 200))
}

function judge(
  attempt: Attempt,
  cli: Cli,
  peer: RunningPeer,
  status: number | string,
  reportFolder: string,
): Outcome {
  const snapshots = cli.lines.flatMap((line) => (line.kind === 'digest' ? [line.snapshot] : []))
  const connected = peer.lines.some(({ kind }) => kind === 'open') && snapshots.some(isOpen)
  // The last one of the open channel: in the end all pairs are closed.
  const live = snapshots.filter(isOpen).at(-1)
  const report = reportIn(reportFolder)
  const sentStream = report?.streams.find(({ direction }) => direction === 'sent')
  const counts = peer.lines.flatMap((line) => (line.kind === 'counts' ? [line] : [])).at(-1)
  const alive = live?.pairs.filter(({ state }) => state === 'up') ?? []
  const outcome = {
    attempt,
    status,
    connected,
    sent: sentStream?.sent ?? 0,
    arrived: counts?.messages ?? 0,
    echoed: sentStream?.roundTripMs?.n ?? 0,
    pairs: live?.pairs.length ?? 0,
    alive: alive.length,
    used: live?.pairs.filter(({ recordsSent }) => recordsSent.packets > 0).length ?? 0,
    usedByPeersCount: countUsed(counts?.pairs ?? null),
    openAfterMs: openAfterMs(cli),
  }
  return { ...outcome, faults: faultsOf(outcome, cli, peer, snapshots, report) }
}

function eventsOf({ lines }: Cli): EngineEvent[] {
  return lines.flatMap((line) =>
    line.kind === 'event' ? [(line as unknown as { readonly event: EngineEvent }).event] : [],
  )
}

function openAfterMs(cli: Cli): number | null {
  const events = eventsOf(cli)
  const ice = events.find((event) => event.kind === 'ice-state' && event.state === 'connected')
  const open = events.find((event) => event.kind === 'channel-state' && event.state === 'open')
  return ice === undefined || open === undefined ? null : Math.round(open.atMs - ice.atMs)
}

const isOpen = ({ channel }: EngineSnapshot): boolean => channel === 'open'

function countUsed(pairs: readonly PeerPair[] | null): number | null {
  return pairs === null ? null : pairs.filter(({ packetsReceived }) => (packetsReceived ?? 0) > 0).length
}

/** Messages under way when the last was sent. */
const underWay = 3
/** From the wish to finish to the end: there is nobody to agree with. */
const finishWithinMs = 1500

function faultsOf(
  outcome: Omit<Outcome, 'faults'>,
  cli: Cli,
  peer: RunningPeer,
  snapshots: readonly EngineSnapshot[],
  report: Report | null,
): string[] {
  const faults: string[] = []
  const must = (holds: boolean, otherwise: string): void => {
    if (!holds) faults.push(otherwise)
  }
  const { sent, arrived, echoed, alive, used, status, attempt } = outcome
  const last = snapshots.at(-1)
  const events = eventsOf(cli)
  must(status === 0, `ended with status ${status}: ${cli.prose().trim().split('\n').at(-1) ?? ''}`)
  must(outcome.connected, `no open channel; the peer: ${statesOf(peer)} ${peer.prose().trim()}`)
  if (last === undefined || !outcome.connected) return faults
  must(sent >= 20 * (attempt.seconds - 1), `only ${sent} messages were sent`)
  must(arrived >= sent - underWay, `${arrived} of ${sent} messages reached the peer`)
  must(echoed >= sent - underWay, `${echoed} of ${sent} messages came back`)
  must(used === alive && used > 0, `${used} of ${alive} living pairs were used`)
  must(last.sctpRetransmissions === 0, `SCTP sent ${last.sctpRetransmissions} chunks again`)
  must(!/failed|disconnected/.test(statesOf(peer)), `the peer went through ${statesOf(peer)}`)
  const finishing = events.find(({ kind }) => kind === 'finishing')?.atMs
  const ended = events.find(({ kind }) => kind === 'ended')?.atMs
  const tookMs = ended === undefined || finishing === undefined ? Infinity : ended - finishing
  must(tookMs <= finishWithinMs, `it took ${tookMs} ms to finish`)
  faults.push(...nominationFaults(last), ...(report === null ? ['there is no report'] : reportFaults(report)))
  return faults
}

function statesOf({ lines }: RunningPeer): string {
  return lines.flatMap((line) => (line.kind === 'state' ? [line.state] : [])).join(', ')
}

function nominationFaults(last: EngineSnapshot): string[] {
  const sum = (read: (pair: EngineSnapshot['pairs'][number]) => number): number =>
    last.pairs.reduce((total, pair) => total + read(pair), 0)
  const succeeded = sum(({ nominations }) => nominations.succeeded)
  const wanted = last.iceRole === 'controlling' ? 1 : 0
  return succeeded === wanted ? [] : [`${succeeded} nominations succeeded, not ${wanted}`]
}

function reportIn(folder: string): Report | null {
  const file = join(folder, 'report.json')
  return existsSync(file) ? readReport(file) : null
}

/** What a stock peer does not tell is null, and the report says that it is one. */
function reportFaults(report: Report): string[] {
  const faults: string[] = []
  if (!report.warnings.some(({ kind }) => kind === 'stock-peer'))
    faults.push('the report does not say that the peer is a stock one')
  const sent = report.streams.find(({ direction }) => direction === 'sent')
  const received = report.streams.find(({ direction }) => direction === 'received')
  if (sent?.received !== null || sent.lost !== null)
    faults.push(`the report knows what the peer received: ${sent?.received}, lost ${sent?.lost}`)
  if ((received?.received ?? 0) > 0) faults.push('echoes are counted as messages of the peer')
  const lossKnown = report.pairs.some(
    ({ measured }) => measured.lossPercent.sent !== null || measured.lossPercent.received !== null,
  )
  if (lossKnown) faults.push('the report knows loss that was not measured')
  const failed = report.checks.filter(({ passed }) => passed === false)
  for (const { id, detail } of failed) faults.push(`check ${id} failed: ${detail}`)
  return faults
}
