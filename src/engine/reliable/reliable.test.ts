import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hex } from '../bytes'
import { seededRandom } from '../testing'
import { decodeFrame, encodeFrame } from './frame'
import { type Path, World } from './testing/link'
import { createReliable, reliableOverheadBytes } from '.'

const options = { maxFrames: 256, maxPayloadBytes: 1000, maxMessageBytes: 20_000 }
const path = (delayMs: number, loss = 0, jitterMs = 0, doubled = 0): Path => ({
  delayMs,
  loss,
  jitterMs,
  doubled,
})

/** A message that says which it is. */
function message(number: number, length = 40): Uint8Array {
  const bytes = new Uint8Array(length).fill(number & 255)
  bytes[0] = number >> 8
  return bytes
}

const messages = (count: number, length?: number) =>
  Array.from({ length: count }, (_, i) => message(i, length))
const texts = (list: readonly Uint8Array[]) => list.map(hex)

describe('messages over bad paths', () => {
  it('arrive in order and exactly once in 150 random worlds', () => {
    for (let seed = 1; seed <= 150; seed++) {
      const random = seededRandom(seed * 7919)
      const paths = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
        path(random() * 300, random() * 0.5, random() * 200, random() * 0.3),
      )
      const world = new World(paths, options, seed)
      const sentLeft: Uint8Array[] = []
      const sentRight: Uint8Array[] = []
      for (let i = 0; i < 40; i++) {
        const length = random() < 0.2 ? Math.floor(random() * 12_000) : Math.floor(random() * 100)
        const [end, sent] = random() < 0.5 ? [world.left, sentLeft] : [world.right, sentRight]
        const given = Uint8Array.from({ length }, () => Math.floor(random() * 256))
        if (end.reliable.send(given, world.nowMs)) sent.push(given.slice())
        given.fill(0)
        world.run(world.nowMs + random() * 100)
      }
      world.run(world.nowMs + 120_000, () => world.quiet)
      expect(texts(world.right.delivered), `seed ${seed}`).toEqual(texts(sentLeft))
      expect(texts(world.left.delivered), `seed ${seed}`).toEqual(texts(sentRight))
      expect(world.quiet, `seed ${seed}`).toBe(true)
    }
  })

  it('arrive within two seconds at 40 % loss on each of two paths, as a handshake needs', () => {
    const times: number[] = []
    for (let seed = 1; seed <= 40; seed++) {
      const world = new World([path(20, 0.4), path(45, 0.4)], options, seed)
      // Four flights, each side answering the other's, as in a DTLS handshake.
      for (let flight = 1; flight <= 4; flight++) {
        const [from, to] = flight % 2 ? [world.left, world.right] : [world.right, world.left]
        for (const one of messages(3, 800)) from.reliable.send(one, world.nowMs)
        const wanted = 3 * Math.ceil(flight / 2)
        world.run(world.nowMs + 30_000, () => to.delivered.length === wanted)
        expect(to.delivered.length).toBe(wanted)
      }
      times.push(world.nowMs)
    }
    times.sort((a, b) => a - b)
    expect(times[20]).toBeLessThan(1000)
    expect(times[37]).toBeLessThan(2000)
  })

  it('all arrive at 60 % loss on a single path', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const world = new World([path(50, 0.6, 20)], options, seed)
      for (const one of messages(60, 900)) world.left.reliable.send(one, 0)
      const tookMs = world.run(60_000, () => world.right.delivered.length === 60)
      expect(texts(world.right.delivered), `seed ${seed}`).toEqual(texts(messages(60, 900)))
      expect(tookMs, `seed ${seed}`).toBeLessThan(15_000)
      world.run(300_000, () => world.quiet)
      expect(world.quiet, `seed ${seed}`).toBe(true)
    }
  })

  it('arrive after every path was dead for ten minutes, with few copies sent into the dark', () => {
    const world = new World([path(20, 1)], options, 1)
    for (const one of messages(5)) world.left.reliable.send(one, 0)
    world.run(600_000)
    expect(world.right.delivered).toEqual([])
    expect(world.left.reliable.oldestUnackedSinceMs()).toBe(0)
    expect(world.left.frames).toBeLessThan(5 * (600 / 3 + 10))
    world.setPaths([path(20)])
    const backMs = world.nowMs
    world.run(backMs + 10_000, () => world.quiet)
    expect(world.right.delivered).toHaveLength(5)
    expect(world.nowMs - backMs).toBeLessThan(3100)
  })
})

