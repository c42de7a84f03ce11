import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseReport, type Report } from '../../src/shared/report'
import { formatBytes, formatCount, formatMs } from '../../src/shared/words'
import {
  colouredPixels,
  copyOffer,
  clipboardText,
  expectGraphMoves,
  exported,
  launchApp,
  loopbackOnly,
  paste,
  patienceMs,
  type RunningApp,
  tableCells,
} from './harness'

let left: RunningApp
let right: RunningApp

beforeAll(async () => {
  const fast = { ...loopbackOnly, messages: { enabled: true, ratePerSecond: 20, sizeBytes: 128 } }
  ;[left, right] = await Promise.all([
    launchApp({ ...fast, title: 'Left to right' }),
    launchApp({ ...fast, theme: 'light', title: 'Right' }),
  ])
})

afterAll(async () => {
  await Promise.all([left?.close(), right?.close()])
})

it('connects two windows by an offer and an answer carried over by hand', async () => {
  await left.picture('start-dark')
  await right.picture('start-light')
  const offer = await copyOffer(left)
  expect(offer).toMatch(/^pathscope-offer:/)
  await left.page.getByText('Waiting for the answer').waitFor()
  await left.picture('offer-waiting')

  await paste(right, `Mira wrote:\n> ${offer}\n`)
  await right.page.getByRole('button', { name: 'Copy answer' }).click()
  await right.page.getByText('Copied', { exact: true }).waitFor()
  await right.picture('answer-waiting')
  const answer = await clipboardText(right)
  expect(answer).toMatch(/^pathscope-answer:/)

  await paste(left, answer)
  for (const app of [left, right]) {
    await app.page
      .getByRole('status')
      .getByText(/^(\d+) of \1 paths? up$/)
      .waitFor()
  }
}, 120_000)

it('draws graphs that move on both sides', async () => {
  for (const app of [left, right]) {
    await expect.poll(() => colouredPixels(app, 'rtt'), { timeout: patienceMs }).toBeGreaterThan(100)
    for (const graph of ['rtt', 'loss', 'rate', 'weight']) await expectGraphMoves(app, graph)
  }
  await left.picture('live-dark')
  await right.picture('live-light')
}, 120_000)

it('stands still while paused, and goes on after it', async () => {
  await left.page.locator('body').press('Space')
  await left.page.getByRole('button', { name: 'Go on' }).waitFor()
  const { graphPixels } = await import('./harness')
  const before = await graphPixels(left, 'rtt')
  const sentThere = () => right.page.locator('table.delivered').innerText()
  const there = await sentThere()
  await expect.poll(sentThere, { timeout: patienceMs }).not.toBe(there)
  expect(await graphPixels(left, 'rtt')).toBe(before)
  await left.page.locator('body').press('Space')
  await expectGraphMoves(left, 'rtt')
}, 60_000)

it('switches the mode of what this side sends, and the other side says so', async () => {
  await left.page
    .getByRole('radiogroup', { name: 'Mode, as we send' })
    .getByRole('radio', { name: 'weighted' })
    .click()
  await left.page
    .getByText(/Mode set to weighted here/)
    .first()
    .waitFor()
  await right.page
    .getByText(/Mode set to weighted by the peer/)
    .first()
    .waitFor()
  const peerMode = () => right.page.getByLabel('Mode, as the peer sends').inputValue()
  await expect.poll(peerMode, { timeout: patienceMs }).toBe('weighted')
  await right.picture('peer-weighted')
  await right.page.getByLabel('Mode, as the peer sends').selectOption('redundant')
  await left.page
    .getByText(/Mode set to redundant here, as the peer asked/)
    .first()
    .waitFor()
  await expect.poll(peerMode, { timeout: patienceMs }).toBe('redundant')
}, 60_000)

it('zooms into a stretch by dragging, and back by Escape', async () => {
  const plot = left.page.locator('[data-graph="rtt"] .u-over')
  const box = await plot.boundingBox()
  if (box === null) throw new Error('the graph is not drawn')
  await left.page.mouse.move(box.x + box.width * 0.3, box.y + 40)
  await left.picture('crosshair')
  await left.page.mouse.down()
  await left.page.mouse.move(box.x + box.width * 0.6, box.y + 40, { steps: 5 })
  await left.page.mouse.up()
  await left.page.getByText('Zoomed').waitFor()
  await left.page.locator('body').press('Escape')
  await expect.poll(() => left.page.getByText('Zoomed').count()).toBe(0)
})

it('lists every pair in the table, and takes one out and in again', async () => {
  await left.page.locator('body').press('t')
  const row = left.page.locator('tr[data-pair]').first()
  await row.waitFor()
  await left.picture('table-dark')
  const box = row.getByRole('checkbox')
  await box.click()
  await left.page
    .getByText(/taken out by the user/)
    .first()
    .waitFor()
  await box.click()
  await left.page
    .getByText(/taken in again/)
    .first()
    .waitFor()
})

it('ends on both sides, and exports a report that is valid and says what the table says', async () => {
  await left.page.getByRole('button', { name: 'Stop' }).click()
  for (const app of [left, right]) await app.page.getByText(/Ended in good order/).waitFor()
  await right.picture('ended-light')
  const cells = await tableCells(left)
  expect(cells.size).toBeGreaterThan(0)
  await left.page.getByRole('button', { name: 'Export report' }).click()
  await left.page.getByText(/files written to/).waitFor()
  await left.picture('ended-exported')

  const files = exported(left)
  expect(Object.keys(files).sort()).toEqual(['csv', 'html', 'json'])
  const parsed = parseReport(files['json'] ?? '')
  if (parsed.kind !== 'ok') throw new Error(JSON.stringify(parsed))
  expect(parsed.report.session.title).toBe('Left to right')
  expect(parsed.report.session.role).toBe('offerer')
  expect(files['html']).toContain('<svg')
  expect((files['csv'] ?? '').split('\n').length).toBeGreaterThan(2)
  expectSameNumbers(cells, parsed.report)
}, 60_000)

function expectSameNumbers(cells: Map<number, Record<string, string>>, report: Report): void {
  expect(report.pairs.map((pair) => pair.id).sort()).toEqual([...cells.keys()].sort())
  const text = (value: string): string => (value === '' ? '–' : value)
  for (const pair of report.pairs) {
    const row = cells.get(pair.id)
    const { stats, measured, nominations } = pair
    expect(row, `pair ${pair.id}`).toMatchObject({
      'packets-sent': text(formatCount(stats.packetsSent)),
      'packets-received': text(formatCount(stats.packetsReceived)),
      'bytes-sent': text(formatBytes(stats.bytesSent)),
      'datagrams-sent': text(formatCount(measured.datagrams.packetsSent)),
      'rtt-p50': text(formatMs(measured.rttMs?.p50)),
      'rtt-p95': text(formatMs(measured.rttMs?.p95)),
      'rtt-n': text(formatCount(measured.rttMs?.n)),
      first: text(formatCount(measured.firstArrivals)),
      'nominations-attempted': text(formatCount(nominations.attempted)),
      'nominations-refused': text(formatCount(nominations.refused)),
      'nominations-prevented': text(formatCount(pair.nominationsPrevented)),
    })
  }
}
