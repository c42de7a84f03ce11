import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseStunUrl, resolveStunServers } from './stun-servers'

test('host, port and IPv6 address are read, and the port is 3478 where none is given', () => {
  expect(parseStunUrl('stun:stun.example.org')).toEqual({ kind: 'ok', host: 'stun.example.org', port: 3478 })
  expect(parseStunUrl('STUN:192.0.2.1:19302')).toEqual({ kind: 'ok', host: '192.0.2.1', port: 19302 })
  expect(parseStunUrl('stun:[2001:db8::1]:5')).toEqual({ kind: 'ok', host: '2001:db8::1', port: 5 })
})

test.each([
  '',
  'example.org',
  'stun:',
  'stun:a b',
  'stun:host:0',
  'stun:host:70000',
  'turn:host',
  'stun://host',
  'stun:2001:db8::1',
])('%j is refused with a sentence', (url) => {
  const parsed = parseStunUrl(url)
  expect(parsed.kind === 'problem' && parsed.message).toMatch(/^The STUN server .+\.$/)
})

test('no text makes it throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => ['ok', 'problem'].includes(parseStunUrl(text).kind)),
    { seed: 1 },
  )
})

test('each name gives one address of each family, and four are used at most', async () => {
  const both = [
    { family: 6, address: '2001:db8::1' },
    { family: 4, address: '192.0.2.1' },
    { family: 4, address: '192.0.2.2' },
  ] as const
  const urls = ['stun:a', 'stun:b:5', 'stun:c']
  const { servers, warnings } = await resolveStunServers(urls, () => Promise.resolve(both))
  expect(servers.map(({ url, address }) => `${url} ${address.address} ${address.port}`)).toEqual([
    'stun:a 192.0.2.1 3478',
    'stun:a 2001:db8::1 3478',
    'stun:b:5 192.0.2.1 5',
    'stun:b:5 2001:db8::1 5',
  ])
  expect(warnings).toHaveLength(1)
  expect(warnings[0]?.message).toContain('stun:c')
})

test('a bad URL and an unknown name are warnings, and the others are used', async () => {
  const resolve = (name: string) =>
    Promise.resolve(name === 'good' ? [{ family: 4 as const, address: '192.0.2.1' }] : [])
  const { servers, warnings } = await resolveStunServers(['nonsense', 'stun:bad', 'stun:good'], resolve)
  expect(servers.map((server) => server.url)).toEqual(['stun:good'])
  expect(warnings.map((warning) => warning.kind)).toEqual(['stun-url', 'stun-unresolved'])
})
