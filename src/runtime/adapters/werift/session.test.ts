import { spawn } from 'node:child_process'
import { build } from 'esbuild'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { firstApplicationRecord } from '../../../engine'
import { bufferedLimitBytes, waitingMessagesLimit } from './association'
import { createCertificate } from './certificate'
import { defaultBounds, WeriftSession } from './session'
import {
  arq,
  closeAll,
  joined,
  joinOneWay,
  openChannels,
  seeded,
  startFor,
  Watched,
  type Way,
  watchedSession,
} from './testing'
import { parseRecords } from './wire'

afterEach(closeAll)

/** Runs a script of this folder as a bundled CommonJS program, the way the app is built. */
async function runBundled(contents: string): Promise<{ stdout: string; code: number | null }> {
  const built = await build({
    stdin: { contents, resolveDir: __dirname, loader: 'ts' },
    bundle: true,
    platform: 'node',
    target: 'node18',
    packages: 'external',
    write: false,
  })
  const child = spawn(process.execPath, ['-'], { cwd: __dirname, stdio: ['pipe', 'pipe', 'inherit'] })
  let stdout = ''
  child.stdout.on('data', (data) => {
    stdout += String(data)
  })
  child.stdin.end(built.outputFiles[0]?.text)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { stdout, code }
}

