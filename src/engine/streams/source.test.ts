import { expect, it } from 'vitest'
import { createSource } from './source'

const noBulk = { take: () => false, nextDeadline: () => Infinity }

it('tells of each packet of a frame its place and how many follow it, in key frames as in others', () => {
  const source = createSource({ kind: 'video', rateBps: 1_000_000 }, 0, noBulk)
  const frames = new Map<number, string[]>()
  for (let nowMs = 0; nowMs <= 100; nowMs += 1) {
    while (source.poll(nowMs)) {
      const { frame, keyFrame, burstIndex, behind } = source.due
      const packets = frames.get(frame) ?? []
      packets.push(`${burstIndex}/${behind}${keyFrame ? ' key' : ''}`)
      frames.set(frame, packets)
    }
  }
  const key = Array.from({ length: 11 }, (_, place) => `${place}/${10 - place} key`)
  expect([frames.get(0), frames.get(1)]).toEqual([key, ['0/3', '1/2', '2/1', '3/0']])
})

it('has nothing behind a packet of a stream without bursts', () => {
  const source = createSource({ kind: 'voice' }, 0, noBulk)
  expect(source.poll(0)).toBe(true)
  expect(source.due).toMatchObject({ burstIndex: 0, behind: 0, keyFrame: false })
})
