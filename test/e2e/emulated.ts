/** The app on the left host of a lab, a command line on the right one, and what the links between them counted. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { EngineEvent } from '../../src/engine'
import { parseReport, type Report } from '../../src/shared/report'
import { type DirectionCounts, findLab } from '../bench/lab/lab'
import { copyOffer, exported, launchApp, paste, patienceMs, type RunningApp } from './harness'

export const links = ['eth', 'wifi', 'lte'] as const
export type Link = (typeof links)[number]
/** Of the topology `triple`: bit/s of IP packets, and both ways together without jitter and queues, ms. */
export const rates: Readonly<Record<Link, number>> = { eth: 50e6, wifi: 30e6, lte: 15e6 }
export const roundTrips: Readonly<Record<Link, number>> = { eth: 20, wifi: 40, lte: 100 }

const program = findLab()

export const isLeftHost = process.env['LAB_HOST'] === 'left' && program !== null

export function lab(...args: string[]): string {
  return execFileSync(program ?? 'lab', args, { encoding: 'utf8', maxBuffer: 16 * 2 ** 20 })
}

/** What tests change of the links is as the topology has it again. */
export function asTheyWere(): void {
  lab('set', 'eth', `rate=${rates.eth}bit`)
  lab('set', 'wifi', 'loss=0.5%')
}

export type Counts = Pick<
  DirectionCounts,
  'offered' | 'offered_bytes' | 'delivered_bytes' | 'dropped_loss' | 'dropped_queue'
>

/** What each link counted of this host's packets so far. */
export function counted(): ReadonlyMap<Link, Counts> {
  const status = JSON.parse(lab('status')) as {
    readonly links: Readonly<Record<Link, { readonly 'left->right': { readonly counters: Counts } }>>
  }
  return new Map(links.map((link) => [link, status.links[link]['left->right'].counters]))
}

export function between(
  before: ReadonlyMap<Link, Counts>,
  after: ReadonlyMap<Link, Counts>,
): ReadonlyMap<Link, Counts> {
  const rise = (link: Link, key: keyof Counts): number =>
    (after.get(link)?.[key] ?? 0) - (before.get(link)?.[key] ?? 0)
  return new Map(
    links.map((link) => [
      link,
      {
        offered: rise(link, 'offered'),
        offered_bytes: rise(link, 'offered_bytes'),
        delivered_bytes: rise(link, 'delivered_bytes'),
        dropped_loss: rise(link, 'dropped_loss'),
        dropped_queue: rise(link, 'dropped_queue'),
      },
    ]),
  )
}

export interface EmulatedSession {
  readonly app: RunningApp
  /** What the other side has told, a line an event. */
  peerEvents(): readonly EngineEvent[]
  /** Stops the session in the window, and the report that is exported there. */
  finish(): Promise<Report>
  /** The other side's own report, once it has ended. */
  peerReport(): Promise<Report>
  close(): Promise<void>
}

