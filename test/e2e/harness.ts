/** Starts the built app in a real Electron, with a user data folder of its own, and drives its window. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ElectronApplication, type Page, _electron } from 'playwright-core'
import { expect } from 'vitest'
import { defaultAppSettings, type Settings } from '../../src/shared/ipc'

const projectDir = join(import.meta.dirname, '../..')
const artifactsDir = join(projectDir, 'test/artifacts/e2e')

/** Longest wait for anything a test expects. */
export const patienceMs = 30_000

export interface RunningApp {
  readonly electron: ElectronApplication
  readonly page: Page
  /** What the main process wrote to its log so far. */
  log(): string
  readonly userData: string
  readonly reportFolder: string
  /** Keeps a picture of the window as a test artifact. */
  picture(name: string): Promise<void>
  /** Of the window's content, pixels. */
  resize(width: number, height: number): Promise<void>
  close(): Promise<void>
}

/** `settings` stands in the settings file before the app starts; a text there is written as it is. */
export async function launchApp(
  settings: Partial<Settings> | string = {},
  size: { width: number; height: number } = { width: 1360, height: 860 },
): Promise<RunningApp> {
  const folder = mkdtempSync(join(tmpdir(), 'pathscope-e2e-'))
  const userData = join(folder, 'user-data')
  const reportFolder = join(folder, 'reports')
  mkdirSync(userData)
  const text =
    typeof settings === 'string'
      ? settings
      : JSON.stringify({ ...defaultAppSettings(reportFolder), theme: 'dark', ...settings })
  writeFileSync(join(userData, 'settings.json'), text)
  requirePreparedElectron()
  // Without `executablePath`: only then does the driver hold the app back until it listens, and none of its events is lost.
  const electron = await _electron.launch({
    args: [projectDir, `--user-data-dir=${userData}`, '--no-sandbox'],
    env: { ...process.env, ELECTRON_DISABLE_SECURITY_WARNINGS: '1' } as Record<string, string>,
    timeout: patienceMs,
  })
  let log = ''
  electron.process().stderr?.on('data', (data: Buffer) => {
    log += data.toString()
  })
  const page = await electron.firstWindow({ timeout: patienceMs })
  page.setDefaultTimeout(patienceMs)
  await page.getByRole('button', { name: 'Create offer' }).waitFor()
  const resize = (width: number, height: number): Promise<void> =>
    electron.evaluate(
      ({ BrowserWindow }, wanted) => {
        BrowserWindow.getAllWindows()[0]?.setContentSize(wanted.width, wanted.height)
      },
      { width, height },
    )
  await resize(size.width, size.height)
  return {
    resize,
    electron,
    page,
    userData,
    reportFolder,
    log: () => log,
    async picture(name) {
      mkdirSync(artifactsDir, { recursive: true })
      await page.screenshot({ path: join(artifactsDir, `${name}.png`) })
    },
    async close() {
      await electron.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The `electron` package takes its program from this folder; without it, it would download one. */
function requirePreparedElectron(): void {
  if (process.env['ELECTRON_OVERRIDE_DIST_PATH'] !== undefined) return
  throw new Error('run this suite by `npm test e2e`, which prepares Electron and a display')
}

/** What stands in the system's clipboard, as the app's main process sees it. */
export function clipboardText({ electron }: RunningApp): Promise<string> {
  return electron.evaluate(({ clipboard }) => clipboard.readText())
}

/** Creates an offer and copies it. */
export async function copyOffer(app: RunningApp): Promise<string> {
  await app.page.getByRole('button', { name: 'Create offer' }).click()
  await app.page.getByRole('button', { name: 'Copy offer' }).click()
  await app.page.getByText('Copied', { exact: true }).waitFor()
  return clipboardText(app)
}

/** Pastes into whichever paste box the window shows, opening it on the start screen. */
export async function paste({ page }: RunningApp, text: string): Promise<void> {
  const open = page.getByRole('button', { name: 'Paste an offer or answer' })
  if (await open.isVisible()) await open.click()
  await page.getByRole('textbox', { name: /^Paste / }).fill(text)
  await page.getByRole('button', { name: 'Use this text' }).click()
}

/** Fingerprint of what a graph shows now, from the canvas' pixels. */
export function graphPixels({ page }: RunningApp, graph: string): Promise<string> {
  return page.evaluate((name) => {
    const canvas = document.querySelector<HTMLCanvasElement>(`[data-graph="${name}"] canvas`)
    return canvas === null ? '' : canvas.toDataURL()
  }, graph)
}

/** Number of pixels of a graph's canvas that are drawn on with a colour, not grey and not empty. */
export function colouredPixels({ page }: RunningApp, graph: string): Promise<number> {
  return page.evaluate((name) => {
    const canvas = document.querySelector<HTMLCanvasElement>(`[data-graph="${name}"] canvas`)
    const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
    let coloured = 0
    for (let at = 0; at < data.length; at += 4) {
      const [r = 0, g = 0, b = 0, alpha = 0] = [data[at], data[at + 1], data[at + 2], data[at + 3]]
      if (alpha > 100 && Math.max(r, g, b) - Math.min(r, g, b) > 40) coloured += 1
    }
    return coloured
  }, graph)
}

/** Waits until two captures of a graph differ, so that it was drawn anew with other content. */
export async function expectGraphMoves(app: RunningApp, graph: string): Promise<void> {
  const before = await graphPixels(app, graph)
  expect(before).not.toBe('')
  await expect.poll(() => graphPixels(app, graph), { timeout: patienceMs }).not.toBe(before)
}

/** The text of a cell of the table of pairs, by pair id and column. */
export async function tableCells({ page }: RunningApp): Promise<Map<number, Record<string, string>>> {
  const rows = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('tr[data-pair]')].map((row) => ({
      id: Number(row.dataset['pair']),
      cells: [...row.querySelectorAll<HTMLElement>('td[data-column]')].map((cell) => [
        cell.dataset['column'] ?? '',
        cell.innerText.trim(),
      ]),
    })),
  )
  return new Map(rows.map(({ id, cells }) => [id, Object.fromEntries(cells) as Record<string, string>]))
}

/** Files of the report folder, by extension. */
export function exported(app: RunningApp): Record<string, string> {
  const names = readdirSync(app.reportFolder)
  return Object.fromEntries(
    names.map((name) => [name.split('.').pop() ?? '', readFileSync(join(app.reportFolder, name), 'utf8')]),
  )
}

/** Interfaces of a test session: the machine's own loopback, which every machine has. */
export const loopbackOnly: Partial<Settings> = { interfaces: ['lo'] }
