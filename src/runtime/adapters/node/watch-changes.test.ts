import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type ChangeSockets, watchChanges } from './watch-changes'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A kernel that has told of `notes` changes, or gives no socket to tell of them. */
function fakeKernel({ opens }: { opens: boolean }) {
  const kernel = { notes: 0, asked: 0, closed: [] as number[] }
  const sockets: ChangeSockets = {
    openChanges: () => {
      kernel.asked += 1
      return opens ? 7 : null
    },
    hasChanged: () => kernel.notes > 0 && kernel.notes-- > 0,
    close: (fd) => void kernel.closed.push(fd),
  }
  return Object.assign(kernel, { load: () => Promise.resolve({ kind: 'loaded' as const, sockets }) })
}

describe('watching for changes of interfaces', () => {
  it('tells within a twentieth of a second, and once for what came together', async () => {
    const kernel = fakeKernel({ opens: true })
    let told = 0
    const end = watchChanges(() => {
      told += 1
    }, kernel.load)
    await vi.advanceTimersByTimeAsync(200)
    expect(told).toBe(0)
    kernel.notes = 1
    await vi.advanceTimersByTimeAsync(50)
    expect(told).toBe(1)
    end()
    kernel.notes = 1
    await vi.advanceTimersByTimeAsync(200)
    expect(told).toBe(1)
    expect(kernel.closed).toEqual([7])
  })

  it('leaves no socket behind when it ends before the socket was there, and is silent where there is none', async () => {
    const kernel = fakeKernel({ opens: true })
    watchChanges(() => undefined, kernel.load)()
    await vi.advanceTimersByTimeAsync(100)
    expect(kernel.asked).toBe(0)
    const silent = fakeKernel({ opens: false })
    const end = watchChanges(() => {
      throw new Error('told')
    }, silent.load)
    await vi.advanceTimersByTimeAsync(200)
    end()
    expect(silent.asked).toBe(1)
    expect(silent.closed).toEqual([])
  })
})
