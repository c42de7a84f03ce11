import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromUtf8, utf8 } from '../bytes'
import { modes } from '../face/settings'
import { type ControlText, decodeControlText, encodeControlText, textLimits } from '.'

const read = (value: unknown) => decodeControlText(utf8(JSON.stringify(value)))
const name = fc.string({ maxLength: 64, unit: 'grapheme-ascii' })
const address = fc.constantFrom('10.0.0.1', '192.168.1.20', '2001:db8::1', 'fe80::1')
const port = fc.integer({ min: 1, max: 65_535 })
const hello: ControlText = { t: 'hello', appVersion: '0.1.0', os: 'linux', interfaces: [] }

describe('a control text', () => {
  it('is read as it was written', () => {
    const text: fc.Arbitrary<ControlText> = fc.oneof(
      fc.record(
        {
          t: fc.constant('hello' as const),
          appVersion: name,
          os: name,
          interfaces: fc.array(
            fc.record({
              name,
              kind: fc.constantFrom('ethernet', 'wifi', 'unknown'),
              addresses: fc.array(address, { maxLength: 16 }),
            }),
            { maxLength: 32 },
          ),
          candidates: fc.array(fc.record({ address, interfaceName: name }), { maxLength: 64 }),
        },
        { requiredKeys: ['t', 'appVersion', 'os', 'interfaces'] },
      ),
      fc.record({
        t: fc.constant('mode' as const),
        mode: fc.constantFrom(...modes),
        use: fc.constantFrom('auto', 'all', 'disjoint'),
      }),
      fc.record({
        t: fc.constant('mode' as const),
        mode: fc.constantFrom(...modes),
        use: fc.constantFrom('auto', 'all', 'disjoint'),
        asked: fc.constant(true),
      }),
      fc.record({ t: fc.constant('ask-mode' as const), mode: fc.constantFrom(...modes) }),
      fc.record({
        t: fc.constant('counts' as const),
        received: fc.maxSafeNat(),
        missing: fc.maxSafeNat(),
        duplicated: fc.maxSafeNat(),
        reordered: fc.maxSafeNat(),
      }),
      fc.record(
        {
          t: fc.constant('candidates' as const),
          candidates: fc.array(
            fc.record({
              address,
              port,
              type: fc.constantFrom('host', 'srflx', 'relay'),
              priority: fc.nat(2 ** 31 - 1),
              interfaceName: name,
            }),
            { maxLength: 64 },
          ),
          gone: fc.array(fc.record({ address, port }), { maxLength: 64 }),
          interfaces: fc.constant([{ name: 'lte', kind: 'cellular' as const, addresses: ['10.0.0.1'] }]),
        },
        { requiredKeys: ['t', 'candidates', 'gone'] },
      ),
      fc.record({ t: fc.constant('finish' as const), messagesSent: fc.maxSafeNat() }),
      fc.record({ t: fc.constant('bye' as const), reason: name }),
    )
    fc.assert(
      fc.property(text, (given) => {
        expect(decodeControlText(encodeControlText(given))).toEqual(given)
      }),
    )
  })

  it('tells candidates only at unicast addresses, of known types, within the limits', () => {
    const good = { address: '10.0.0.1', port: 5000, type: 'host', priority: 1, interfaceName: 'lte' }
    const told = (candidates: readonly unknown[], more: object = {}) =>
      read({ t: 'candidates', candidates, ...more })
    expect(told([good])).toEqual({ t: 'candidates', candidates: [good], gone: [] })
    for (const wrong of [
      { address: '224.0.0.1' },
      { address: '0.0.0.0' },
      { address: 'somewhere.local' },
      { port: 0 },
      { port: 65_536 },
      { port: 1.5 },
      { type: 'prflx' },
      { type: 'tcp' },
      { priority: -1 },
      { priority: 2 ** 31 },
      { interfaceName: 'x'.repeat(65) },
    ])
      expect(told([{ ...good, ...wrong }]), JSON.stringify(wrong)).toHaveProperty('kind', 'bad')
    expect(told(Array.from({ length: 65 }, () => good))).toHaveProperty('kind', 'bad')
    expect(told([], { gone: [{ address: '10.0.0.1', port: 70_000 }] })).toHaveProperty('kind', 'bad')
    expect(told([], { gone: Array.from({ length: 65 }, () => good) })).toHaveProperty('kind', 'bad')
    expect(told([], { interfaces: 'all' })).toHaveProperty('kind', 'bad')
    expect(read({ t: 'candidates' })).toHaveProperty('kind', 'bad')
  })

  it('says less when we have more than the limits allow, so that the peer always takes it', () => {
    const addresses = [...Array.from({ length: 40 }, (_, i) => `10.0.0.${i}`), 'nowhere', 'fe80::1%eth0']
    const text: ControlText = {
      t: 'hello',
      appVersion: 'x'.repeat(100),
      os: 'Linux\n\u202e6.1\ud83d',
      interfaces: Array.from({ length: 40 }, (_, i) => ({ name: `eth${i}`, kind: 'ethernet', addresses })),
      candidates: Array.from({ length: 80 }, () => ({ address: 'FE80::1%eth0', interfaceName: 'eth0' })),
    }
    const got = decodeControlText(encodeControlText(text))
    expect(got).toMatchObject({ t: 'hello', appVersion: 'x'.repeat(64), os: 'Linux\ufffd\ufffd6.1\ufffd' })
    if (!('t' in got) || got.t !== 'hello') throw new Error('not a hello')
    expect(got.interfaces).toHaveLength(textLimits.interfaces)
    expect(got.interfaces[0]?.addresses).toHaveLength(textLimits.addressesPerInterface)
    expect(got.candidates).toHaveLength(textLimits.candidates)
    expect(got.candidates?.[0]?.address).toBe('fe80::1')
  })

  it('keeps control characters and turned writing of the peer off our screens and files', () => {
    expect(read({ t: 'bye', reason: 'a\u001b[31m\u202eb\u0000' })).toEqual({
      t: 'bye',
      reason: 'a\ufffd[31m\ufffdb\ufffd',
    })
  })

  it('may have fields of a later version, and interfaces of a kind that we do not know', () => {
    const later = { name: 'sat0', kind: 'satellite', addresses: [], orbit: 3 }
    expect(read({ ...hello, colour: 'blue', interfaces: [later] })).toEqual({
      ...hello,
      interfaces: [{ name: 'sat0', kind: 'unknown', addresses: [] }],
    })
  })

  it.each([
    ['null', null],
    ['a list', []],
    ['a text', 'hello'],
    ['an unknown type', { t: 'shout' }],
    ['no type', {}],
    ['no interfaces', { t: 'hello', appVersion: '', os: '' }],
    [
      'too many interfaces',
      { ...hello, interfaces: Array.from({ length: 33 }, () => ({ name: '', kind: '', addresses: [] })) },
    ],
    ['an address that is none', { ...hello, interfaces: [{ name: 'a', kind: 'wifi', addresses: ['x'] }] }],
    [
      'a name that is too long',
      { ...hello, interfaces: [{ name: 'a'.repeat(65), kind: 'wifi', addresses: [] }] },
    ],
    ['a version that is no text', { ...hello, appVersion: 1 }],
    ['candidates that are no list', { ...hello, candidates: {} }],
    ['a mode that is unknown', { t: 'mode', mode: 'sideways', use: 'all' }],
    ['a mode of the prototype', { t: 'mode', mode: 'constructor', use: 'all' }],
    ['a use that is missing', { t: 'mode', mode: 'redundant' }],
    ['counts of which one is missing', { t: 'counts', received: 1, missing: 0, duplicated: 0 }],
    ['a negative count', { t: 'finish', messagesSent: -1 }],
    ['half a message', { t: 'finish', messagesSent: 0.5 }],
    ['no reason', { t: 'bye' }],
  ])('with %s is refused, saying why', (_, value) => {
    const got = read(value)
    expect(got).toMatchObject({ kind: 'bad' })
    expect('detail' in got && got.detail).toMatch(/^a control text /)
  })

  const figures = {
    goodputBps: 64_000,
    latencyMs: { n: 1500, min: 0, p50: 0.2, p95: 0.9, p99: 2.6, p999: 5.8, max: 9.125 },
    jitterMs: 0.25,
    deliveryGapMaxMs: 41.5,
    deliveryGapIntervalMs: 20.125,
    inOrderGapMaxMs: null,
    playout: {
      deadlineMs: 150,
      inOrder: 1498,
      late: 2,
      held: 4,
      holdMs: { n: 4, min: 0.1, p50: 1, p95: 2, p99: 2, p999: null, max: 2 },
      waiting: 0,
      gapsGivenUp: 1,
      reorderingExtentMax: 3,
    },
  }
  const counts = { id: 1, received: 1500, lost: 0, duplicates: 3, reordered: 2 }
  const told = { t: 'stream-counts', streams: [{ ...counts, figures }] } as const
  /** As they stand in the text. */
  const wire = (): Record<string, unknown> => {
    const written = JSON.parse(fromUtf8(encodeControlText(told))) as {
      streams: [{ figures: Record<string, unknown> }]
    }
    return written.streams[0].figures
  }

  it('tells what the receiver of a stream measured, to a microsecond, and is short', () => {
    expect(decodeControlText(encodeControlText(told))).toEqual(told)
    expect(encodeControlText(told).length).toBeLessThan(480)
    const odd = { ...figures, jitterMs: 1 / 3 }
    const got = decodeControlText(
      encodeControlText({ t: 'stream-counts', streams: [{ ...counts, figures: odd }] }),
    )
    expect(got).toMatchObject({ streams: [{ figures: { jitterMs: 0.333 } }] })
  })

  it('of a stream may be without the gap since the last text, as an earlier release writes it', () => {
    const { deliveryGapIntervalMs: _, ...earlier } = wire()
    expect(read({ t: 'stream-counts', streams: [{ ...counts, figures: earlier }] })).toMatchObject({
      streams: [{ figures: { deliveryGapMaxMs: 41.5, deliveryGapIntervalMs: null } }],
    })
  })

  it('of a stream may be without figures, as an earlier release writes it', () => {
    expect(read({ t: 'stream-counts', streams: [counts] })).toEqual({ t: 'stream-counts', streams: [counts] })
  })

  it.each([
    ['no object', () => 7],
    ['nothing in them', () => ({})],
    ['a latency whose percentiles fall', () => ({ ...wire(), latencyMs: [9, 0, 3, 2, 4, null, 5] })],
    ['a latency of no packets', () => ({ ...wire(), latencyMs: [0, 0, 0, 0, 0, null, 0] })],
    ['a latency that is cut', () => ({ ...wire(), latencyMs: [9, 0, 1, 2, 4, 5] })],
    ['a latency of texts', () => ({ ...wire(), latencyMs: ['9', 0, 1, 2, 4, null, 5] })],
    ['a negative jitter', () => ({ ...wire(), jitterMs: -1 })],
    ['a gap longer than any session', () => ({ ...wire(), deliveryGapMaxMs: 1e11 })],
    ['a negative gap', () => ({ ...wire(), deliveryGapIntervalMs: -1 })],
    ['a goodput that no link has', () => ({ ...wire(), goodputBps: 1e13 })],
    ['half a held packet', () => ({ ...wire(), playout: { ...Object(wire()['playout']), held: 0.5 } })],
    ['a playout that is a list', () => ({ ...wire(), playout: [] })],
  ])('with figures of a stream that have %s is refused', (_, bad) => {
    expect(read({ t: 'stream-counts', streams: [{ ...counts, figures: bad() }] })).toMatchObject({
      kind: 'bad',
    })
  })

  const stopped = { t: 'stream', id: 2, spec: { kind: 'voice' }, running: false, asked: false, sent: 9 }

  it('tells why a circuit breaker stopped a stream, and only what can be', () => {
    const broken = { pair: 3, sentBps: 2e8, lostPercent: 94.8 }
    expect(read({ ...stopped, broken })).toEqual({ ...stopped, broken })
    expect(read({ ...stopped, broken: { ...broken, pair: null } })).toMatchObject({ broken: { pair: null } })
    for (const bad of [
      null,
      { ...broken, pair: -1 },
      { ...broken, pair: 65_536 },
      { ...broken, lostPercent: 101 },
      { ...broken, sentBps: '1' },
      { pair: 3 },
    ])
      expect(read({ ...stopped, broken: bad })).toMatchObject({ kind: 'bad' })
  })

  it('tells which paths rest for a stream, and only what can be', () => {
    const rest = { pair: 3, sentBps: 3.1e7, lostPercent: 67, state: 'resting', times: 2, restedMs: 10_500.5 }
    const resting = { ...rest, againInMs: 20_000 }
    const over = { ...rest, state: 'over', pair: null, againInMs: null }
    const told = { t: 'stream-rests', id: 2, paths: [resting, over] }
    expect(read(told)).toEqual(told)
    expect(read({ ...told, paths: [] })).toEqual({ ...told, paths: [] })
    for (const bad of [
      null,
      { ...resting, pair: 65_536 },
      { ...resting, state: 'asleep' },
      { ...resting, times: 0.5 },
      { ...resting, restedMs: -1 },
      { ...resting, againInMs: null },
      { ...resting, againInMs: 1e11 },
      { ...over, againInMs: 5 },
    ])
      expect(read({ ...told, paths: [bad] })).toMatchObject({ kind: 'bad' })
    expect(read({ ...told, paths: Array.from({ length: 65 }, () => resting) })).toMatchObject({ kind: 'bad' })
    expect(read({ ...told, id: 0 })).toMatchObject({ kind: 'bad' })
  })

  it('of bytes that are no JSON, no UTF-8, or too many is refused', () => {
    expect(decodeControlText(utf8('{'))).toMatchObject({ kind: 'bad' })
    expect(decodeControlText(Uint8Array.of(0xff))).toMatchObject({ kind: 'bad' })
    expect(decodeControlText(new Uint8Array(textLimits.bytes + 1))).toMatchObject({ kind: 'bad' })
    expect(decodeControlText(utf8('['.repeat(60_000)))).toMatchObject({ kind: 'bad' })
  })

  it('of any JSON never makes the reader throw', () => {
    const words = fc.constantFrom(
      't',
      'hello',
      'mode',
      'interfaces',
      'addresses',
      'name',
      'kind',
      'os',
      '__proto__',
    )
    fc.assert(
      fc.property(fc.object({ key: words, values: [words, fc.integer(), fc.constant(null)] }), (value) => {
        const got = read(value)
        expect('t' in got || got.kind === 'bad').toBe(true)
      }),
    )
  })
})
