import { afterEach, describe, expect, it } from 'vitest'
import { type Carrier, costOf, noCodec, rawCarrier, weriftCodec } from './carriers'
import { openLoopbackPaths } from './loopback-paths'
import type { Mirror } from './mirror'
import { isPacket, pathOf, pathscopeCarrier, startStreamPair } from './stream-pair'

const open: { close(): void }[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.close()
})
function kept<T extends { close(): void }>(one: T): T {
  open.push(one)
  return one
}

/** Sends into nothing; what comes back is called up by the test. */
function silent(paths: number, batch: number): Carrier & { taken: number } {
  return {
    ports: Array.from({ length: paths }, (_, path) => path + 1),
    taken: 0,
    send: () => batch,
    onTaken: () => {},
    settle: () => {},
    close: () => {},
  }
}

describe('what carrying packets costs', () => {
  it('is told of batches until there were enough, and of each a copy a path is waited for', async () => {
    const carrier = silent(3, 50)
    const asked: number[] = []
    const mirror: Mirror = {
      ports: [7, 8, 9],
      giveBack({ count, ports }) {
        expect(ports).toEqual([1, 2, 3])
        asked.push(count)
        for (let at = 0; at < count; at += 1) carrier.onTaken()
      },
      close: () => {},
    }
    const { sendUs, receiveUs, lost } = await costOf(carrier, mirror, 120)
    expect(asked).toEqual([150, 150, 150])
    expect(lost).toBe(0)
    expect(sendUs).toBeGreaterThan(0)
    expect(receiveUs).toBeGreaterThanOrEqual(0)
  })

  it('goes on without copies that do not come back, and says how many those were', async () => {
    const carrier = silent(2, 10)
    const mirror: Mirror = {
      ports: [7, 8],
      giveBack({ count }) {
        for (let at = 0; at < count - 3; at += 1) carrier.onTaken()
      },
      close: () => {},
    }
    expect((await costOf(carrier, mirror, 10)).lost).toBe(3)
  })
})

describe('carriers', () => {
  /** Sends straight to the carrier's own sockets. */
  const arrivals = (carrier: Carrier, count: number): Promise<number> =>
    new Promise((resolve) => {
      let taken = 0
      carrier.onTaken = () => {
        taken += 1
        if (taken === count) resolve(taken)
      }
    })

  it('send each packet of ours once over each path, and open what comes at the other end', async () => {
    const pair = startStreamPair(3, 1200)
    const carrier = kept(pathscopeCarrier(pair, await openLoopbackPaths(3), 5))
    let packets = 0
    for (let batch = 0; batch < 4; batch += 1) {
      const sent = carrier.send(carrier.ports)
      expect(await arrivals(carrier, sent * 3)).toBe(sent * 3)
      carrier.settle()
      packets += sent
    }
    expect(packets).toBeGreaterThan(150)
    expect(pair.received()).toEqual({ packets, duplicates: 2 * packets })
  })

  it('take bare datagrams, and packets of werift that open again', async () => {
    const raw = kept(await rawCarrier(2, 20, noCodec(1228)))
    expect(raw.send(raw.ports)).toBe(20)
    expect(await arrivals(raw, 40)).toBe(40)
    const werift = kept(await rawCarrier(1, 20, weriftCodec(1200)))
    werift.send(werift.ports)
    expect(await arrivals(werift, 20)).toBe(20)
  })
})

it('copies of two engines in memory go straight, each over a path of its own', () => {
  const pair = startStreamPair(3, 1200)
  const copies = pair.send().filter(isPacket)
  expect(copies.length).toBeGreaterThan(0)
  expect(copies.map((one) => Number(one.to.address.split('.')[2]) - 1)).toEqual(copies.map(pathOf))
  expect(new Set(copies.map(pathOf)).size).toBe(3)
})