describe('what it costs', () => {
  it('is no retransmission at all at 1.5 s round trip once the paths have told their time', () => {
    const world = new World([path(750)], options, 1)
    world.left.reliable.setRto(2000)
    for (const one of messages(20, 900)) world.left.reliable.send(one, 0)
    world.run(60_000, () => world.quiet)
    expect(world.right.delivered).toHaveLength(20)
    expect(world.left.dataFrames).toBe(20)
  })

  it('is at most four copies each at 1.5 s round trip when nobody told, and then one as it has learnt', () => {
    const world = new World([path(750)], options, 1)
    for (const one of messages(20, 900)) world.left.reliable.send(one, 0)
    world.run(60_000, () => world.quiet)
    expect(world.left.dataFrames).toBeLessThanOrEqual(80)
    const before = world.left.dataFrames
    for (const one of messages(20, 900)) world.left.reliable.send(one, world.nowMs)
    world.run(120_000, () => world.quiet)
    expect(world.right.delivered).toHaveLength(40)
    expect(world.left.dataFrames - before).toBe(20)
  })

  it('is two acknowledgements for a burst, and two more for its late copies', () => {
    const world = new World([path(20), path(50)], options, 1)
    for (const one of messages(10)) world.left.reliable.send(one, 0)
    world.run(5000)
    expect(world.quiet).toBe(true)
    expect(world.left.frames).toBe(10)
    expect(world.right.frames).toBeLessThanOrEqual(4)
  })

  it('is no longer wait on a fast path because of the copies on a slow one', () => {
    const world = new World([path(20), path(600)], options, 1)
    for (let i = 0; i < 10; i++) {
      world.left.reliable.send(message(i), world.nowMs)
      world.run(world.nowMs + 1500)
    }
    world.setPaths([path(20, 1)])
    const sentMs = world.nowMs
    world.left.reliable.send(message(10), sentMs)
    world.run(sentMs + 10)
    world.setPaths([path(20)])
    world.run(sentMs + 5000, () => world.quiet)
    expect(world.right.delivered).toHaveLength(11)
    expect(world.nowMs - sentMs).toBeLessThan(400)
  })

  it('is nothing while there is nothing to say', () => {
    const world = new World([path(20)], options, 1)
    world.left.reliable.send(message(1), 0)
    world.run(1000)
    const frames = world.left.frames + world.right.frames
    expect(world.left.reliable.nextDeadline()).toBeUndefined()
    expect(world.right.reliable.nextDeadline()).toBeUndefined()
    world.run(600_000)
    expect(world.left.frames + world.right.frames).toBe(frames)
  })

  it('is about as many copies as get lost, not many more', () => {
    let sent = 0
    for (let seed = 1; seed <= 20; seed++) {
      const world = new World([path(50, 0.2)], options, seed)
      for (const one of messages(100)) world.left.reliable.send(one, 0)
      world.run(60_000, () => world.quiet)
      sent += world.left.dataFrames
    }
    // 1 / (1 - 0.2) = 1.25 copies at best; an acknowledgement may get lost as well.
    expect(sent / 2000).toBeLessThan(1.5)
  })

  it('is one lost frame sent again as soon as a later one is acknowledged, long before its timeout', () => {
    const world = new World([path(20, 1)], options, 1)
    world.left.reliable.setRto(3000)
    world.left.reliable.send(message(0), 0)
    world.run(50)
    world.setPaths([path(20)])
    world.left.reliable.send(message(1), 50)
    world.run(2000, () => world.quiet)
    expect(world.nowMs).toBeLessThan(150)
    expect(world.right.delivered).toHaveLength(2)
  })
})

