import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseReport } from '../../src/shared/report'
import { modeNames, modeWords } from '../../src/shared/words'
import { colouredPixels, exported, launchApp, patienceMs, type RunningApp } from './harness'

let app: RunningApp

beforeAll(async () => {
  app = await launchApp({ title: 'Streams' })
  await app.page.getByRole('button', { name: 'Try it on this machine' }).click()
  await app.page
    .getByRole('status')
    .getByText(/paths up$/)
    .waitFor()
})

afterAll(() => app?.close())

/** A figure of the first stream that we send, as the panel shows it. */
async function figure(column: string): Promise<number> {
  const text = await app.page.locator(`[data-stream="sent-1"] [data-column="${column}"]`).innerText()
  return Number((/^[\d\s]+/.exec(text)?.[0] ?? '').replace(/\s/g, '') || Number.NaN)
}

/** So many packets more than now, as the peer says that it got them. */
async function expectToArrive(packets: number): Promise<void> {
  const before = await figure('received')
  await expect
    .poll(() => figure('received'), { timeout: patienceMs })
    .toBeGreaterThan((Number.isNaN(before) ? 0 : before) + packets)
}

/** Columns of the table of streams of which a part is covered and the rest can be read. */
function halfNumbers(): Promise<string[]> {
  return app.page.evaluate(() => {
    const heads = [...document.querySelectorAll<HTMLElement>('.streams thead th')]
    const left = heads[0]?.getBoundingClientRect().right ?? Number.NaN
    const right = heads[heads.length - 1]?.getBoundingClientRect().left ?? Number.NaN
    const crosses = (cell: HTMLElement, edge: number): boolean => {
      const box = cell.getBoundingClientRect()
      return box.left < edge - 2 && box.right > edge + 2
    }
    return heads
      .slice(1, -1)
      .filter((cell) => crosses(cell, left) || crosses(cell, right))
      .filter((cell) => getComputedStyle(cell).color !== 'rgba(0, 0, 0, 0)')
      .map((cell) => cell.innerText)
  })
}

it('starts a video stream from the panel of tests', async () => {
  await app.page.getByRole('button', { name: 'Tests', exact: true }).click()
  await app.page.getByText(/Only the numbered messages run/).waitFor()
  await app.picture('tests-empty')
  await app.page.getByLabel('Kind of stream').selectOption('video')
  await app.page.getByRole('button', { name: 'Send', exact: true }).click()
  await app.page
    .getByText(/video:4mbit\) started here/)
    .first()
    .waitFor()
  await expectToArrive(400)
}, 60_000)

it('goes through all six modes, and loses nothing where packets are sent again or doubled', async () => {
  // It is redundant already; that comes last.
  for (const mode of [...modeNames.slice(1), modeNames[0]]) {
    await app.page
      .getByRole('radiogroup', { name: 'Mode, as we send' })
      .getByRole('radio', { name: modeWords[mode] })
      .click()
    await app.page.getByText(`Mode set to ${modeWords[mode]} here`).first().waitFor()
    await expectToArrive(700)
    await app.picture(`mode-${mode}`)
  }
  // `single` is what a stock peer would do; the fibre that it takes loses nothing here.
  expect(await figure('lost')).toBe(0)
}, 180_000)

it('says by weight that bulk goes where there is room, how much that is, and what other streams get', async () => {
  const choose = async (mode: 'weighted' | 'redundant'): Promise<void> => {
    const modes = app.page.getByRole('radiogroup', { name: 'Mode, as we send' })
    await modes.getByRole('radio', { name: modeWords[mode] }).click()
  }
  await choose('weighted')
  await app.page.getByLabel('Kind of stream').selectOption('bulk')
  await app.page.getByRole('button', { name: 'Send', exact: true }).click()
  await app.page.locator('[data-stream="sent-2"]').waitFor()
  const said = async (): Promise<RegExpExecArray[]> => {
    const pattern = /^Gets (\d+) %: bulk takes .*?([\d.]+) Mbit\/s now.*\. Of other streams (\d+) %/
    const texts = await app.page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('li.path .reason')].map(({ title }) => title),
    )
    return texts.flatMap((text) => {
      const found = pattern.exec(text)
      return found === null ? [] : [found]
    })
  }
  const sum = (all: readonly RegExpExecArray[], group: number) =>
    all.reduce((total, found) => total + Number(found[group]), 0)
  await expect.poll(async () => (await said()).length, { timeout: patienceMs }).toBeGreaterThan(1)
  await expect.poll(async () => sum(await said(), 2), { timeout: patienceMs }).toBeGreaterThan(4)
  await app.picture('bulk-weighted')
  // Of all paths, but for rounding and those that are just proving themselves.
  await expect.poll(async () => Math.abs(sum(await said(), 1) - 100), { timeout: patienceMs }).toBeLessThan(3)
  await expect.poll(async () => Math.abs(sum(await said(), 3) - 100), { timeout: patienceMs }).toBeLessThan(3)
  await app.page.getByRole('button', { name: 'Stop bulk to the peer' }).click()
  await expect.poll(async () => (await said()).length, { timeout: patienceMs }).toBe(0)
  await choose('redundant')
}, 120_000)

