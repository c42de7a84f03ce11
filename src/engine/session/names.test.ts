import { expect, test } from 'vitest'
import { pairOfEngines } from '../testing'

const name = '5ddbc3b0-11aa-4c2e-9d3f-0a1b2c3d4e5f.local'

/** The first engine, given an answer whose addresses are all hidden. */
function hidden(lines: readonly string[]) {
  const world = pairOfEngines([{ delayMs: 10, loss: 0, up: true }])
  world.connectHiding(lines)
  return world
}
const candidate = (host: string, port = 5000) => `a=candidate:1 1 udp 2130706431 ${host} ${port} typ host`

test('names in the description are asked for once each, and what is found becomes candidates with their ports', () => {
  const world = hidden([candidate(name), candidate(name.toUpperCase(), 5001), candidate('not a name.local')])
  expect(world.hosts[0].asked).toEqual([[name]])
  const found = [
    { name, family: 4, address: '10.0.1.2' },
    { name, family: 4, address: '10.0.1.2' },
    { name, family: 4, address: '224.0.0.1' },
    { name: 'other.local', family: 4, address: '10.0.1.3' },
  ] as const
  world.give(0, { kind: 'names-resolved', found })
  const { pairs } = world.hosts[0].engine.snapshot(world.now())
  expect(pairs.map(({ remote }) => `${remote.address} ${remote.port} ${remote.type}`)).toEqual([
    '10.0.1.2 5000 host',
    '10.0.1.2 5001 host',
  ])
  const told = world.hosts[0].events.filter((event) => event.kind === 'name')
  expect(told).toMatchObject([{ name, addresses: ['10.0.1.2'] }])
})

test('a name that is not found is told of, and changes nothing', () => {
  const world = hidden([candidate(name)])
  world.give(0, { kind: 'names-resolved', found: [] })
  expect(world.hosts[0].events.filter((event) => event.kind === 'name')).toMatchObject([
    { name, addresses: [] },
  ])
  expect(world.hosts[0].engine.snapshot(world.now()).pairs).toEqual([])
})

test('no more names are asked for than the limit', () => {
  const world = hidden(Array.from({ length: 40 }, (_, at) => candidate(`host-${at}.local`)))
  expect(world.hosts[0].asked[0]).toHaveLength(16)
})
