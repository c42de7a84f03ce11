/**
 * The app on emulated links, in each mode: what the window says of its paths, held to what the links counted. It runs on
 * the left host of a lab of the topology `triple` and is skipped elsewhere:
 *
 *     lab up triple; lab exec left -- npx vitest run --project e2e test/e2e/links.test.ts; lab down
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseReport, type Report } from '../../src/shared/report'
import { modeNames, modeWords } from '../../src/shared/words'
import { findLab } from '../bench/lab/lab'
import { copyOffer, exported, launchApp, paste, patienceMs, type RunningApp } from './harness'

type Mode = (typeof modeNames)[number]

/** What stood in the window and what the links had counted when a mode had run for a while. */
interface Stretch {
  readonly mode: Mode
  readonly fromMs: number
  readonly toMs: number
  /** Bytes of IP packets that this host sent over each link meanwhile. */
  readonly bytes: ReadonlyMap<string, number>
  /** Why each path has its part, by its name. */
  readonly reasons: ReadonlyMap<string, string>
  /** What each path carries by the window, bit/s, where it tells. */
  readonly carries: ReadonlyMap<string, number>
  readonly lost: number
}

const links = ['eth', 'wifi', 'lte'] as const
/** Of the topology, bit/s. */
const rates = { eth: 50e6, wifi: 30e6, lte: 15e6 } as const
const settleMs = 2000
const stretchMs = 6000
const program = findLab()
const isLeftHost = process.env['LAB_HOST'] === 'left' && program !== null

function lab(...args: string[]): string {
  return execFileSync(program ?? 'lab', args, { encoding: 'utf8', maxBuffer: 16 * 2 ** 20 })
}

function offered(): Map<string, number> {
  const status = JSON.parse(lab('status')) as {
    readonly links: Record<
      string,
      { readonly 'left->right': { readonly counters: { readonly offered_bytes: number } } }
    >
  }
  return new Map(links.map((link) => [link, status.links[link]?.['left->right'].counters.offered_bytes ?? 0]))
}

