import { afterEach, describe, expect, it } from 'vitest'
import type { SecureStart } from '../../../engine'
import { createWeriftSessions } from './index'
import { joinOneWay, startFor, Watched, type Ways } from './testing'

const sessions = createWeriftSessions()
const opened: Watched[] = []

afterEach(() => {
  for (const watched of opened.splice(0)) watched.session.close()
})

async function watchedSession(): Promise<Watched> {
  const watched = new Watched(await sessions.create())
  opened.push(watched)
  return watched
}

interface PairOptions {
  readonly offererWays?: Ways
  readonly answererWays?: Ways
  readonly offererStart?: Partial<SecureStart>
  readonly answererStart?: Partial<SecureStart>
}

async function joined(options: PairOptions = {}): Promise<{ offerer: Watched; answerer: Watched }> {
  const [offerer, answerer] = await Promise.all([watchedSession(), watchedSession()])
  joinOneWay(offerer, answerer, options.offererWays)
  joinOneWay(answerer, offerer, options.answererWays)
  offerer.session.start(startFor('offerer', answerer.session.fingerprint, options.offererStart))
  answerer.session.start(startFor('answerer', offerer.session.fingerprint, options.answererStart))
  return { offerer, answerer }
}

describe('two sessions over a reliable handshake channel', () => {
  it('connect with one exporter and pass messages both ways', async () => {
    const { offerer, answerer } = await joined()
    const [a, b] = await Promise.all([offerer.wait('connected'), answerer.wait('connected')])
    expect(a.exporter).toHaveLength(32)
    expect(a.exporter).toEqual(b.exporter)
    await Promise.all([offerer.wait('channel-open'), answerer.wait('channel-open')])
    expect(offerer.session.sendMessage(Uint8Array.of(1, 2, 3))).toBe(true)
    expect(answerer.session.sendMessage(Uint8Array.of(4, 5))).toBe(true)
    const [atAnswerer, atOfferer] = await Promise.all([answerer.wait('message'), offerer.wait('message')])
    expect([...atAnswerer.data]).toEqual([1, 2, 3])
    expect([...atOfferer.data]).toEqual([4, 5])
  })
})
