import { expect, test } from 'vitest'
import { pairOfEngines, testPrimitives, type TestLink } from '../testing'

const spec = { kind: 'cbr', rateBps: 3_000_000, sizeBytes: 1200 } as const
const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/**
 * The second host is of an earlier release, whose hello has `instead` in place of `word`; and every control text that it is
 * sent, by its `t`.
 */
function withOlderPeer(word: string, instead: string) {
  const texts: string[] = []
  const links: TestLink[] = [
    { delayMs: 10, loss: 0, up: true },
    { delayMs: 20, loss: 0, up: true, rateBps: 1_000_000 },
  ]
  const settings = { messages: { enabled: false, ratePerSecond: 1, sizeBytes: 128 } }
  const world = pairOfEngines(links, settings, 1, (seed) => {
    const primitives = testPrimitives(seed)
    if (seed === 1) return primitives
    return {
      ...primitives,
      seal: (key, nonce, plain, aad) =>
        primitives.seal(key, nonce, bytesOf(textOf(plain).replace(word, instead)), aad),
      open: (key, nonce, sealed, aad) => {
        const plain = primitives.open(key, nonce, sealed, aad)
        const t = plain && /\{"t":"([a-z-]+)"/.exec(textOf(plain))?.[1]
        if (t) texts.push(t)
        return plain
      },
    }
  })
  world.connect()
  world.runUntil(1000)
  world.give(0, { kind: 'command', command: { kind: 'start-stream', direction: 'sent', spec } })
  world.runUntil(6000)
  const told = (index: 0 | 1) => world.hosts[index].events.map(({ kind }) => kind)
  const snapshot = (index: 0 | 1) => world.hosts[index].engine.snapshot(world.now())
  return { texts, told, snapshot }
}

test('a peer that does not say that it reads which paths rest is not told, and its stream rests all the same', () => {
  // Of the same length, as lengths are sealed as well; words that are not known are skipped.
  const { texts, told, snapshot } = withOlderPeer('"stream-rests"', '"later-things"')
  expect(told(0)).toContain('stream-path-rests')
  const [sent] = snapshot(0).streams
  expect(sent).toMatchObject({ running: true, rests: [{ state: 'resting', times: 1 }] })
  expect(texts).toContain('stream')
  expect(texts).not.toContain('stream-rests')
  const [received] = snapshot(1).streams
  expect(received).toMatchObject({ running: true, lost: 0, rests: [] })
  expect(told(1)).not.toContain('stream-path-rests')
  expect(snapshot(1).dropped['bad-frame']).toBe(0)
  expect(snapshot(0).dropped['bad-frame']).toBe(0)
})

test('one that says it is told', () => {
  const { texts, told } = withOlderPeer('"no such word"', '')
  expect(texts.filter((t) => t === 'stream-rests').length).toBeGreaterThan(0)
  expect(told(1)).toContain('stream-path-rests')
})

test('one of the first release, whose hello has no features, is sent no stream and no text of streams', () => {
  const { texts, snapshot, told } = withOlderPeer('"features"', '"Features"')
  expect(told(0)).toContain('stream-refused')
  expect(texts).toContain('hello')
  expect(texts.filter((t) => t.includes('stream'))).toEqual([])
  expect(snapshot(0).streams).toEqual([])
  expect(snapshot(1).dropped['bad-frame']).toBe(0)
})
