import { afterAll, beforeAll, expect, it } from 'vitest'
import { colouredPixels, expectGraphMoves, launchApp, patienceMs, type RunningApp } from './harness'

let app: RunningApp

beforeAll(async () => {
  app = await launchApp({ title: 'Tryout' }, { width: 900, height: 600 })
})

afterAll(() => app?.close())

it('moves within seconds of "Try it on this machine", and says everywhere that it is emulated', async () => {
  await app.page.getByRole('button', { name: 'Try it on this machine' }).click()
  await app.page
    .getByRole('status')
    .getByText(/paths up$/)
    .waitFor()
  await app.page.getByText('Emulated', { exact: true }).waitFor()
  await app.page.getByText('Emulated paths: nothing leaves this machine').waitFor()
  await expect.poll(() => colouredPixels(app, 'rtt'), { timeout: patienceMs }).toBeGreaterThan(100)
  for (const graph of ['rtt', 'rate', 'weight']) await expectGraphMoves(app, graph)
  await app.picture('loopback-900x600')
}, 60_000)

it('folds the right column under a button in a narrow window', async () => {
  const meaning = app.page.getByRole('complementary', { name: 'Meaning' })
  expect(await meaning.isVisible()).toBe(false)
  await app.page.getByRole('button', { name: 'Meaning' }).click()
  await meaning.getByText(/Every packet goes over/).waitFor()
  await meaning.getByText('The paths are emulated').waitFor()
  await app.picture('loopback-meaning')
  await app.page.getByRole('button', { name: 'Meaning' }).click()
})

it('has the whole of what can be done in a narrow window, also beside the panel of tests', async () => {
  const tests = app.page.getByRole('button', { name: 'Tests', exact: true })
  await tests.click()
  await app.page.getByText(/Only the numbered messages run/).waitFor()
  await app.picture('loopback-tests-900x600')
  const width = await app.page.evaluate(() => window.innerWidth)
  const buttons = await app.page.locator('header').getByRole('button').all()
  const ends = await Promise.all(
    buttons.map(async (button) => {
      const box = await button.boundingBox()
      return { name: await button.innerText(), end: box === null ? Number.NaN : box.x + box.width }
    }),
  )
  expect(ends.map(({ name }) => name)).toEqual(['Tests', 'Meaning', 'Export', 'Stop'])
  expect(ends.filter(({ end }) => !(end <= width))).toEqual([])
  await tests.click()
})

it('helps on "?"', async () => {
  await app.page.locator('body').press('?')
  await app.page.getByRole('dialog', { name: 'Help' }).waitFor()
  await app.picture('help')
  await app.page.keyboard.press('Escape')
  await expect.poll(() => app.page.getByRole('dialog').count()).toBe(0)
})

it('shows the measured paths in the order of their delays', async () => {
  const rtts = await app.page.locator('.path').evaluateAll((cards) =>
    cards.map((card) => ({
      label: card.querySelector('.name')?.textContent ?? '',
      rttMs: Number(card.querySelector('.big')?.textContent),
    })),
  )
  const rtt = (label: string): number => rtts.find((path) => path.label === label)?.rttMs ?? Number.NaN
  // Emulated one-way delays are 8, 22 and 55 ms.
  expect(rtt('fibre → fibre')).toBeGreaterThan(14)
  expect(rtt('fibre → fibre')).toBeLessThan(rtt('wifi → wifi'))
  expect(rtt('wifi → wifi')).toBeLessThan(rtt('lte → lte'))
})

it('takes up the running session when the window is loaded anew', async () => {
  await app.page.reload()
  await app.page
    .getByRole('status')
    .getByText(/paths up$/)
    .waitFor()
  await expectGraphMoves(app, 'rtt')
})

it('starts anew after the end', async () => {
  await app.page.getByRole('button', { name: 'Stop' }).click()
  await app.page.getByText(/Ended in good order/).waitFor()
  await app.page.getByRole('button', { name: 'New session' }).click()
  await app.page.getByRole('button', { name: 'Create offer' }).waitFor()
})
