/**
 * The app on emulated links: what the window says of its paths in each mode, held to what the links counted, and a stream
 * that is far too much for a path. It runs on the left host of a lab of the topology `triple` and is skipped elsewhere:
 *
 *     lab up triple; lab exec left -- npx vitest run --project e2e test/e2e/links.test.ts; lab down
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import type { EngineEvent } from '../../src/engine'
import type { Report } from '../../src/shared/report'
import { modeNames, modeWords, switchWords } from '../../src/shared/words'
import {
  asTheyWere,
  between,
  carries,
  chooseMode,
  connectOverLinks,
  counted,
  type Counts,
  type EmulatedSession,
  figure,
  isLeftHost,
  lab,
  lastSwitch,
  type Link,
  links,
  pictures,
  rates,
  reasons,
  roundTrips,
} from './emulated'
import { patienceMs } from './harness'

type Mode = (typeof modeNames)[number]

/** What stood in the window and what the links counted while a mode ran. */
interface Stretch {
  readonly mode: Mode
  readonly isTroubled: boolean
  readonly fromMs: number
  readonly toMs: number
  /** Of what this host sent over each link meanwhile. */
  readonly counts: ReadonlyMap<Link, Counts>
  /** Why each path has its part, by its name, as it stood there each second. */
  readonly looks: readonly ReadonlyMap<string, string>[]
  /** What each path carries by the window, bit/s, where it tells. */
  readonly carries: ReadonlyMap<string, number>
  /** Of the stream, before: those of the stretch itself are known when the next one begins, or from the report. */
  readonly lostBefore: number
  /** The path that the mode prefers, and what stood there of how traffic came to it; null where it prefers none. */
  readonly preferred: { readonly path: string; readonly cameBy: string | null } | null
}

/** What a sentence of a mode says of its link's part of the video. */
interface Meaning {
  readonly sentence: RegExp
  readonly modes: readonly Mode[]
  readonly leastPart: number
  readonly mostPart: number
  /** The link may say something else a moment later. */
  readonly mayChange?: true
}

const bySpeed: readonly Mode[] = ['lowest-latency', 'adaptive']
const preferring: readonly Mode[] = [...bySpeed, 'backup', 'single']
/** Of the path that carries while the others stand by. */
const preferredSentence =
  /The fastest: |Fastest until now: |The only usable path: |, and the first of those that |The one that a stock/
const meanings: readonly Meaning[] = [
  { sentence: /Gets a copy of every packet\./, modes: ['redundant'], leastPart: 0.9, mostPart: 1.3 },
  { sentence: /Gets [\d.]+ %/, modes: ['weighted'], leastPart: 0.02, mostPart: 0.98 },
  { sentence: preferredSentence, modes: preferring, leastPart: 0.7, mostPart: 1.3 },
  {
    sentence: /(Slower|Faster now): .+ ms (more|less, but by too little or for too short a time)\./,
    modes: bySpeed,
    leastPart: 0,
    mostPart: 0.15,
  },
  {
    sentence: /(Slower|Faster now): .+; gets copies of what is at risk\./,
    modes: bySpeed,
    leastPart: 0,
    mostPart: 0.3,
  },
  {
    sentence: /Takes what the fastest has no room for/,
    modes: bySpeed,
    leastPart: 0,
    mostPart: 0.5,
    mayChange: true,
  },
  {
    sentence: /Avoided: |Came back, /,
    modes: [...preferring, 'weighted'],
    leastPart: 0,
    mostPart: 1,
    mayChange: true,
  },
  { sentence: /Number \d+ in the order, standing by\./, modes: ['backup'], leastPart: 0, mostPart: 0.15 },
  { sentence: /Not the one that a stock/, modes: ['single'], leastPart: 0, mostPart: 0.15 },
]

const videoBps = 4e6
/** The receiver tells what is lost two seconds after it was sent, and a moment later it stands in the window. */
const settleMs = 3000
const stretchMs = 6000
/** Key frames come every two seconds, and a queue stands after them: looks a second apart would always see the same. */
const lookEveryMs = 430
/** What becomes of two links while the weights are at work: one too slow for its part, one that loses. */
const trouble = { eth: 1.5e6, wifiLossPercent: 5 } as const