describe.skipIf(!isLeftHost)('a session of video over three links', () => {
  const stretches: Stretch[] = []
  let folder: string
  let app: RunningApp
  let peer: ChildProcess
  let report: Report

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pathscope-links-'))
    app = await launchApp(
      { title: 'Links', interfaces: [...links], theme: 'system' },
      { width: 1440, height: 1000 },
    )
  }, 120_000)

  afterAll(async () => {
    await app?.close()
    peer?.kill()
    rmSync(folder, { recursive: true, force: true })
  })

  it('connects over all pairs and sends video', async () => {
    const [offer, answer] = [join(folder, 'offer'), join(folder, 'answer')]
    writeFileSync(offer, await copyOffer(app))
    const cli = [
      'out/cli/index.js',
      'answer',
      '--offer-in',
      offer,
      '--answer-out',
      answer,
      '--report',
      folder,
    ]
    peer = spawn(program ?? 'lab', ['exec', 'right', '--', process.execPath, ...cli], { stdio: 'ignore' })
    await expect.poll(() => existsSync(answer), { timeout: patienceMs }).toBe(true)
    await paste(app, readFileSync(answer, 'utf8'))
    await app.page
      .getByRole('status')
      .getByText(/18 of 18 paths up$/)
      .waitFor()
    await app.page.getByRole('button', { name: 'Tests', exact: true }).click()
    await app.page.getByLabel('Kind of stream').selectOption('video')
    await app.page.getByRole('button', { name: 'Send', exact: true }).click()
    await app.page.locator('[data-stream="sent-1"]').waitFor()
  }, 120_000)

  /** A figure of the video as the panel shows it; nothing there counts as 0. */
  async function figure(column: string): Promise<number> {
    const text = await app.page.locator(`[data-stream="sent-1"] [data-column="${column}"]`).innerText()
    return Number((/^[\d\s]+/.exec(text)?.[0] ?? '0').replace(/\s/g, ''))
  }

  async function reasons(): Promise<Map<string, string>> {
    const all = await app.page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('li.path')].map((path) => [
        path.querySelector<HTMLElement>('.name')?.innerText ?? '',
        path.querySelector<HTMLElement>('.reason')?.title ?? '',
      ]),
    )
    return new Map(all.map(([name = '', reason = '']) => [name, reason]))
  }

  /** What was said all the while: which path is preferred may have changed in between. */
  function same(early: ReadonlyMap<string, string>, late: ReadonlyMap<string, string>): Map<string, string> {
    const kind = (text: string | undefined): string => (text ?? '').split(/[:\d]/)[0] ?? ''
    return new Map([...late].filter(([name, text]) => kind(text) === kind(early.get(name))))
  }

  async function carries(): Promise<Map<string, number>> {
    const all = await app.page.evaluate(() =>
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

  it('runs in each mode for a while', async () => {
    for (const mode of modeNames) {
      const choice = app.page.getByRole('radiogroup', { name: 'Mode, as we send' })
      await choice.getByRole('radio', { name: modeWords[mode] }).click()
      await sleep(settleMs)
      const early = await reasons()
      const [fromMs, before] = [Date.now(), offered()]
      await sleep(stretchMs)
      const [toMs, after] = [Date.now(), offered()]
      const bytes = new Map(links.map((link) => [link, (after.get(link) ?? 0) - (before.get(link) ?? 0)]))
      stretches.push({
        mode,
        fromMs,
        toMs,
        bytes,
        reasons: same(early, await reasons()),
        carries: await carries(),
        lost: await figure('lost'),
      })
      for (const colorScheme of ['dark', 'light'] as const) {
        await app.page.emulateMedia({ colorScheme })
        await sleep(400)
        await app.picture(`links-${mode}-${colorScheme}`)
      }
    }
    await app.page.locator('header').getByRole('button', { name: 'Stop', exact: true }).click()
    await app.page.getByText(/Ended in good order/).waitFor()
    await app.page.getByRole('button', { name: 'Export report' }).click()
    await app.page.getByText(/files written to/).waitFor()
    const parsed = parseReport(exported(app)['json'] ?? '')
    if (parsed.kind !== 'ok') throw new Error(parsed.message)
    report = parsed.report
    for (const each of stretches) tell(each)
  }, 180_000)

  function tell({ mode, bytes, reasons: told, carries: capacities, lost }: Stretch): void {
    console.log(
      mode,
      Object.fromEntries(bytes),
      `bytes, lost ${lost}; carries`,
      Object.fromEntries(capacities),
    )
    for (const [name, reason] of told)
      if (!reason.startsWith('Another pair')) console.log(`    ${name}: ${reason}`)
  }

  /** By the samples that the graphs are drawn from, as IP packets. */
  function sampled(fromMs: number, toMs: number): Map<string, number> {
    const startMs = Date.parse(report.session.startedAt)
    const { columns, rows, intervalMs } = report.samples
    const at = (name: (typeof columns)[number]) => columns.indexOf(name)
    const pairs = new Map(report.pairs.map((pair) => [pair.id, pair]))
    const sums = new Map<string, number>(links.map((link) => [link, 0]))
    for (const row of rows) {
      const endMs = startMs + Number(row[at('t')]) * 1000
      const pair = pairs.get(Number(row[at('pair')]))
      const part = (Math.min(endMs, toMs) - Math.max(endMs - intervalMs, fromMs)) / intervalMs
      if (part <= 0 || pair === undefined) continue
      const link = pair.local.interface ?? ''
      const headers = (pair.local.address.includes(':') ? 48 : 28) * Number(row[at('packetsSent')] ?? 0)
      const payload = (Number(row[at('sentBps')] ?? 0) * intervalMs) / 8000
      sums.set(link, (sums.get(link) ?? 0) + part * (headers + payload))
    }
    return sums
  }

  it('shows of each link what the link counted', () => {
    for (const { mode, fromMs, toMs, bytes } of stretches) {
      const shown = sampled(fromMs, toMs)
      for (const link of links) {
        const [ours, counted] = [Math.round(shown.get(link) ?? 0), bytes.get(link) ?? 0]
        // The looks at the links and the samples are up to some tenths of a second apart, with 500 kB of video a second.
        const most = 0.05 * counted + 190_000
        expect(Math.abs(ours - counted), `${mode}, ${link}: ${ours} shown, ${counted} counted`).toBeLessThan(
          most,
        )
      }
    }
  })

  it('says why, as the links show it', () => {
    for (const { mode, bytes, reasons: told } of stretches) {
      const video = 4e6 * (stretchMs / 8000)
      for (const link of links) {
        const part = (bytes.get(link) ?? 0) / video
        const text = [4, 6].map((version) => told.get(`${link} → ${link} IPv${version}`) ?? '').join(' ')
        const where = `${mode}, ${link} with ${(100 * part).toFixed(0)} % of the video: ${text}`
        if (/copy of every packet/.test(text)) expect(part, where).toBeGreaterThan(0.9)
        if (/The fastest|first of those that work|The one that/.test(text))
          expect(part, where).toBeGreaterThan(0.7)
        if (/standing by|Not the one/.test(text)) expect(part, where).toBeLessThan(0.15)
        if (/copies of what is at risk/.test(text)) expect(part, where).toBeLessThan(0.3)
        if (mode === 'redundant') expect(text, where).toContain('copy of every packet')
        if (mode === 'weighted' && text.trim() !== '') expect(text, where).toMatch(/Weighed by|Another pair/)
      }
    }
  })

  it('tells no capacity that the link has not', () => {
    for (const { mode, carries } of stretches) {
      for (const [name, bps] of carries) {
        const rate = rates[name.split(' ')[0] as (typeof links)[number]]
        expect(bps, `${mode}: ${name} carries ${bps} bit/s`).toBeGreaterThan(0.5 * rate)
        expect(bps, `${mode}: ${name} carries ${bps} bit/s`).toBeLessThan(1.05 * rate)
      }
    }
  })

  it('loses nothing but what the mode permits', () => {
    let before = 0
    for (const { mode, lost } of stretches) {
      if (mode !== 'single') expect(lost - before, `lost in ${mode}`).toBeLessThanOrEqual(0)
      before = lost
    }
  })
})
