import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { modeWords } from '../../src/shared/words'
import { launchApp, patienceMs, type RunningApp } from './harness'

let app: RunningApp

beforeAll(async () => {
  app = await launchApp({ title: 'Paths' })
  await app.page.getByRole('button', { name: 'Try it on this machine' }).click()
  await app.page
    .getByRole('status')
    .getByText(/paths up$/)
    .waitFor()
  await app.page.getByRole('button', { name: 'Tests', exact: true }).click()
  await app.page.getByLabel('Kind of stream').selectOption('video')
  await app.page.getByRole('button', { name: 'Send', exact: true }).click()
  await app.page.locator('[data-stream="sent-1"]').waitFor()
})

afterAll(() => app?.close())

const fibre = 'fibre → fibre'
const wifi = 'wifi → wifi'
const lte = 'lte → lte'

function card(label: string): Locator {
  return app.page
    .locator('.path')
    .filter({ has: app.page.getByRole('button', { name: `Highlight ${label}`, exact: true }) })
}

function button(name: string): Locator {
  return app.page.getByRole('button', { name, exact: true })
}

/** Shows the controls of a path, which its card has while it is highlighted. */
async function open(label: string): Promise<void> {
  const highlight = button(`Highlight ${label}`)
  if ((await highlight.getAttribute('aria-pressed')) !== 'true') await highlight.click()
  await button(`Pin ${label}`).waitFor()
}

async function setMode(mode: keyof typeof modeWords): Promise<void> {
  await app.page
    .getByRole('radiogroup', { name: 'Mode, as we send' })
    .getByRole('radio', { name: modeWords[mode] })
    .click()
  await app.page.getByText(`Mode set to ${modeWords[mode]} here`).first().waitFor()
}

/** Mbit/s that a path's card says go over it towards the peer now. */
async function sentMbps(label: string): Promise<number> {
  const text = await card(label).locator('.figures').first().innerText()
  const [, rate, unit] = /↑([\d.]+) .*?([kM])bit/s.exec(text) ?? []
  return Number(rate ?? Number.NaN) / (unit === 'k' ? 1000 : 1)
}

/** The stream is of 4 Mbit/s. */
async function expectToCarry(label: string): Promise<void> {
  await expect.poll(() => sentMbps(label), { timeout: patienceMs }).toBeGreaterThan(2)
}

async function expectToCarryLittle(label: string): Promise<void> {
  await expect.poll(() => sentMbps(label), { timeout: patienceMs }).toBeLessThan(0.4)
}

it('limits a path, shows and keeps to it, and lets go of it', async () => {
  await expectToCarry(fibre)
  await open(fibre)
  await button(`Limit ${fibre}`).click()
  const limit = card(fibre).getByRole('textbox', { name: /^max, Mbit\/s/ })
  await expect.poll(() => limit.inputValue(), { timeout: patienceMs }).toBe('5')
  await app.page.getByText(`${fibre}: limited to 5.00 Mbit/s by the user`).first().waitFor()
  await limit.fill('1,5')
  await limit.press('Enter')
  await app.page.getByText(`${fibre}: limited to 1.50 Mbit/s by the user`).first().waitFor()
  await card(fibre)
    .getByText(/max 1\.50? Mbit/)
    .waitFor()
  await expect.poll(() => sentMbps(fibre), { timeout: patienceMs }).toBeLessThan(1.8)
  expect(await sentMbps(fibre)).toBeGreaterThan(0.8)
  // The others have all of their copies.
  await expectToCarry(wifi)
  await app.picture('paths-limited')
}, 120_000)

