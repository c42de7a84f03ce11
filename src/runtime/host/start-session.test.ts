import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { defaultSettings } from '../../engine'
import type { SessionRequest, SessionUpdate } from '../../shared/session'
import { startSession } from './start-session'

const request: SessionRequest = {
  id: '',
  role: 'loopback',
  title: '',
  settings: defaultSettings,
  interfaces: null,
  stun: [],
  turn: [],
  emulatedPaths: null,
  durationSeconds: null,
  connectTimeoutSeconds: null,
}

/** A session whose worker is these lines of JavaScript. */
async function outcomeOf(program: string | null): Promise<SessionUpdate[]> {
  const file = join(mkdtempSync(join(tmpdir(), 'pathscope-host-')), 'worker.cjs')
  if (program !== null) writeFileSync(file, program)
  const updates: SessionUpdate[] = []
  const session = startSession(request, (update) => updates.push(update), { workerFile: file })
  session.order({ kind: 'stop' })
  await session.closed
  return updates
}

const post = (update: unknown) =>
  `require('worker_threads').parentPort.postMessage(${JSON.stringify(update)});`
const warning = { kind: 'warning', atMs: 1234, warning: { kind: 'stall', message: '' } }
const done = { kind: 'ended', atMs: 2000, reason: 'done', detail: null }

test('updates come in order, and the worker’s own end is the last', async () => {
  expect(await outcomeOf(post(warning) + post(done) + post(warning))).toEqual([warning, done])
})

test('a worker that throws is reported as failed, with its message and its last time', async () => {
  const updates = await outcomeOf(`${post(warning)} setTimeout(() => { throw new Error('out of luck') }, 20)`)
  expect(updates.at(-1)).toMatchObject({ kind: 'ended', atMs: 1234, reason: 'failed' })
  expect(updates.at(-1)).toHaveProperty('detail', expect.stringContaining('out of luck'))
})

test('a worker that leaves without a word is reported as failed', async () => {
  const updates = await outcomeOf('process.exit(3)')
  expect(updates).toHaveLength(1)
  expect(updates[0]).toHaveProperty('detail', expect.stringContaining('exit code 3'))
})

test('a worker that is not there is reported as failed', async () => {
  const updates = await outcomeOf(null)
  expect(updates).toHaveLength(1)
  expect(updates[0]).toMatchObject({ kind: 'ended', reason: 'failed' })
})

test('the worker has little memory for new objects, so that it never stands still for long to tidy it', async () => {
  const detail = "require('worker_threads').resourceLimits.maxYoungGenerationSizeMb"
  const updates = await outcomeOf(
    `require('worker_threads').parentPort.postMessage({ ...${JSON.stringify(done)}, detail: String(${detail}) })`,
  )
  expect(updates).toEqual([{ ...done, detail: '4' }])
})

test('a worker that is to end at once does so itself, and by force when it does not', async () => {
  const endOf = async (program: string): Promise<SessionUpdate[]> => {
    const file = join(mkdtempSync(join(tmpdir(), 'pathscope-host-')), 'worker.cjs')
    writeFileSync(file, program)
    const updates: SessionUpdate[] = []
    const session = startSession(request, (update) => updates.push(update), { workerFile: file })
    await session.terminate()
    await session.terminate()
    return updates
  }
  const obeys =
    "require('worker_threads').parentPort.on('message', ({ kind }) => kind === 'halt' && process.exit(7))"
  expect((await endOf(obeys)).at(-1)).toHaveProperty('detail', expect.stringContaining('exit code 7'))
  expect((await endOf('for (;;);')).at(-1)).toHaveProperty('detail', expect.stringContaining('exit code 1'))
})

test('the request reaches the worker as it is, and orders after it', async () => {
  const program = `const { parentPort, workerData } = require('worker_threads')
    parentPort.on('message', (order) => {
      parentPort.postMessage({ kind: 'warning', atMs: 0, warning: { kind: order.kind, message: workerData.role } })
      parentPort.postMessage(${JSON.stringify(done)})
      parentPort.close()
    })`
  expect(await outcomeOf(program)).toEqual([
    { kind: 'warning', atMs: 0, warning: { kind: 'stop', message: 'loopback' } },
    done,
  ])
})