describe.skipIf(!isLeftHost)('a session of video over three links', () => {
  const stretches: Stretch[] = []
  let session: EmulatedSession
  let report: Report

  afterAll(async () => {
    await session?.close()
    asTheyWere()
  })

  it('connects over all pairs', async () => {
    session = await connectOverLinks('Links')
  }, 120_000)

  async function run(mode: Mode, isTroubled: boolean): Promise<void> {
    const { app } = session
    const lostBefore = await figure(app, 'sent-1', 'lost')
    const looks = [await reasons(app)]
    const [fromMs, before] = [Date.now(), counted()]
    while (Date.now() < fromMs + stretchMs) {
      await sleep(Math.min(lookEveryMs, fromMs + stretchMs - Date.now()))
      looks.push(await reasons(app))
    }
    const [toMs, after] = [Date.now(), counted()]
    const counts = between(before, after)
    const stretch = { mode, isTroubled, fromMs, toMs, counts, looks, lostBefore }
    const path = [...(looks.at(-1) ?? [])].find(([, text]) => preferredSentence.test(text))?.[0]
    const preferred = path === undefined ? null : { path, cameBy: await lastSwitch(app, path) }
    stretches.push({ ...stretch, preferred, carries: await carries(app) })
    await pictures(app, `links-${mode}${isTroubled ? '-troubled' : ''}`, mode === 'weighted')
  }

  it('runs in each mode for a while, and once more by weight while links are in trouble', async () => {
    const { app } = session
    await app.page.getByLabel('Kind of stream').selectOption('video')
    await app.page.getByRole('button', { name: 'Send', exact: true }).click()
    await app.page.locator('[data-stream="sent-1"]').waitFor()
    for (const mode of modeNames) {
      await chooseMode(app, modeWords[mode])
      await sleep(settleMs)
      await run(mode, false)
    }
    await chooseMode(app, modeWords.weighted)
    await sleep(settleMs)
    lab('set', 'eth', 'l2r', `rate=${trouble.eth}bit`)
    lab('set', 'wifi', 'l2r', `loss=${trouble.wifiLossPercent}%`)
    // Loss is told over the last 5 s.
    await sleep(2 * settleMs)
    await run('weighted', true)
    report = await session.finish()
    for (const each of stretches) tell(each)
  }, 240_000)

  function tell({ mode, counts, looks, carries: capacities, lostBefore, preferred }: Stretch): void {
    const before = `lost ${lostBefore} before; carries`
    console.log(mode, Object.fromEntries(counts), before, Object.fromEntries(capacities), preferred)
    for (const name of looks[0]?.keys() ?? []) {
      const texts = new Set(looks.map((look) => look.get(name) ?? ''))
      if ([...texts].some((text) => !text.startsWith('Another pair')))
        console.log(`    ${name}: ${[...texts].join('\n        ')}`)
    }
  }

  /** By the samples that the graphs are drawn from, as IP packets. */
  function sampled(fromMs: number, toMs: number): Map<Link, number> {
    const startMs = Date.parse(report.session.startedAt)
    const { columns, rows, intervalMs } = report.samples
    const at = (name: (typeof columns)[number]) => columns.indexOf(name)
    const pairs = new Map(report.pairs.map((pair) => [pair.id, pair]))
    const sums = new Map<Link, number>(links.map((link) => [link, 0]))
    for (const row of rows) {
      const endMs = startMs + Number(row[at('t')]) * 1000
      const pair = pairs.get(Number(row[at('pair')]))
      const part = (Math.min(endMs, toMs) - Math.max(endMs - intervalMs, fromMs)) / intervalMs
      const link = links.find((each) => each === pair?.local.interface)
      if (part <= 0 || pair === undefined || link === undefined) continue
      const headers = (pair.local.address.includes(':') ? 48 : 28) * Number(row[at('packetsSent')] ?? 0)
      const payload = (Number(row[at('sentBps')] ?? 0) * intervalMs) / 8000
      sums.set(link, (sums.get(link) ?? 0) + part * (headers + payload))
    }
    return sums
  }

  const bytesOf = ({ counts }: Stretch, link: Link): number => counts.get(link)?.offered_bytes ?? 0

  it('shows of each link what the link counted', () => {
    for (const stretch of stretches) {
      const shown = sampled(stretch.fromMs, stretch.toMs)
      for (const link of links) {
        const [ours, theirs] = [Math.round(shown.get(link) ?? 0), bytesOf(stretch, link)]
        // The looks at the links and the samples are up to some tenths of a second apart, with 500 kB of video a second.
        const most = 0.05 * theirs + 190_000
        const where = `${stretch.mode}, ${link}: ${ours} shown, ${theirs} counted`
        expect(Math.abs(ours - theirs), where).toBeLessThan(most)
      }
    }
  })

  /** What was said of the pairs of a link, of both versions, at the same times. */
  function saidOf(looks: Stretch['looks'], link: Link): readonly string[] {
    return looks.map((look) =>
      [4, 6].map((version) => look.get(`${link} → ${link} IPv${version}`) ?? '').join(' '),
    )
  }

  /** Which meaning a look at a link has; undefined: none that the mode has. */
  const meaningOf = (text: string, mode: Mode): Meaning | undefined =>
    meanings.find(({ sentence, modes }) => modes.includes(mode) && sentence.test(text))

  it('says why, as the links show it, of each link and in each mode', () => {
    for (const stretch of stretches) {
      const { mode, looks } = stretch
      const video = videoBps * ((stretch.toMs - stretch.fromMs) / 8000)
      let told = 0
      for (const link of links) {
        const said = saidOf(looks, link)
        const part = bytesOf(stretch, link) / video
        const where = `${mode}, ${link} with ${(100 * part).toFixed(0)} % of the video: ${said.join(' | ')}`
        const found = said.map((text) => meaningOf(text, mode))
        expect(found, where).not.toContain(undefined)
        const meant = [...new Set(found)].filter((one) => one !== undefined)
        // By speed another path may be preferred at any time; else what is said is said all the while.
        const mayChange = bySpeed.includes(mode) || meant.some((one) => one.mayChange)
        if (!mayChange) expect(meant.length, where).toBe(1)
        const leastPart = Math.min(...meant.map((one) => one.leastPart))
        const mostPart = Math.max(...meant.map((one) => one.mostPart))
        expect(part, where).toBeGreaterThanOrEqual(leastPart)
        expect(part, where).toBeLessThan(mostPart)
        if (leastPart > 0 || mostPart < 1) told += 1
      }
      expect(told, `links of which ${mode} said what they carry`).toBeGreaterThan(0)
    }
  })

  it('says how traffic came to the path that it prefers, as the report tells it', () => {
    for (const { mode, preferred } of stretches) {
      if (preferring.includes(mode)) expect(preferred, mode).not.toBeNull()
    }
    const said = stretches.flatMap(({ mode, toMs, preferred }) =>
      preferred === null ? [] : [{ mode, toMs, ...preferred }],
    )
    for (const { mode, toMs, path, cameBy } of said) {
      const told = report.events.filter(({ kind, at }) => kind === 'switch' && Date.parse(at) <= toMs).at(-1)
      const where = `${mode}, ${path}: ${cameBy}; told ${JSON.stringify(told)}`
      expect(told?.['toLabel'], where).toBe(path)
      const words = switchWords[told?.['reason'] as keyof typeof switchWords]
      expect(cameBy, where).toContain('Traffic came here ')
      expect(cameBy, where).toContain(` ago: ${words}.`)
      const seconds = Number(/came here ([\d.]+) s ago/.exec(cameBy ?? '')?.[1] ?? NaN)
      const agoSeconds = (toMs - Date.parse(told?.at ?? '')) / 1000
      if (agoSeconds < 55) expect(Math.abs(seconds - agoSeconds), where).toBeLessThan(2.5)
    }
  })

  /** Means over a stretch of what a sentence of a weighed path says; null where it says nothing of it. */
  function weighedBy(stretch: Stretch, link: Link) {
    const texts = saidOf(stretch.looks, link).filter((text) => text.includes('Gets '))
    const mean = (pattern: RegExp): number | null => {
      const values = texts.flatMap((text) => pattern.exec(text)?.[1] ?? []).map(Number)
      return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
    }
    return {
      sharePercent: mean(/Gets (\d+) %/),
      rttMs: mean(/round trip ([\d.]+) ms/),
      lossPercent: mean(/recent loss ([\d.]+) %/),
      holds: texts.filter((text) => text.includes('held to')).length / Math.max(1, texts.length),
      heldToMbps: mean(/held to ([\d.]+) Mbit/),
      carriesMbps: mean(/held to ([\d.]+) Mbit\/s by what it carries/),
    }
  }

  /** Checks of all its pairs, and control: bytes that a link sends besides the video. */
  function besidesOf(): number {
    const standby = stretches.find(({ mode }) => mode === 'backup') as Stretch
    return (bytesOf(standby, 'wifi') + bytesOf(standby, 'lte')) / 2
  }

  const weighted = (isTroubled: boolean): Stretch => {
    const found = stretches.find(
      (stretch) => stretch.mode === 'weighted' && stretch.isTroubled === isTroubled,
    )
    if (found === undefined) throw new Error('it did not run')
    return found
  }

  it('says by weight what each link gets, and its round trip and loss as the link has them', () => {
    const besides = besidesOf()
    for (const stretch of [weighted(false), weighted(true)]) {
      const videoOf = (link: Link): number => Math.max(0, bytesOf(stretch, link) - besides)
      const all = links.reduce((sum, link) => sum + videoOf(link), 0)
      for (const link of links) {
        const said = weighedBy(stretch, link)
        const part = (100 * videoOf(link)) / all
        const counts = stretch.counts.get(link) as Counts
        const lost = (100 * (counts.dropped_loss + counts.dropped_queue)) / counts.offered
        const where = `${link}${stretch.isTroubled ? ' in trouble' : ''}, ${part.toFixed(1)} % counted, ${lost.toFixed(2)} % lost there: ${JSON.stringify(said)}`
        console.log(where)
        expect(Math.abs((said.sharePercent ?? 0) - part), where).toBeLessThan(6)
        expect(Math.abs((said.lossPercent ?? -100) - lost), where).toBeLessThan(2.5)
        if (stretch.isTroubled && link === 'eth') continue
        expect(said.rttMs, where).toBeGreaterThan(0.9 * roundTrips[link])
        expect(said.rttMs, where).toBeLessThan(1.25 * roundTrips[link] + 3)
        expect(said.holds, where).toBe(0)
      }
    }
  })

  it('says by weight which link is held to what it carries, and it is', () => {
    const stretch = weighted(true)
    const said = weighedBy(stretch, 'eth')
    const counts = stretch.counts.get('eth') as Counts
    const seconds = (stretch.toMs - stretch.fromMs) / 1000
    const where = `${(counts.offered_bytes * 8) / seconds} bit/s, ${counts.dropped_queue} dropped: ${JSON.stringify(said)}`
    console.log(where)
    const givenBps = (counts.offered_bytes * 8) / seconds
    expect(said.holds, where).toBeGreaterThan(0.6)
    // Checks, control and headers come on top of what it is held to.
    expect(givenBps, where).toBeGreaterThan(0.85e6 * (said.heldToMbps ?? 0))
    expect(givenBps, where).toBeLessThan(1.15e6 * (said.heldToMbps ?? 0) + (8 * besidesOf()) / seconds)
    expect(1e6 * (said.carriesMbps ?? 0), where).toBeGreaterThan(0.75 * trouble.eth)
    expect(1e6 * (said.carriesMbps ?? 0), where).toBeLessThan(trouble.eth)
    expect(counts.dropped_queue / counts.offered, where).toBeLessThan(0.05)
  })

  it('tells no capacity that the link has not', () => {
    for (const { mode, isTroubled, carries: capacities } of stretches) {
      for (const [name, bps] of capacities) {
        const link = name.split(' ')[0] as Link
        const isSlow = isTroubled && link === 'eth'
        const rate = isSlow ? trouble.eth : rates[link]
        // It is read from 200 ms, in which the slow one delivers some thirty packets.
        const most = (isSlow ? 1.15 : 1.05) * rate
        expect(bps, `${mode}: ${name} carries ${bps} bit/s`).toBeGreaterThan(0.5 * rate)
        expect(bps, `${mode}: ${name} carries ${bps} bit/s`).toBeLessThan(most)
      }
    }
  })

  it('loses nothing but what the mode permits, to the last packet', () => {
    const inAll = report.streams.find(({ kind }) => kind === 'video')?.lost ?? Infinity
    for (const [at, { mode, isTroubled, lostBefore }] of stretches.entries()) {
      // There one of each path's packets in twenty is lost at its first going, and some of these once more.
      const most = isTroubled ? 5 : 0
      const lost = (stretches[at + 1]?.lostBefore ?? inAll) - lostBefore
      if (mode !== 'single') expect(lost, `lost in ${mode}, trouble ${isTroubled}`).toBeLessThanOrEqual(most)
    }
  })
})

