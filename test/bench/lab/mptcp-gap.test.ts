import { describe, expect, it } from 'vitest'
import { longestSilenceMs } from './mptcp-gap'

const read = (atMs: number) => [atMs, 1000] as const

describe('the longest silence', () => {
  it('is the longest that began from a moment on', () => {
    expect(longestSilenceMs([0, 300, 400, 600, 700, 900].map(read), 400, 1)).toBe(200)
    expect(longestSilenceMs([0, 300, 400, 600, 700, 900].map(read), 0, 1)).toBe(300)
  })

  it('goes on to the end where nothing comes any more', () => {
    expect(longestSilenceMs([0, 300, 400].map(read), 350, 1)).toBe(600)
  })

  it('counts nothing that was read after the end', () => {
    expect(longestSilenceMs([0, 500, 900, 5000].map(read), 100, 1)).toBe(400)
  })

  it('is not made up where nothing was read before', () => {
    expect(() => longestSilenceMs([], 100, 1)).toThrow('nothing')
    expect(() => longestSilenceMs([read(200)], 100, 1)).toThrow('nothing')
  })
})