/** Connects the app's window to a command line on the right host over all pairs, and opens the panel of tests. */
export async function connectOverLinks(title: string): Promise<EmulatedSession> {
  const folder = mkdtempSync(join(tmpdir(), 'pathscope-links-'))
  const app = await launchApp(
    { title, interfaces: [...links], theme: 'system' },
    { width: 1440, height: 1000 },
  )
  const [offer, answer] = [join(folder, 'offer'), join(folder, 'answer')]
  writeFileSync(offer, await copyOffer(app))
  const files = ['--offer-in', offer, '--answer-out', answer, '--report', folder]
  const peer = spawn(
    program ?? 'lab',
    ['exec', 'right', '--', process.execPath, 'out/cli/index.js', 'answer', '--jsonl', ...files],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const told = readEvents(peer)
  await expect.poll(() => existsSync(answer), { timeout: patienceMs }).toBe(true)
  await paste(app, readFileSync(answer, 'utf8'))
  await app.page
    .getByRole('status')
    .getByText(/18 of 18 paths up$/)
    .waitFor()
  await app.page.getByRole('button', { name: 'Tests', exact: true }).click()
  return {
    app,
    peerEvents: () => told,
    async finish() {
      await app.page.locator('header').getByRole('button', { name: 'Stop', exact: true }).click()
      await app.page.getByText(/Ended in good order/).waitFor()
      await app.page.getByRole('button', { name: 'Export report' }).click()
      await app.page.getByText(/files written to/).waitFor()
      return parsed(exported(app)['json'] ?? '')
    },
    async peerReport() {
      const file = join(folder, 'report.json')
      await expect.poll(() => existsSync(file), { timeout: patienceMs }).toBe(true)
      return parsed(readFileSync(file, 'utf8'))
    },
    async close() {
      await app.close()
      peer.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function readEvents({ stdout }: ChildProcess): readonly EngineEvent[] {
  const events: EngineEvent[] = []
  let rest = ''
  stdout?.setEncoding('utf8').on('data', (data: string) => {
    const lines = (rest + data).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const told = JSON.parse(line) as { readonly kind: string; readonly event?: EngineEvent }
      if (told.kind === 'event' && told.event !== undefined) events.push(told.event)
    }
  })
  return events
}

function parsed(text: string): Report {
  const result = parseReport(text)
  if (result.kind !== 'ok') throw new Error(result.message)
  return result.report
}

/** A figure of a stream as the panel shows it; nothing there counts as 0. */
export async function figure({ page }: RunningApp, stream: string, column: string): Promise<number> {
  const text = await page.locator(`[data-stream="${stream}"] [data-column="${column}"]`).innerText()
  return Number((/^[\d\s]+/.exec(text)?.[0] ?? '0').replace(/\s/g, ''))
}

/** Why each path has its part, by its name. */
export async function reasons({ page }: RunningApp): Promise<ReadonlyMap<string, string>> {
  const all = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('li.path')].map((path) => [
      path.querySelector<HTMLElement>('.name')?.innerText ?? '',
      path.querySelector<HTMLElement>('.reason')?.title ?? '',
    ]),
  )
  return new Map(all.map(([name = '', reason = '']) => [name, reason]))
}

/** How traffic came to a path or left it, which stands there while it is selected; null where nothing is said of it. */
export async function lastSwitch({ page }: RunningApp, path: string): Promise<string | null> {
  const select = page.getByRole('button', { name: `Highlight ${path}`, exact: true })
  await select.click()
  const text = await page.locator('li.path.selected .reason').innerText()
  await select.click()
  return /Traffic (came here|left it) .+/.exec(text)?.[0] ?? null
}

/** What each path carries by the window, bit/s, where it tells. */
export async function carries({ page }: RunningApp): Promise<ReadonlyMap<string, number>> {
  const all = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('li.path')].map((path) => [
      path.querySelector<HTMLElement>('.name')?.innerText ?? '',
      /carries\s+([\d.]+) (k|M)bit/.exec(path.innerText)?.slice(1).join(' ') ?? '',
    ]),
  )
  return new Map(
    all.flatMap(([name = '', text = '']) => {
      const [value, unit] = text.split(' ')
      return text === '' ? [] : [[name, Number(value) * (unit === 'M' ? 1e6 : 1e3)] as const]
    }),
  )
}

export async function chooseMode({ page }: RunningApp, word: string): Promise<void> {
  const choice = page.getByRole('radiogroup', { name: 'Mode, as we send' })
  await choice.getByRole('radio', { name: word }).click()
}

/** Pictures of the window in both themes and, when asked, as narrow as it goes. */
export async function pictures(app: RunningApp, name: string, isNarrow = false): Promise<void> {
  const take = async (suffix: string): Promise<void> => {
    for (const colorScheme of ['dark', 'light'] as const) {
      await app.page.emulateMedia({ colorScheme })
      await app.page.waitForTimeout(400)
      await app.picture(`${name}-${colorScheme}${suffix}`)
    }
  }
  await take('')
  if (!isNarrow) return
  await app.resize(900, 700)
  await take('-narrow')
  await app.resize(1440, 1000)
}
