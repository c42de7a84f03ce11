import { expect, it } from 'vitest'
import { nodeLog } from './log'

it('A log writes one line an entry, from its level upwards', () => {
  const lines: string[] = []
  const log = nodeLog('info', (line) => lines.push(line))
  log.write('debug', 'not this')
  log.write('info', 'started')
  log.write('error', 'two\nlines')
  expect(lines).toEqual(['info: started\n', 'error: two lines\n'])
})
