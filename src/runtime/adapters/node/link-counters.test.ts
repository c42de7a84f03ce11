import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { nodeLinkCounters } from './link-counters'

const folder = mkdtempSync(join(tmpdir(), 'counters-'))
afterAll(() => rmSync(folder, { recursive: true }))

const head = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
`

test.skipIf(process.platform !== 'linux')(
  'Counters are packets sent, by interface, of the kernel’s table as it is now',
  () => {
    const file = join(folder, 'dev')
    const counters = nodeLinkCounters(file)
    writeFileSync(file, `${head}    lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n`)
    expect(counters.read()).toEqual(new Map([['lo', 10]]))
    writeFileSync(
      file,
      `${head}    lo: 1 2 3 4 5 6 7 8 9 12 11 12 13 14 15 16\nwlan0:1 2 3 4 5 6 7 8 9 7 11 12 13 14 15 16\n`,
    )
    expect(counters.read()).toEqual(
      new Map([
        ['lo', 12],
        ['wlan0', 7],
      ]),
    )
  },
)

test('Counters are none where the table cannot be read', () => {
  expect(nodeLinkCounters(join(folder, 'missing')).read()).toBeNull()
})

test.skipIf(process.platform !== 'linux')('The kernel’s own table has the loopback interface', () => {
  expect(nodeLinkCounters().read()?.get('lo')).toBeGreaterThanOrEqual(0)
})