describe('two sessions over a reliable handshake channel', () => {
  it('connect with one exporter and pass messages both ways', async () => {
    const { offerer, answerer } = await joined()
    const [a, b] = await Promise.all([offerer.wait('connected'), answerer.wait('connected')])
    expect(a.exporter).toHaveLength(32)
    expect(Buffer.from(a.exporter).equals(b.exporter)).toBe(true)
    await openChannels(offerer, answerer)
    expect(offerer.session.sendMessage(Uint8Array.of(1, 2, 3))).toBe(true)
    expect(answerer.session.sendMessage(Uint8Array.of(4, 5))).toBe(true)
    const [atAnswerer, atOfferer] = await Promise.all([answerer.wait('message'), offerer.wait('message')])
    expect([...atAnswerer.data]).toEqual([1, 2, 3])
    expect([...atOfferer.data]).toEqual([4, 5])
  })

  it('connect whichever side is the DTLS client', async () => {
    const { offerer, answerer } = await joined({
      offererStart: { dtlsRole: 'client' },
      answererStart: { dtlsRole: 'server' },
    })
    await openChannels(offerer, answerer)
  })

  it('open the channel at once, without waiting for a timer of SCTP', async () => {
    const { offerer, answerer } = await joined()
    await Promise.all([offerer.wait('connected'), answerer.wait('connected')])
    const before = performance.now()
    await openChannels(offerer, answerer)
    // werift sends INIT again after 3 s; an INIT that came before the peer took records would cost that.
    expect(performance.now() - before).toBeLessThan(1500)
  })

  it('pass messages of every size up to the limit and keep their order', async () => {
    const { offerer, answerer } = await joined()
    await openChannels(offerer, answerer)
    const sizes = [1, 64, 1100, 1200, 5000, 16_384, 2]
    for (const [i, size] of sizes.entries()) {
      expect(offerer.session.sendMessage(new Uint8Array(size).fill(i))).toBe(true)
    }
    await answerer.wait('message', sizes.length)
    expect(answerer.of('message').map(({ data }) => [data.length, data[0]])).toEqual(
      sizes.map((s, i) => [s, i]),
    )
    expect(offerer.of('retransmissions')).toEqual([])
  })

  it('each use a certificate of their own', async () => {
    const [a, b] = await Promise.all([watchedSession(), watchedSession()])
    expect(a.session.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
    expect(a.session.fingerprint).not.toBe(b.session.fingerprint)
  })

  it('connect when the client begins long before the server is started', async () => {
    const [offerer, answerer] = await Promise.all([watchedSession(), watchedSession()])
    joinOneWay(offerer, answerer)
    joinOneWay(answerer, offerer)
    answerer.session.start(startFor('answerer', offerer.session.fingerprint))
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect(answerer.of('handshake')).toHaveLength(1)
    offerer.session.start(startFor('offerer', answerer.session.fingerprint))
    await openChannels(offerer, answerer)
  })
})

describe('over a link that loses 40 % beneath the shim', () => {
  it('two sessions connect and never send a handshake datagram twice', async () => {
    const random = seeded(7)
    const { offerer, answerer } = await joined({
      offererWays: { handshake: arq(random, 0.4, 40) },
      answererWays: { handshake: arq(random, 0.4, 40) },
    })
    await openChannels(offerer, answerer)
    for (const side of [offerer, answerer]) {
      const sent = side.of('handshake').map(({ data }) => Buffer.from(data).toString('hex'))
      expect(new Set(sent).size).toBe(sent.length)
    }
    // ClientHello twice, certificate, key exchange, verify, cipher change, Finished, proof, acceptance.
    expect(answerer.of('handshake')).toHaveLength(9)
    // HelloVerifyRequest, five of flight 4, cipher change, Finished, proof, acceptance.
    expect(offerer.of('handshake')).toHaveLength(10)
  })

  it('the channel opens without waiting for SCTP’s timer of 3 s', async () => {
    let lost = 0
    // Each step of setting up the association is lost once.
    const losing: Way = (data, pass) => {
      if (lost++ % 2 === 1) pass(data)
    }
    const { offerer, answerer } = await joined({ offererWays: { record: losing } })
    await Promise.all([offerer.wait('connected'), answerer.wait('connected')])
    const before = performance.now()
    await openChannels(offerer, answerer)
    expect(performance.now() - before).toBeLessThan(2500)
  })
})

describe('sendMessage', () => {
  it('refuses before the channel is open, an empty message, one too large, and after close', async () => {
    const { offerer, answerer } = await joined({ offererStart: { maxMessageSize: 1000 } })
    expect(offerer.session.sendMessage(Uint8Array.of(1))).toBe(false)
    await openChannels(offerer, answerer)
    expect(offerer.session.sendMessage(new Uint8Array(0))).toBe(false)
    expect(offerer.session.sendMessage(new Uint8Array(1001))).toBe(false)
    expect(offerer.session.sendMessage(new Uint8Array(1000))).toBe(true)
    offerer.session.close()
    expect(offerer.session.sendMessage(Uint8Array.of(1))).toBe(false)
  })

  it('refuses once the stated amount waits, and takes again when it has drained', async () => {
    let blocked = false
    const held: (() => void)[] = []
    const { offerer, answerer } = await joined({
      offererWays: { record: (data, pass) => (blocked ? held.push(() => pass(data)) : pass(data)) },
    })
    await openChannels(offerer, answerer)
    blocked = true
    let taken = 0
    while (taken < 1000 && offerer.session.sendMessage(new Uint8Array(8192))) taken++
    expect(taken * 8192).toBeGreaterThanOrEqual(bufferedLimitBytes - 8192)
    expect(taken * 8192).toBeLessThan(bufferedLimitBytes + 65_536)
    blocked = false
    for (const pass of held) pass()
    await answerer.wait('message', taken)
    expect(offerer.session.sendMessage(new Uint8Array(8192))).toBe(true)
  })

  it('refuses small messages by their number, since werift works by the square of those that wait', async () => {
    let blocked = false
    const { offerer, answerer } = await joined({
      offererWays: { record: (data, pass) => (blocked ? undefined : pass(data)) },
    })
    await openChannels(offerer, answerer)
    blocked = true
    let taken = 0
    while (taken < 5000 && offerer.session.sendMessage(new Uint8Array(128))) taken++
    expect(taken).toBeGreaterThanOrEqual(waitingMessagesLimit)
    expect(taken).toBeLessThan(waitingMessagesLimit + 64)
    blocked = false
    await answerer.wait('message', taken)
    expect(offerer.session.sendMessage(new Uint8Array(128))).toBe(true)
  })
})

describe('retransmissions', () => {
  it('rise when records are lost, and the message still arrives', async () => {
    let losing = false
    const { offerer, answerer } = await joined({
      offererWays: {
        record: (data, pass) => {
          if (!losing) pass(data)
          losing = false
        },
      },
    })
    await openChannels(offerer, answerer)
    losing = true
    offerer.session.sendMessage(Uint8Array.of(9))
    await answerer.wait('message')
    expect(offerer.of('retransmissions').at(-1)?.total).toBe(1)
    expect(answerer.of('retransmissions')).toEqual([])
  })
})

describe('the records sent', () => {
  it('are one to a datagram, contiguous, and begin with the agreed number, above Finished’s', async () => {
    const { offerer, answerer } = await joined()
    await openChannels(offerer, answerer)
    for (let i = 0; i < 20; i++) offerer.session.sendMessage(new Uint8Array(3000))
    await answerer.wait('message', 20)
    for (const side of [offerer, answerer]) {
      const finished = side
        .of('handshake')
        .flatMap(({ data }) => parseRecords(Buffer.from(data)))
        .find(({ type, epoch }) => type === 22 && epoch === 1)
      const records = side.of('record').map(({ data }) => parseRecords(Buffer.from(data)))
      expect(records.every((inDatagram) => inDatagram.length === 1)).toBe(true)
      const numbers = records.flat().map(({ sequence }) => sequence)
      expect(numbers[0]).toBe(firstApplicationRecord)
      expect(finished?.sequence).toBeLessThan(firstApplicationRecord)
      expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] ?? 0) + i))
    }
  })
})

