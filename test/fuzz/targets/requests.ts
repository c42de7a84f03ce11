import { parseConfig } from '../../../src/cli/config'
import { parseCommand } from '../../../src/cli/options'
import { requestFrom } from '../../../src/cli/settings'
import { canonicalAddress, isLinkLocal, isUnicast, parseAddress } from '../../../src/engine/address'
import { emulatedPresets, readEmulatedPaths } from '../../../src/runtime'
import { parseTurnText, parseTurnUrl } from '../../../src/shared/turn'
import { parseStunUrl } from '../../../src/runtime/driver/stun-servers'
import {
  type CallName,
  calls,
  defaultAppSettings,
  type Parsed,
  parseWith,
  pushes,
  sessionUpdateSchema,
  settingsSchema,
} from '../../../src/shared/ipc'
import { exampleOptions, exampleUpdates } from '../../../src/shared/testing'
import { reach } from '../coverage'
import { shapeJson } from '../mutate-json'
import { bytesOf, commonWords, demand, demandSame, type Target, textOf } from '../target'

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const updates = [...exampleUpdates({ ...exampleOptions, seconds: 2, pairs: 1, outage: null })]
const updateKinds = [...new Map(updates.map((update) => [update.kind, update])).values()]

/** The branches of a schema are in its library; what it says of an input stands for them. */
function tellReached(schema: string, parsed: Parsed<unknown>): void {
  reach(`${schema} ${parsed.ok ? 'accepted' : parsed.problem.replace(/\d+/g, '#').slice(0, 80)}`)
}

/** What a page may send to the main process, and what may come back. */
export const ipc: Target = {
  name: 'ipc',
  form: 'text',
  maxBytes: 32_768,
  growBytes: 262_144,
  slowMs: 1000,
  samples: () =>
    [
      ...updateKinds,
      { sessionId: '1', updates: updateKinds.slice(0, 3) },
      defaultAppSettings('reports'),
      {
        role: 'offerer',
        title: 'x',
        interfaces: ['eth0'],
        stun: ['stun:host'],
        mode: 'weighted',
        use: 'auto',
        messages: { enabled: true, ratePerSecond: 1, sizeBytes: 128 },
      },
      { kind: 'include-pair', pairId: 3, included: false },
      { kind: 'set-mode', direction: 'sent', mode: 'redundant' },
      { formats: ['json', 'csv'] },
      { text: 'v=0' },
    ].map((value) => bytesOf(JSON.stringify(value))),
  words: commonWords,
  shape: shapeJson,
  run(input) {
    const value = parsed(textOf(input))
    for (const name of Object.keys(calls) as CallName[]) {
      const { request, response } = calls[name]
      const asked = parseWith<unknown>(request, value)
      if (asked.ok)
        demand(parseWith<unknown>(request, asked.value).ok, 'what was accepted once is accepted again')
      else demand(asked.problem !== '', 'a refusal says what is wrong')
      tellReached(`${name} response`, parseWith<unknown>(response, value))
    }
    tellReached('updates', parseWith<unknown>(pushes['session-updates'], value))
    tellReached('update', parseWith<unknown>(sessionUpdateSchema, value))
    const settings = parseWith(settingsSchema, value)
    if (settings.ok)
      demandSame(settingsSchema.parse(settings.value), settings.value, 'settings stay as they are')
  },
}

/** A file of emulated paths. */
export const paths: Target = {
  name: 'paths',
  form: 'text',
  maxBytes: 8192,
  growBytes: 65_536,
  samples: () => Object.values(emulatedPresets).map((preset) => bytesOf(JSON.stringify(preset))),
  words: commonWords,
  shape: shapeJson,
  run(input) {
    const read = readEmulatedPaths(parsed(textOf(input)))
    if (read.kind === 'problem')
      return demand(/^(?:The|Path|Two) .*\.$/s.test(read.message), 'a refusal is a sentence')
    demandSame(readEmulatedPaths(read.paths), read, 'what was read is read again')
  },
}

