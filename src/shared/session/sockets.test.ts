import { expect, it } from 'vitest'
import { formatPorts, parsePorts } from './sockets'

it('reads a range of ports or one port, and writes it as it is read', () => {
  expect(parsePorts('50000-50100')).toEqual({ first: 50_000, last: 50_100 })
  expect(parsePorts(' 50000 - 50100 ')).toEqual({ first: 50_000, last: 50_100 })
  expect(parsePorts('1024')).toEqual({ first: 1024, last: 1024 })
  expect(formatPorts({ first: 50_000, last: 50_100 })).toBe('50000-50100')
  expect(formatPorts({ first: 1024, last: 1024 })).toBe('1024')
})

it('says what a range looks like for anything else', () => {
  for (const text of ['', '80', '1023-2000', '2000-1999', '50000-65536', 'a-b', '1-2-3', '50000-', '5e4'])
    expect(parsePorts(text), text).toContain('a range such as 50000-50100')
})