it('changes its rate while it runs, and asks the other side for a stream of its own', async () => {
  const rate = app.page.locator('[data-stream="sent-1"]').getByRole('textbox')
  await rate.fill('2')
  await rate.press('Enter')
  await app.page
    .getByText(/video:2mbit\) changed here/)
    .first()
    .waitFor()
  await app.page.getByLabel('Kind of stream').selectOption('voice')
  await app.page.getByRole('button', { name: 'Ask the peer to send' }).click()
  await app.page.locator('[data-stream="received-1"]').waitFor()
  await expect.poll(() => colouredPixels(app, 'rtt'), { timeout: patienceMs }).toBeGreaterThan(100)
}, 60_000)

it('takes no rate that cannot be, says why, and keeps both what was typed and what runs', async () => {
  const row = app.page.locator('[data-stream="sent-1"]')
  const rate = row.getByRole('textbox')
  for (const [typed, sentence] of [
    ['0', '0 is too little: type 0.001 to 500 Mbit/s. It stays 2.'],
    ['200gbit', '“200gbit” is no number: type 0.001 to 500 Mbit/s, as digits only. It stays 2.'],
  ] as const) {
    await rate.fill(typed)
    await rate.press('Enter')
    await row.getByText(sentence).waitFor()
    expect(await rate.inputValue()).toBe(typed)
  }
  await rate.press('Escape')
  await expect.poll(() => rate.inputValue()).toBe('2')
  expect(await row.getByRole('alert').count()).toBe(0)
  const picker = app.page.locator('.stream-picker')
  await picker.getByLabel('Kind of stream').selectOption('video')
  await picker.getByRole('textbox', { name: /Mbit\/s/ }).fill('9000')
  expect(await picker.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true)
  await picker.getByRole('textbox', { name: /Mbit\/s/ }).press('Escape')
  await expect.poll(() => picker.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(false)
}, 60_000)

it('changes how long packets of a received stream wait for order, and says what cannot be', async () => {
  const row = app.page.locator('[data-stream="received-1"]')
  const deadline = row.getByRole('textbox', { name: 'Deadline of voice from the peer, ms, 0 to 5000' })
  expect(await deadline.inputValue()).toBe('150')
  for (const [typed, sentence] of [
    ['5001', '5001 is too much: type 0 to 5000 ms. It stays 150.'],
    ['-1', '-1 is too little: type 0 to 5000 ms. It stays 150.'],
    ['1.5', '1.5 is no whole number: type 0 to 5000 ms, without a fraction. It stays 150.'],
    ['soon', '“soon” is no number: type 0 to 5000 ms, as digits only. It stays 150.'],
  ] as const) {
    await deadline.fill(typed)
    await deadline.press('Enter')
    await row.getByRole('alert').getByText(sentence).waitFor()
  }
  await app.picture('streams-deadline-wrong')
  expect(await row.getByText('at once').count()).toBe(0)
  await deadline.fill('0')
  await deadline.press('Enter')
  await row.getByText('at once').waitFor()
  await app.page.getByText(/from the peer \(voice\) are handed on as they come; before, .* 150 ms/).waitFor()
  await app.picture('streams-deadline-0')
  await app.resize(900, 600)
  await deadline.scrollIntoViewIfNeeded()
  await app.picture('streams-deadline-900x600')
  for (const offset of [0, 45, 150, 9999]) {
    await app.page.evaluate((left) => document.querySelector('.streams-scroll')?.scrollTo({ left }), offset)
    await expect.poll(halfNumbers, { timeout: patienceMs }).toEqual([])
    await app.picture(`streams-900x600-from-${offset}`)
  }
  await app.resize(1360, 860)
  await deadline.fill('80')
  await deadline.press('Enter')
  await app.page.getByText(/from the peer \(voice\) wait up to 80 ms for those before them/).waitFor()
  expect(await row.getByText('at once').count()).toBe(0)
  expect(await deadline.inputValue()).toBe('80')
}, 60_000)

it('stops it, and the report has both streams with the numbers of the panel', async () => {
  await app.page.getByRole('button', { name: 'Stop video:2mbit to the peer' }).click()
  await app.page
    .getByText(/video:2mbit\) stopped here/)
    .first()
    .waitFor()
  await app.page.locator('header').getByRole('button', { name: 'Stop', exact: true }).click()
  await app.page.getByText(/Ended in good order/).waitFor()
  await app.picture('tests-ended')
  const [sent, received, lost] = [await figure('sent'), await figure('received'), await figure('lost')]
  expect(received + lost).toBe(sent)
  await app.page.getByRole('button', { name: 'Export report' }).click()
  await app.page.getByText(/files written to/).waitFor()
  const parsed = parseReport(exported(app)['json'] ?? '')
  if (parsed.kind !== 'ok') throw new Error(JSON.stringify(parsed))
  const video = parsed.report.streams.find((stream) => stream.kind === 'video')
  expect(video).toMatchObject({ direction: 'sent', sent, received, lost })
  const voice = parsed.report.streams.find((stream) => stream.kind === 'voice')
  expect(voice?.playout).toMatchObject({
    deadlineMs: 80,
    deadlineChanges: [
      { fromMs: 150, toMs: 0 },
      { fromMs: 0, toMs: 80 },
    ],
  })
}, 120_000)