it('takes no limit that cannot be, says why, and keeps the one that holds', async () => {
  const limit = card(fibre).getByRole('textbox', { name: /^max, Mbit\/s/ })
  for (const [typed, sentence] of [
    ['-1', '-1 is too little: type 0 to 100000 Mbit/s. It stays 1.5.'],
    ['100001', '100001 is too much: type 0 to 100000 Mbit/s. It stays 1.5.'],
    ['fast', '“fast” is no number: type 0 to 100000 Mbit/s, as digits only. It stays 1.5.'],
    ['', 'Nothing is typed here: 0 to 100000 Mbit/s can be. It stays 1.5.'],
  ] as const) {
    await limit.fill(typed)
    await limit.press('Enter')
    await card(fibre).getByRole('alert').getByText(sentence).waitFor()
    expect(await limit.getAttribute('aria-invalid')).toBe('true')
  }
  await app.picture('paths-limit-wrong')
  await limit.press('Escape')
  await expect.poll(() => limit.inputValue()).toBe('1.5')
  expect(await card(fibre).getByRole('alert').count()).toBe(0)
  expect(await sentMbps(fibre)).toBeLessThan(2)
  await button(`No limit for ${fibre}`).click()
  await button(`Limit ${fibre}`).waitFor()
  await app.page.getByText(`${fibre}: no limit any more`).first().waitFor()
  await expectToCarry(fibre)
}, 120_000)

it('pins a path, over which alone it sends then, until it is let go', async () => {
  await open(wifi)
  const pin = button(`Pin ${wifi}`)
  await pin.click()
  await expect.poll(() => pin.getAttribute('aria-pressed'), { timeout: patienceMs }).toBe('true')
  expect(await pin.innerText()).toBe('Pinned')
  // Those that carry have a card each; the others are told in a line below.
  for (const other of [fibre, lte])
    await expect.poll(() => card(other).count(), { timeout: patienceMs }).toBe(0)
  await app.page.getByText(/more pairs kept alive, not carrying/).waitFor()
  await expectToCarry(wifi)
  await app.picture('paths-pinned')
  await pin.click()
  await expect.poll(() => pin.getAttribute('aria-pressed'), { timeout: patienceMs }).toBe('false')
  await expectToCarry(fibre)
}, 120_000)

it('takes a path out, which stays in sight, and takes it in again', async () => {
  const paths = app.page.getByRole('complementary', { name: 'Paths' })
  const included = paths.getByRole('checkbox', { name: `Include ${fibre}`, exact: true })
  await included.uncheck()
  await app.page.getByText(`${fibre}: taken out by the user`).first().waitFor()
  await expect.poll(() => card(fibre).count(), { timeout: patienceMs }).toBe(0)
  expect(await included.isChecked()).toBe(false)
  await expectToCarry(wifi)
  await app.picture('paths-taken-out')
  await included.check()
  await app.page.getByText(`${fibre}: taken in again`).first().waitFor()
  await expectToCarry(fibre)
}, 120_000)

it('moves a path up and down in the order of backup, and sends over the first', async () => {
  // Only there an order means anything.
  expect(await button(`Move ${wifi} up`).count()).toBe(0)
  await setMode('backup')
  await open(wifi)
  const [up, down] = [button(`Move ${wifi} up`), button(`Move ${wifi} down`)]
  await card(fibre).getByText('Number 1 in the order, and the first of those that work.').waitFor()
  await card(wifi).getByText('Number 2 in the order, standing by.').waitFor()
  await up.click()
  await card(wifi).getByText('Number 1 in the order, and the first of those that work.').waitFor()
  await card(fibre).getByText('Number 2 in the order, standing by.').waitFor()
  expect([await up.isDisabled(), await down.isDisabled()]).toEqual([true, false])
  await app.page.getByText(`Order of paths: ${wifi}, ${fibre}, ${lte}`).first().waitFor()
  await expectToCarry(wifi)
  await expectToCarryLittle(fibre)
  await app.picture('paths-ordered')
  await down.click()
  await card(wifi).getByText('Number 2 in the order, standing by.').waitFor()
  await expectToCarry(fibre)
  await expectToCarryLittle(wifi)
  await down.click()
  await card(wifi).getByText('Number 3 in the order, standing by.').waitFor()
  // The pairs that cross from one link to another come after it.
  expect([await up.isDisabled(), await down.isDisabled()]).toEqual([false, false])
  await expectToCarry(fibre)
}, 120_000)