describe('limits', () => {
  it('refuse a message for which there is no room, and take it when there is', () => {
    const one = createReliable({ maxFrames: 4, maxPayloadBytes: 10, maxMessageBytes: 40 })
    expect(one.send(new Uint8Array(41), 0)).toBe(false)
    expect(one.send(new Uint8Array(30), 0)).toBe(true)
    expect(one.send(new Uint8Array(11), 0)).toBe(false)
    expect(one.send(new Uint8Array(10), 0)).toBe(true)
    expect(one.send(new Uint8Array(0), 0)).toBe(false)
    expect(one.unacked).toBe(4)
  })

  it('hold back the sender while the receiver’s owner does not ask for messages', () => {
    const small = { maxFrames: 4, maxPayloadBytes: 10, maxMessageBytes: 10 }
    const from = createReliable(small)
    const to = createReliable(small)
    let sent = 0
    for (let nowMs = 0; nowMs < 60_000; nowMs += 10) {
      if (from.send(message(sent, 10), nowMs)) sent++
      for (let frame = from.poll(nowMs); frame; frame = from.poll(nowMs)) to.receive(frame, nowMs)
      for (let frame = to.poll(nowMs); frame; frame = to.poll(nowMs)) from.receive(frame, nowMs)
    }
    // Four taken in and four waiting.
    expect(sent).toBe(8)
    const taken: Uint8Array[] = []
    for (let nowMs = 60_000; nowMs < 80_000; nowMs += 10) {
      for (let given = to.next(); given; given = to.next()) taken.push(given)
      for (let frame = from.poll(nowMs); frame; frame = from.poll(nowMs)) to.receive(frame, nowMs)
      for (let frame = to.poll(nowMs); frame; frame = to.poll(nowMs)) from.receive(frame, nowMs)
    }
    expect(texts(taken)).toEqual(texts(messages(8, 10)))
    expect(from.unacked).toBe(0)
  })

  it('let no frame be longer than its payload and the stated overhead', () => {
    const from = createReliable(options)
    const to = createReliable(options)
    // Every other frame is lost, so that the acknowledgement's bitmap is as long as it gets.
    for (let i = 0; i < 256; i++) to.send(message(i, 1000), 0)
    const data = { stamp: 0, endsMessage: true, payload: new Uint8Array(1000) }
    for (let sequence = 1; sequence < 256; sequence += 2) {
      const frame = encodeFrame({
        ack: 0,
        selective: new Uint8Array(0),
        echo: null,
        data: { ...data, sequence },
      })
      expect(to.receive(frame, 0)).toBe('ok')
    }
    const longest = to.poll(0)
    expect(longest?.length).toBe(1000 + reliableOverheadBytes)
    expect(from.receive(longest as Uint8Array, 0)).toBe('bad')
  })

  it('are checked when a channel is made', () => {
    expect(() => createReliable({ ...options, maxFrames: 0 })).toThrow(RangeError)
    expect(() => createReliable({ ...options, maxFrames: 257 })).toThrow(RangeError)
    expect(() => createReliable({ ...options, maxMessageBytes: 256_001 })).toThrow(RangeError)
  })
})

describe('frames of a peer that errs', () => {
  const empty = new Uint8Array(0)
  const data = (sequence: number, payload = message(1), endsMessage = true) =>
    encodeFrame({ ack: 0, selective: empty, echo: null, data: { sequence, stamp: 0, endsMessage, payload } })

  it('are bad when they acknowledge what was never sent', () => {
    const one = createReliable(options)
    one.send(message(1), 0)
    const ack = (upTo: number, selective = empty) =>
      encodeFrame({ ack: upTo, selective, echo: null, data: null })
    expect(one.receive(ack(1), 0)).toBe('bad')
    expect(one.receive(ack(0, Uint8Array.of(1)), 0)).toBe('bad')
    expect(one.unacked).toBe(1)
    one.poll(0)
    expect(one.receive(ack(2), 0)).toBe('bad')
    expect(one.receive(ack(0, Uint8Array.of(1)), 0)).toBe('bad')
    expect(one.receive(ack(1), 0)).toBe('ok')
    expect(one.unacked).toBe(0)
  })

  it('are bad beyond the window, too long, or of a message that is too long', () => {
    const one = createReliable({ maxFrames: 4, maxPayloadBytes: 10, maxMessageBytes: 25 })
    expect(one.receive(data(4, empty), 0)).toBe('bad')
    expect(one.receive(data(0, new Uint8Array(11)), 0)).toBe('bad')
    for (const sequence of [0, 1])
      expect(one.receive(data(sequence, new Uint8Array(10), false), 0)).toBe('ok')
    expect(one.receive(data(2, new Uint8Array(10)), 0)).toBe('bad')
    expect(one.next()).toBeUndefined()
  })

  it('are duplicates when they come twice, before or after delivery', () => {
    const one = createReliable(options)
    expect(one.receive(data(0), 0)).toBe('ok')
    expect(one.receive(data(0), 0)).toBe('duplicate')
    expect(one.next()).toEqual(message(1))
    expect(one.receive(data(0), 0)).toBe('duplicate')
    expect(one.next()).toBeUndefined()
  })

  it('read back as they were written', () => {
    const frame = fc.record({
      ack: fc.nat(0xffffffff),
      selective: fc.uint8Array({ maxLength: 32 }),
      echo: fc.option(fc.nat(0xffff)),
      data: fc.option(
        fc.record({
          sequence: fc.nat(0xffffffff),
          stamp: fc.nat(0xffff),
          endsMessage: fc.boolean(),
          payload: fc.uint8Array({ maxLength: 50 }),
        }),
      ),
    })
    fc.assert(
      fc.property(frame, (given) => {
        expect(decodeFrame(encodeFrame(given))).toEqual(given)
      }),
    )
  })

  it('of any bytes never throw, and never deliver more than came', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 30 }), (frames) => {
        const one = createReliable(options)
        one.send(message(1), 0)
        one.poll(0)
        for (const [i, frame] of frames.entries()) {
          expect(['ok', 'duplicate', 'bad']).toContain(one.receive(frame, i))
          one.poll(i)
          one.next()
        }
      }),
    )
  })
})