describe.skipIf(!isLeftHost)('a stream of 200 Mbit/s on a path of 10 Mbit/s', () => {
  const path = 'eth → eth IPv4'
  const message =
    /Stream 1 to the peer \(cbr:200mbit\) was stopped by the circuit breaker: of ([\d.]+) Mbit\/s over (.+), ([\d.]+) % were lost, and a fair flow would send less than a tenth\. Start it again at a lower rate\./
  let session: EmulatedSession
  let floodCounts: Counts
  let floodSeconds: number
  let said: RegExpExecArray | null

  afterAll(async () => {
    await session?.close()
    asTheyWere()
  })

  it('finds the session connected over all pairs', async () => {
    session = await connectOverLinks('Too much')
    lab('set', 'eth', 'rate=10mbit')
  }, 120_000)

  it('is stopped within 5 s, and the window says at what rate, on which path, and what was lost', async () => {
    const { app } = session
    await chooseMode(app, modeWords.single)
    await app.page.getByRole('button', { name: `Highlight ${path}` }).click()
    await app.page.getByRole('button', { name: `Pin ${path}` }).click()
    await app.page.getByText(`${path}: pinned; only pinned paths carry what we send`).first().waitFor()
    await app.page.getByLabel('Kind of stream').selectOption('cbr')
    const rate = app.page.locator('.stream-picker').getByRole('textbox', { name: /Mbit\/s/ })
    await rate.fill('200')
    await rate.press('Enter')
    const before = counted()
    const startMs = Date.now()
    await app.page.getByRole('button', { name: 'Send', exact: true }).click()
    const note = app.page.getByRole('list', { name: 'What went wrong with streams' }).getByText(message)
    await note.waitFor()
    floodSeconds = (Date.now() - startMs) / 1000
    said = message.exec(await note.innerText())
    await sleep(500)
    floodCounts = between(before, counted()).get('eth') as Counts
    console.log(said?.[0], `after ${floodSeconds} s; the link counted`, floodCounts)
    await pictures(app, 'breaker', true)
    expect(floodSeconds).toBeLessThan(5)
  }, 60_000)

  it('says the truth of it: the path that carried alone, and the rate and loss that the link counted', () => {
    const [, mbps, where, lostPercent] = said ?? []
    const { offered, offered_bytes: bytes, dropped_queue: dropped } = floodCounts
    expect(where).toBe(path)
    expect(Number(mbps)).toBeGreaterThan(((bytes * 8) / 1e6 / floodSeconds) * 0.8)
    // With headers 205; a stall of up to 100 ms is made good in the half second that is told of.
    expect(Number(mbps)).toBeLessThan(205 * 1.2)
    expect(Math.abs(Number(lostPercent) - (100 * dropped) / offered)).toBeLessThan(6)
  })

  it('told the other side', async () => {
    const isBreak = (event: EngineEvent) => event.kind === 'stream-broken'
    await expect.poll(() => session.peerEvents().some(isBreak), { timeout: patienceMs }).toBe(true)
    const [, mbps, where, lostPercent] = said ?? []
    const event = session.peerEvents().find(isBreak)
    expect(event).toMatchObject({ direction: 'received', id: 1, spec: { kind: 'cbr', rateBps: 200e6 } })
    if (event?.kind !== 'stream-broken') return
    expect(event.label).toBe(where)
    expect((event.sentBps / 1e6).toFixed(2)).toBe(mbps)
    expect(event.lostPercent.toFixed(2)).toBe(lostPercent)
  })

  it('leaves the session connected: the path is up, and voice and messages pass without a loss', async () => {
    const { app } = session
    await app.page
      .getByRole('status')
      .getByText(/1 of 1 path up$/)
      .waitFor()
    await app.page.getByLabel('Kind of stream').selectOption('voice')
    await app.page.getByRole('button', { name: 'Send', exact: true }).click()
    await expect.poll(() => figure(app, 'sent-2', 'received'), { timeout: patienceMs }).toBeGreaterThan(200)
    expect(await figure(app, 'sent-2', 'lost')).toBe(0)
    await pictures(app, 'breaker-after')
  }, 60_000)

  it('is told of in the exported report and in the other side’s', async () => {
    const ours = await session.finish()
    const theirs = await session.peerReport()
    const [, mbps, where, lostPercent] = said ?? []
    for (const [report, direction] of [
      [ours, 'sent'],
      [theirs, 'received'],
    ] as const) {
      const flood = report.streams.find((stream) => stream.kind === 'cbr')
      expect(flood).toMatchObject({ direction, broken: { path: where } })
      expect(((flood?.broken?.sentBps ?? 0) / 1e6).toFixed(2)).toBe(mbps)
      expect(flood?.broken?.lostPercent?.toFixed(2)).toBe(lostPercent)
      expect(report.events.some(({ kind }) => kind === 'stream-broken')).toBe(true)
      const voice = report.streams.find((stream) => stream.kind === 'voice')
      expect(voice).toMatchObject({ direction, lost: 0 })
      const messages = report.streams.filter((stream) => stream.kind === 'messages')
      expect(messages.map((stream) => stream.lost)).toEqual([0, 0])
    }
  }, 60_000)
})
