import { afterAll, beforeAll, expect, it } from 'vitest'
import { copyOffer, launchApp, loopbackOnly, paste, type RunningApp } from './harness'

let maker: RunningApp
let taker: RunningApp
let offer = ''
/** An offer of a session that is over. */
let anotherOffer = ''

beforeAll(async () => {
  ;[maker, taker] = await Promise.all([launchApp(loopbackOnly), launchApp(loopbackOnly)])
  offer = await copyOffer(maker)
  anotherOffer = await copyOffer(taker)
  await taker.page.getByRole('button', { name: 'Cancel' }).click()
  await taker.page.getByRole('button', { name: 'Create offer' }).waitFor()
})

afterAll(async () => {
  await Promise.all([maker?.close(), taker?.close()])
})

/** The sentence under the box; the text stays in it, for correction. */
async function sentenceFor(app: RunningApp, text: string): Promise<string> {
  await paste(app, text)
  const alert = app.page.getByRole('alert')
  await alert.waitFor()
  expect(await app.page.getByRole('textbox', { name: /^Paste / }).inputValue()).toBe(text)
  const sentence = await alert.innerText()
  // Editing takes the sentence away, so that the next one is the next text's.
  await app.page.getByRole('textbox', { name: /^Paste / }).fill('')
  return sentence
}

it('says that garbage is neither an offer nor an answer', async () => {
  const sentence = await sentenceFor(taker, 'hello, did you get my mail?')
  expect(sentence).toMatch(/offer|answer/)
  await paste(taker, 'hello, did you get my mail?')
  await taker.page.getByRole('alert').waitFor()
  await taker.picture('paste-garbage')
})

it('says that a text was cut off', async () => {
  const sentence = await sentenceFor(taker, offer.slice(0, Math.floor(offer.length * 0.6)))
  expect(sentence).toMatch(/cut|missing|whole|complete/i)
})

it('says that an answer belongs elsewhere when no offer was made here', async () => {
  const answer = JSON.stringify({
    type: 'answer',
    sdp: 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n',
  })
  expect(await sentenceFor(taker, answer)).toMatch(/answer/)
})

it('begins no session with an offer that lists no addresses', async () => {
  await maker.page.getByRole('radio', { name: 'JSON' }).check({ force: true })
  const json = await maker.page.getByRole('textbox', { name: 'Your offer' }).inputValue()
  await maker.page.getByRole('radio', { name: 'Compact' }).check({ force: true })
  expect(await sentenceFor(taker, json.replace(/a=candidate.*?\\r\\n/g, ''))).toMatch(/network addresses/)
  expect(await taker.page.getByRole('button', { name: 'Cancel' }).count()).toBe(0)
})

it('refuses a text that is far too long without sending it anywhere', async () => {
  expect(await sentenceFor(taker, 'x'.repeat(300_000))).toMatch(/too long/)
})

it('still shows the start screen after all of that: no session was begun', async () => {
  await taker.page.getByRole('button', { name: 'Create offer' }).waitFor()
  expect(await taker.page.getByRole('button', { name: 'Cancel' }).count()).toBe(0)
})

it('says that an offer was pasted where the answer belongs, and keeps waiting', async () => {
  expect(await sentenceFor(maker, anotherOffer)).toMatch(/offer.*answer/)
  expect(await sentenceFor(maker, offer)).toMatch(/your own offer/)
  await paste(maker, anotherOffer)
  await maker.page.getByRole('alert').waitFor()
  await maker.picture('paste-swapped')
  await maker.page.getByText('Waiting for the answer').waitFor()
})

it('still takes the right text after the wrong ones, pasted anywhere in the window', async () => {
  await taker.page.getByRole('textbox', { name: /^Paste / }).fill('')
  await taker.electron.evaluate(({ clipboard }, text) => clipboard.writeText(text), `"${offer}"`)
  await taker.page.locator('h1').click()
  await taker.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await taker.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.paste())
  await taker.page.getByRole('button', { name: 'Copy answer' }).waitFor()
})

it('calls a new offer uncopied, and says what it makes of the STUN server', async () => {
  const { page } = taker
  expect(await page.getByText('Copied', { exact: true }).count()).toBe(0)
  await page.getByRole('button', { name: 'Copy answer' }).click()
  await page.getByText('Copied', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByLabel('STUN server').fill('two words')
  await page.getByRole('button', { name: 'Create offer' }).click()
  await page.getByRole('button', { name: 'Copy offer' }).waitFor()
  await page.getByText(/The STUN server .* is not understood/).waitFor()
  expect(await page.getByText('Copied', { exact: true }).count()).toBe(0)
  await taker.picture('stun-not-understood')
})
