import { afterEach, describe, expect, it, vi } from 'vitest'

const native = vi.hoisted(() => ({ notes: 0, opens: true, closed: [] as number[] }))
vi.mock('./native-sockets', () => ({
  loadNativeSockets: () =>
    Promise.resolve({
      kind: 'loaded',
      sockets: {
        openChanges: () => (native.opens ? 7 : null),
        hasChanged: () => native.notes > 0 && native.notes-- > 0,
        close: (fd: number) => native.closed.push(fd),
      },
    }),
}))
const { watchChanges } = await import('./watch-changes')

afterEach(() => {
  vi.useRealTimers()
  Object.assign(native, { notes: 0, opens: true, closed: [] })
})

describe('watching for changes of interfaces', () => {
  it('tells within a twentieth of a second, and once for what came together', async () => {
    vi.useFakeTimers()
    let told = 0
    const end = watchChanges(() => {
      told += 1
    })
    await vi.advanceTimersByTimeAsync(200)
    expect(told).toBe(0)
    native.notes = 1
    await vi.advanceTimersByTimeAsync(50)
    expect(told).toBe(1)
    end()
    native.notes = 1
    await vi.advanceTimersByTimeAsync(200)
    expect(told).toBe(1)
    expect(native.closed).toEqual([7])
  })

  it('leaves no socket behind when it ends before the socket was there, and is silent where there is none', async () => {
    vi.useFakeTimers()
    watchChanges(() => undefined)()
    await vi.advanceTimersByTimeAsync(100)
    expect(native.closed).toEqual([])
    native.opens = false
    const end = watchChanges(() => {
      throw new Error('told')
    })
    await vi.advanceTimersByTimeAsync(200)
    end()
    expect(native.closed).toEqual([])
  })
})