const config = {
  settings: { mode: 'weighted', minWeight: 0.5, messages: { ratePerSecond: 5 } },
  title: 'Studio',
  interfaces: ['eth0'],
  stun: ['stun:192.0.2.1:3478'],
  pin: ['eth0/wlan0'],
  cap: ['eth0=4mbit'],
  order: ['wlan0', 'eth0'],
  durationSeconds: 10,
}

/** The file of --config, the command line's words, and the request that comes of both. */
export const commandLine: Target = {
  name: 'command-line',
  form: 'text',
  maxBytes: 4096,
  growBytes: 65_536,
  samples: () =>
    [
      `offer\n--mode\nweighted\n--duration\n10s\n\n${JSON.stringify(config)}`,
      'loopback --paths trio --stream messages:5 --stats 5s --jsonl'.replaceAll(' ', '\n'),
      'report file --format html,csv,json,md --out folder'.replaceAll(' ', '\n'),
      'answer --stun stun:host --interfaces eth0,wlan0 --use disjoint --title=x'.replaceAll(' ', '\n'),
      'interfaces\n--json\n\n{}',
    ].map(bytesOf),
  words: [
    ...commonWords,
    ...[
      '\n--',
      '\n--duration\n',
      '\n--stream\n',
      '\n--format\n',
      '\n--turn\n',
      '1h',
      '10s',
      '0.0001',
      '\n\n{"settings":{',
    ].map(bytesOf),
  ],
  run(input) {
    const text = textOf(input)
    const end = text.indexOf('\n\n')
    const command = parseCommand((end < 0 ? text : text.slice(0, end)).split('\n'))
    if (command.kind === 'wrong')
      demand(/[.!?…"”]$/.test(command.message), `a refusal is a sentence: ${command.message}`)
    const read = parseConfig('config.json', text.slice(Math.max(0, end)))
    if (read.kind === 'problem') demand(read.message.endsWith('.'), 'a refusal is a sentence')
    const given = read.kind === 'ok' ? read.config : {}
    if (command.kind === 'session') requestFrom('id', command.options, given, null)
  },
}

/** IP addresses, STUN and TURN URLs, as people and peers write them. */
export const addresses: Target = {
  name: 'addresses',
  form: 'text',
  maxBytes: 512,
  growBytes: 65_536,
  samples: () =>
    [
      '192.0.2.1',
      '2001:db8::1',
      'fe80::1%eth0',
      '::ffff:192.0.2.1',
      '1:2:3:4:5:6:7:8',
      '1::8:192.0.2.1',
      'stun:[2001:db8::1]:3478',
      'stun:example.org:99',
      'turns:host',
      'turn:a%3Ab:c@d@host:3478?transport=tcp',
    ].map(bytesOf),
  words: [...commonWords, ...['::', ':', '.', '0', '00', 'ffff:', '%', 'stun:', '[', ']'].map(bytesOf)],
  run(input) {
    const text = textOf(input)
    const canonical = canonicalAddress(text)
    demand((canonical !== undefined) === (parseAddress(text) !== undefined), 'what is an address has a form')
    if (canonical !== undefined) {
      demandSame(canonicalAddress(canonical), canonical, 'the canonical form stays')
      demandSame(
        parseAddress(canonical)?.bytes,
        parseAddress(text)?.bytes,
        'the canonical form is the same address',
      )
      demand(isUnicast(text) === isUnicast(canonical), 'the form does not change what an address is')
      demand(isLinkLocal(text) === isLinkLocal(canonical), 'the form does not change where an address is')
    }
    const url = parseStunUrl(text)
    if (url.kind === 'ok')
      demand(url.port > 0 && url.port < 65_536 && url.host.length > 0, 'a server can be asked')
    else demand(url.message.endsWith('.'), 'a refusal is a sentence')
    runTurn(text)
  },
}

function runTurn(text: string): void {
  const parsed = parseTurnText(text)
  if (parsed.kind === 'problem') return demand(parsed.message.endsWith('.'), 'a refusal is a sentence')
  const url = parseTurnUrl(parsed.account.url)
  demand(url.kind === 'ok' && url.port > 0 && url.port < 65_536, 'a server that was taken can be asked')
  demand(!parsed.account.url.includes('@'), 'the address holds no credentials')
}
