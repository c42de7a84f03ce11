import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchApp, patienceMs, type RunningApp } from './harness'

let app: RunningApp

beforeAll(async () => {
  app = await launchApp('{ "version": 1, "theme"')
})

afterAll(() => app?.close())

it('keeps a broken settings file aside and says so', async () => {
  await app.page.getByText(/The settings file was broken/).waitFor()
  expect(existsSync(join(app.userData, 'settings.json.broken'))).toBe(true)
  await app.picture('settings-broken')
})

it('gives the page nothing but the listed API', async () => {
  const seen = await app.page.evaluate(() => {
    const page = globalThis as unknown as Record<string, unknown>
    return {
      api: Object.keys(page['pathscope'] as object).length,
      node: typeof page['require'] + typeof page['process'] + typeof page['Buffer'],
    }
  })
  expect(seen.api).toBeGreaterThan(10)
  expect(seen.node).toBe('undefinedundefinedundefined')
})

it('answers a malformed payload with an error value and a line in the log', async () => {
  const result = await app.page.evaluate(() => {
    const api = (globalThis as unknown as { pathscope: { sessionPaste(request: unknown): Promise<unknown> } })
      .pathscope
    return api.sessionPaste({ text: 42 })
  })
  expect(result).toMatchObject({ ok: false, error: { kind: 'malformed' } })
  await expect
    .poll(() => app.log(), { timeout: patienceMs })
    .toContain('call session-paste refused: malformed')
})

it.each(['data:text/html,<p>elsewhere</p>', 'pathscope://app/index.html'])(
  'refuses every call from another window, showing %s with the very same preload',
  async (url) => {
    const result = await app.electron.evaluate(async ({ BrowserWindow, app: electronApp }, address) => {
      const window = new BrowserWindow({
        show: false,
        webPreferences: { sandbox: true, preload: `${electronApp.getAppPath()}/out/preload/index.js` },
      })
      await window.loadURL(address)
      const answer: unknown = await window.webContents.executeJavaScript(
        'Promise.all([pathscope.appInfo(), pathscope.sessionStop()])',
      )
      window.destroy()
      return answer
    }, url)
    expect(result).toEqual([
      { ok: false, error: { kind: 'foreign-sender', message: expect.any(String) as string } },
      { ok: false, error: { kind: 'foreign-sender', message: expect.any(String) as string } },
    ])
    expect(app.log()).toContain('foreign-sender')
  },
)

it('refuses code from text, frames, other origins, and new windows', async () => {
  const outcome = await app.page.evaluate(async () => {
    const refused: string[] = []
    const violated = new Promise<string>((resolve) =>
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.violatedDirective), {
        once: true,
      }),
    )
    const frame = document.createElement('iframe')
    frame.src = 'pathscope://app/index.html'
    document.body.append(frame)
    refused.push(await violated)
    frame.remove()
    try {
      // eslint-disable-next-line no-new-func
      new Function('return 1')()
    } catch {
      refused.push('eval')
    }
    await fetch('pathscope://app/index.html').catch(() => refused.push('fetch'))
    if (window.open('https://example.org') === null) refused.push('window')
    return refused
  })
  expect(outcome).toEqual(['frame-src', 'eval', 'fetch', 'window'])
  expect(app.log()).toContain('refused a new window')
})

it('remembers the theme', async () => {
  await app.page.getByRole('button', { name: 'Settings' }).click()
  // Not `check`, which wants the mark at once: the window shows it when the main process has taken the setting.
  await app.page.getByRole('radio', { name: 'Light' }).click({ force: true })
  await expect.poll(() => app.page.evaluate(() => document.documentElement.dataset['theme'])).toBe('light')
  await app.picture('settings')
  await app.page.reload()
  await app.page.getByRole('button', { name: 'Create offer' }).waitFor()
  await expect.poll(() => app.page.evaluate(() => document.documentElement.dataset['theme'])).toBe('light')
})

it('does not navigate away', async () => {
  await app.page.evaluate(() => {
    window.location.href = 'https://example.org/'
  })
  await expect.poll(() => app.log(), { timeout: patienceMs }).toContain('refused navigation')
  // Asked of the main process: the driver of the page waits for a navigation that never comes.
  const url = await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.getURL(),
  )
  expect(url).toMatch(/^pathscope:\/\/app\//)
})
