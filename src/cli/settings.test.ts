import { expect, it } from 'vitest'
import { defaultSettings as engineDefaults, limits } from '../engine'
import { streamLimits } from '../shared/streams'
import { parseConfig } from './config'
import { parseCommand } from './options'
import { defaultSettings, requestFrom } from './settings'

function requestOf(line: string, configText = '{}') {
  const command = parseCommand(line.split(' '))
  const config = parseConfig('config.json', configText)
  if (command.kind !== 'session') throw new Error(command.kind)
  if (config.kind === 'problem') throw new Error(config.message)
  const result = requestFrom('id', command.options, config.config, null)
  if (result.kind === 'problem') throw new Error(result.message)
  return result.request
}

it('has the defaults of the engine', () => {
  expect(defaultSettings).toEqual(engineDefaults)
})

it('has the limits of the engine for streams', () => {
  expect(streamLimits).toEqual({
    streams: limits.streams,
    leastRateBps: limits.leastStreamRateBps,
    rateBps: limits.streamRateBps,
    leastBytes: limits.leastStreamPayloadBytes,
    bytes: limits.streamPayloadBytes,
    leastMessageRate: 0.1,
    messageRate: limits.messageRatePerSecond,
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
  expect(wrong.kind === 'problem' && wrong.message).toContain('takes a rate')
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
    ...engineDefaults,
    mode: 'weighted',
    maxWeight: 5,
    messages: { enabled: true, ratePerSecond: 50, sizeBytes: 300 },
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
