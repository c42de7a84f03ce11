import { expect, it } from 'vitest'
import { createServerLines } from './server-lines'

it('tells of each server when it is asked and when it answers, once', () => {
  const lines = createServerLines()
  const server = {
    url: 'stun:192.0.2.1',
    interfaceName: 'eth0',
    from: '10.0.0.1',
    address: null,
    code: null,
    detail: null,
    elapsedMs: 0,
  }
  expect(lines([{ ...server, state: 'waiting' }])).toEqual(['eth0: asking stun:192.0.2.1 from 10.0.0.1.'])
  const answered = { ...server, state: 'answered', address: '198.51.100.1:4', elapsedMs: 42 } as const
  expect(lines([answered])).toEqual(['eth0: stun:192.0.2.1 gave 198.51.100.1:4 after 42 ms.'])
  expect(lines([answered])).toEqual([])
})
