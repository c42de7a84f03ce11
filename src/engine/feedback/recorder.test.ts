import { describe, expect, it } from 'vitest'
import { limits } from '../face/limits'
import { emptyArrivals, readFeedback } from './format'
import { createRecorder, type Recorder } from './recorder'

function tell(recorder: Recorder, nowMs: number): number[] {
  const into = emptyArrivals()
  return recorder.poll(nowMs, nowMs).flatMap((text) => {
    expect(readFeedback(text, into)).toBe(true)
    return into.sequences.slice(0, into.count)
  })
}

describe('the recorder', () => {
  it('tells each arrival in four reports while one datagram holds them, then the last one again for a second', () => {
    const recorder = createRecorder()
    expect(recorder.nextDeadline()).toBe(Infinity)
    recorder.arrived(1, 1, 5, 100, 100)
    expect(tell(recorder, 100)).toEqual([5])
    recorder.arrived(1, 1, 6, 103, 103)
    expect(recorder.nextDeadline()).toBe(110)
    expect(tell(recorder, 109)).toEqual([])
    expect(tell(recorder, 110)).toEqual([5, 6])
    expect(tell(recorder, 120)).toEqual([5, 6])
    expect(tell(recorder, 130)).toEqual([5, 6])
    expect(tell(recorder, 140)).toEqual([6])
    for (let atMs = 150; atMs <= 1100; atMs += 10) expect(tell(recorder, atMs)).toEqual([6])
    expect(tell(recorder, 1110)).toEqual([6])
    expect(recorder.nextDeadline()).toBe(Infinity)
  })

  it('tells twice where more than a datagram comes in each interval', () => {
    const recorder = createRecorder()
    const told = new Map<number, number>()
    let sequence = 0
    for (let report = 0; report < 20; report += 1) {
      for (let i = 0; i < 190; i += 1) recorder.arrived(1, 1, sequence++, report * 10, report * 10)
      for (const one of tell(recorder, report * 10)) told.set(one, (told.get(one) ?? 0) + 1)
    }
    const early = [...told].filter(([one]) => one < 190 * 16)
    expect(Math.min(...early.map(([, times]) => times))).toBeGreaterThanOrEqual(2)
  })

  it('reports four times a round trip, eight over one link, but within 10 and 50 ms, and sooner when much has come', () => {
    const recorder = createRecorder()
    let nowMs = 1000
    const nextAfterReport = (rttMs: number, isOneLink = false): number => {
      nowMs += 2000
      recorder.poll(nowMs - 500, nowMs - 500)
      recorder.setWay(rttMs, isOneLink)
      recorder.arrived(1, 1, 1, nowMs, nowMs)
      recorder.poll(nowMs, nowMs)
      return recorder.nextDeadline() - nowMs
    }
    expect(nextAfterReport(4)).toBe(10)
    expect(nextAfterReport(100)).toBe(25)
    expect(nextAfterReport(100, true)).toBe(12.5)
    expect(nextAfterReport(40, true)).toBe(10)
    expect(nextAfterReport(900)).toBe(50)
    for (let i = 0; i < 200; i += 1) recorder.arrived(1, 1, i, nowMs + 5, nowMs + 5)
    expect(recorder.nextDeadline()).toBe(nowMs + 5)
  })

  it('tells each arrival for as long over one link, where it reports twice as often', () => {
    for (const isOneLink of [false, true]) {
      const recorder = createRecorder()
      recorder.setWay(160, isOneLink)
      const toldMs: number[] = []
      for (let sequence = 0, nowMs = 0; nowMs < 1000; nowMs += 5) {
        recorder.arrived(1, 1, sequence, nowMs, nowMs)
        if (tell(recorder, nowMs).includes(40)) toldMs.push(nowMs)
        sequence += 1
      }
      expect(toldMs).toHaveLength(isOneLink ? 8 : 4)
      expect((toldMs.at(-1) ?? 0) - (toldMs[0] ?? 0)).toBeGreaterThanOrEqual(isOneLink ? 140 : 120)
    }
  })

  it('counts what it had no room to keep', () => {
    const recorder = createRecorder()
    for (let i = 0; i < limits.feedbackArrivals + 3; i += 1) recorder.arrived(1, 1, i, 0, 0)
    expect(recorder.untold).toBe(3)
    expect(tell(recorder, 0)[0]).toBe(3)
  })
})
