import { describe, expect, it } from 'vitest'
import { defaultSettings, limits } from '../engine'
import { streamLimits } from '../shared/streams'
import { parseConfig } from './config'
import { parseCommand } from './options'
import { requestFrom } from './settings'

function resultOf(line: string, configText = '{}') {
  const command = parseCommand(line.split(' '))
  const config = parseConfig('config.json', configText)
  if (command.kind !== 'session') throw new Error(command.kind)
  if (config.kind === 'problem') throw new Error(config.message)
  const result = requestFrom('id', command.options, config.config, null)
  if (result.kind === 'problem') throw new Error(result.message)
  return result
}

const requestOf = (line: string, configText = '{}') => resultOf(line, configText).request

it('has the defaults of the engine', () => {
  expect(requestOf('offer').settings).toEqual(defaultSettings)
})

it('has the limits of the engine for streams', () => {
  expect(streamLimits).toEqual({
    streams: limits.streams,
    streamsPerSession: limits.streamsPerSession,
    leastRateBps: limits.leastStreamRateBps,
    rateBps: limits.streamRateBps,
    leastBytes: limits.leastStreamPayloadBytes,
    bytes: limits.streamPayloadBytes,
    leastMessageRate: 0.1,
    messageRate: limits.messageRatePerSecond,
    deadlineMs: limits.playoutDeadlineMs,
  })
})

it('takes streams from a config in the words of the command line, and says what is wrong with one', () => {
  const config = JSON.stringify({ settings: { streams: ['voice', 'cbr:2mbit,500'] } })
  expect(requestOf('offer', config).settings).toMatchObject({
    streams: [{ kind: 'voice' }, { kind: 'cbr', rateBps: 2_000_000, sizeBytes: 500 }],
    messages: { enabled: true },
  })
  expect(requestOf('offer --stream bulk', config).settings).toMatchObject({
    streams: [{ kind: 'bulk' }],
    messages: { enabled: false },
  })
  const wrong = parseConfig('config.json', JSON.stringify({ settings: { streams: ['cbr'] } }))
  expect(wrong.kind === 'problem' && wrong.message).toMatch(/takes a rate.*[^.]\.$/)
})

it('lets options go before the config and the config before the defaults', () => {
  const config = JSON.stringify({
    title: 'From the file',
    durationSeconds: 30,
    connectTimeoutSeconds: 5,
    settings: { mode: 'weighted', maxWeight: 5, messages: { ratePerSecond: 7, sizeBytes: 300 } },
  })
  const request = requestOf('offer --title Given --stream messages:50', config)
  expect(request).toMatchObject({ title: 'Given', durationSeconds: 30, connectTimeoutSeconds: 5 })
  expect(request.settings).toEqual({
    ...defaultSettings,
    mode: 'weighted',
    maxWeight: 5,
    messages: { enabled: true, ratePerSecond: 50, sizeBytes: 300 },
  })
})

describe('the deadlines of received streams', () => {
  const config = JSON.stringify({ settings: { deadlinesMs: { voice: 20, video: 300 } } })

  it('are those of options, else of the config, else the defaults, each kind for itself', () => {
    expect(requestOf('offer --deadline voice=0 --deadline bulk=1s', config).settings.deadlinesMs).toEqual({
      voice: 0,
      video: 300,
      cbr: defaultSettings.deadlinesMs.cbr,
      bulk: 1000,
    })
    expect(requestOf('loopback').settings.deadlinesMs).toEqual(defaultSettings.deadlinesMs)
  })

  it.each([{ voice: 5001 }, { voice: -1 }, { voice: 1.5 }, { voice: '20ms' }, { audio: 20 }])(
    'are refused in a config with their place: %o',
    (deadlinesMs) => {
      const parsed = parseConfig('c.json', JSON.stringify({ settings: { deadlinesMs } }))
      expect(parsed.kind === 'problem' && parsed.message).toMatch(
        /^c\.json is no usable config at settings\.deadlinesMs/,
      )
    },
  )
})