describe('a handshake that does not finish', () => {
  it('fails with a sentence when the bound after the first datagram has passed', async () => {
    const bounds = { ...defaultBounds, handshakeMs: 300 }
    const server = new Watched(new WeriftSession(await createCertificate(), bounds))
    const client = new Watched(new WeriftSession(await createCertificate(), bounds))
    joinOneWay(client, server)
    server.session.onEvent = (event) => server.note(event)
    server.session.start(startFor('offerer', client.session.fingerprint))
    client.session.start(startFor('answerer', server.session.fingerprint))
    const failed = await server.wait('failed')
    expect(failed.reason).toBe('handshake')
    expect(failed.detail).toMatch(/did not finish the DTLS handshake/)
    // The client has heard nothing at all: its peer may still be waiting for a person.
    expect(client.of('failed')).toEqual([])
    client.session.close()
  })

  it('fails when a Pathscope stays silent past its own bound', async () => {
    const session = new WeriftSession(await createCertificate(), { ...defaultBounds, silentMs: 100 })
    const watched = new Watched(session)
    session.onEvent = (event) => watched.note(event)
    session.start(startFor('answerer', session.fingerprint))
    expect((await watched.wait('failed')).detail).toMatch(/never began/)
  })
})

describe('a listener that throws', () => {
  it('is heard of, and not taken for something that the peer did', async () => {
    const later = vi.spyOn(globalThis, 'queueMicrotask')
    const { offerer, answerer } = await joined()
    await openChannels(offerer, answerer)
    const { onEvent } = answerer.session
    answerer.session.onEvent = (event) => {
      onEvent(event)
      if (event.kind === 'message') throw new Error('a bug of the listener')
    }
    let thrown: unknown
    later.mockImplementation((callback) => {
      try {
        callback()
      } catch (error) {
        thrown = error
      }
    })
    offerer.session.sendMessage(Uint8Array.of(1))
    await answerer.wait('message')
    later.mockRestore()
    expect(thrown).toEqual(new Error('a bug of the listener'))
    expect(answerer.of('failed')).toEqual([])
  })
})

describe('close', () => {
  it('leaves no timer and no handle, wherever the session stands', { timeout: 30_000 }, async () => {
    // In a process of its own: it must end by itself, and nobody else's timers are in it.
    const script = `
      import { closeAll, joined, openChannels } from './testing'
      async function main() {
        const open = await joined()
        await openChannels(open.offerer, open.answerer)
        open.offerer.session.sendMessage(new Uint8Array(16384))
        const lost = await joined({ offererWays: { record: () => {} } })
        await lost.answerer.wait('connected')
        const halfway = await joined()
        await halfway.answerer.wait('handshake', 3)
        const stock = await joined({ offererStart: { peerKind: 'stock' }, answererStart: { peerKind: 'stock' } })
        await stock.offerer.wait('handshake')
        const alone = await joined({ offererWays: { handshake: () => {} } })
        closeAll()
        setImmediate(() => setImmediate(() => setImmediate(() => {
          const left = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout')
          process.stdout.write('timers ' + left.length)
        })))
      }
      void main()
    `
    const { stdout, code } = await runBundled(script)
    expect(stdout).toBe('timers 0')
    expect(code).toBe(0)
  })

  it('tells nothing more, with data under way', async () => {
    const { offerer, answerer } = await joined()
    await openChannels(offerer, answerer)
    offerer.session.sendMessage(new Uint8Array(16_384))
    offerer.session.close()
    answerer.session.close()
    const told = offerer.events.length + answerer.events.length
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(offerer.events.length + answerer.events.length).toBe(told)
  })

  it('within an event ends the session there', async () => {
    const { offerer, answerer } = await joined()
    const { onEvent } = offerer.session
    offerer.session.onEvent = (event) => {
      onEvent(event)
      if (event.kind === 'connected') offerer.session.close()
    }
    await offerer.wait('connected')
    await answerer.wait('handshake', 8)
    expect(offerer.events.at(-1)?.kind).toBe('connected')
  })
})