describe('wishes of paths in a config', () => {
  const eth0 = { local: 'eth0', remote: null }
  const lte = { local: 'lte', remote: null }
  const words = {
    pin: ['eth0', 'wlan0/eth0'],
    exclude: ['lte'],
    cap: ['eth0=4mbit', 'lte/2001:db8::1=0'],
    order: ['lte', 'eth0/eth0'],
  }

  it('are in the words of the options and mean the same', () => {
    const options =
      '--pin eth0,wlan0/eth0 --exclude lte --cap eth0=4mbit --cap lte/2001:db8::1=0 --order lte,eth0/eth0'
    const { wishes, request } = resultOf('offer', JSON.stringify(words))
    expect(wishes).toEqual({
      pins: [eth0, { local: 'wlan0', remote: 'eth0' }],
      excluded: [lte],
      caps: [
        { path: eth0, capBps: 4_000_000 },
        { path: { local: 'lte', remote: '2001:db8::1' }, capBps: 0 },
      ],
      order: [lte, { local: 'eth0', remote: 'eth0' }],
    })
    expect(resultOf(`offer ${options}`)).toEqual({ kind: 'ok', wishes, request })
  })

  it('give way to options, each to its own', () => {
    const { wishes } = resultOf('offer --exclude eth0 --cap lte=1mbit', JSON.stringify(words))
    expect(wishes).toMatchObject({
      pins: [eth0, { remote: 'eth0' }],
      excluded: [eth0],
      caps: [{ path: lte, capBps: 1_000_000 }],
      order: [lte, { remote: 'eth0' }],
    })
  })

  it('order interfaces by a setting, before backupOrder, unless an order of paths is wished', () => {
    const backupOrder = (line: string, config: object) => {
      const { request, wishes } = resultOf(line, JSON.stringify(config))
      return [request.settings.backupOrder, wishes.order.length]
    }
    const settings = { backupOrder: ['wlan0'] }
    expect(backupOrder('offer', { order: ['lte', 'eth0'], settings })).toEqual([['lte', 'eth0'], 0])
    expect(backupOrder('offer', { order: words.order, settings })).toEqual([['wlan0'], 2])
    expect(backupOrder('offer --order eth0', { order: words.order, settings })).toEqual([['eth0'], 0])
  })

  it.each([
    [
      { pin: ['eth0', 'eth0/'] },
      'pin.1: pin takes names of interfaces such as eth0, or eth0/wlan0',
      'not "eth0/".',
    ],
    [{ exclude: ['a/b/c'] }, 'exclude.0: exclude takes names of interfaces', 'not "a/b/c".'],
    [{ order: [''] }, 'order.0: order takes names of interfaces', 'not "".'],
    [{ pin: [] }, 'pin: pin needs at least one name', '.'],
    [{ pin: 'eth0' }, 'pin: ', '.'],
    [
      { cap: ['eth0'] },
      'cap.0: cap takes a path and a rate of 0 to 100gbit, such as eth0=4mbit',
      'not "eth0".',
    ],
    [{ cap: ['eth0=101gbit'] }, 'cap.0: cap takes a path and a rate of 0 to 100gbit', 'not "eth0=101gbit".'],
    [{ cap: ['=1mbit'] }, 'cap.0: cap takes names of interfaces', 'not "".'],
    [{ pin: Array(65).fill('eth0') }, 'pin: ', '.'],
  ])('that cannot be kept to are refused as options are: %j', (config, said, end) => {
    const result = parseConfig('config.json', JSON.stringify(config))
    const message = result.kind === 'problem' ? result.message : 'taken'
    expect(message).toContain(`config.json is no usable config at ${said}`)
    expect(message.endsWith(end) && !message.endsWith('..')).toBe(true)
  })
})

it('gives a loopback its paths and no real interface', () => {
  const request = requestOf('loopback --interfaces eth0')
  expect(request.interfaces).toBeNull()
  expect(request.emulatedPaths?.length).toBeGreaterThanOrEqual(3)
})

it('refuses a config with a sentence that names the place', () => {
  for (const [text, said] of [
    ['{', 'not JSON'],
    ['[]', 'no usable config'],
    ['{"settings":{"minWeight":"a"}}', 'settings.minWeight'],
    ['{"settings":{"turbo":true}}', 'turbo'],
    ['{"stun":["192.0.2.1"]}', 'stun.0'],
    ['{"durationSeconds":0}', 'durationSeconds'],
  ] as const) {
    const result = parseConfig('config.json', text)
    expect(result.kind === 'problem' && result.message).toContain(said)
  }
  expect(() => requestOf('offer', '{"settings":{"minWeight":5,"maxWeight":2}}')).toThrow('above maxWeight')
  expect(() => requestOf('offer', '{"settings":{"initialWeight":50}}')).toThrow('not between')
})

it('refuses a config with a forged length, over which the schema throws, with a sentence', () => {
  const forged = '{"interfaces":{"length":[{"toString":""}]}}'
  expect(parseConfig('config.json', forged)).toMatchObject({ kind: 'problem' })
})
