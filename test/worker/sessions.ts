import { join } from 'node:path'
import { defaultSettings, type EngineSnapshot } from '../../src/engine'
import { type SessionHandle, startSession } from '../../src/runtime'
import type { SessionRequest, SessionUpdate } from '../../src/shared/session'

/** The worker as it ships. Tests run in the project's folder, after a build. */
const workerFile = process.env['PATHSCOPE_WORKER'] ?? join(process.cwd(), 'out/worker/index.js')

type Told<K extends SessionUpdate['kind']> = Extract<SessionUpdate, { readonly kind: K }>

/** A session under test: what it told so far, and ways to wait for more. */
export interface TestSession {
  readonly handle: SessionHandle
  readonly updates: readonly SessionUpdate[]
  /** The latest snapshot. */
  snapshot(): EngineSnapshot
  /** The first update of a kind that fits, past or to come. Rejects when the session ends without it. */
  told<K extends SessionUpdate['kind']>(kind: K, fits?: (update: Told<K>) => boolean): Promise<Told<K>>
}

export function requestOf(changes: Partial<SessionRequest>): SessionRequest {
  return {
    id: '6f1b1c1e-0000-4000-8000-000000000000',
    role: 'loopback',
    title: 'worker test',
    settings: {
      ...defaultSettings,
      messages: { enabled: true, ratePerSecond: 20, sizeBytes: 128 },
      snapshotIntervalMs: 100,
    },
    interfaces: null,
    stun: [],
    turn: [],
    emulatedPaths: null,
    durationSeconds: null,
    connectTimeoutSeconds: null,
    ...changes,
  }
}

export function start(changes: Partial<SessionRequest>): TestSession {
  const updates: SessionUpdate[] = []
  const waiting = new Set<() => void>()
  const handle = startSession(
    requestOf(changes),
    (update) => {
      updates.push(update)
      waiting.forEach((look) => look())
    },
    { workerFile },
  )

  function told<K extends SessionUpdate['kind']>(
    kind: K,
    fits: (update: Told<K>) => boolean = () => true,
  ): Promise<Told<K>> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = updates.find(
          (update): update is Told<K> => update.kind === kind && fits(update as Told<K>),
        )
        const over = updates.some((update) => update.kind === 'ended')
        if (found === undefined && !over) return
        waiting.delete(look)
        if (found !== undefined) resolve(found)
        else reject(new Error(`the session ended without ${kind}: ${JSON.stringify(updates.at(-1))}`))
      }
      waiting.add(look)
      look()
    })
  }

  return {
    handle,
    updates,
    told,
    snapshot() {
      const last = updates.filter((update) => update.kind === 'snapshot').at(-1)
      if (last?.kind !== 'snapshot') throw new Error('no snapshot yet')
      return last.snapshot
    },
  }
}

/** Two real sessions on this machine's loopback interface, their descriptions exchanged as texts. */
export async function startPair(changes: Partial<SessionRequest> = {}): Promise<[TestSession, TestSession]> {
  const offerer = start({ role: 'offerer', interfaces: ['lo'], ...changes })
  const answerer = start({ role: 'answerer', interfaces: ['lo'], ...changes })
  const offer = await offerer.told('local-description')
  answerer.handle.order({ kind: 'paste', text: offer.text.json })
  const answer = await answerer.told('local-description')
  offerer.handle.order({ kind: 'paste', text: answer.text.compact })
  await Promise.all([offerer.told('paste-accepted'), answerer.told('paste-accepted')])
  return [offerer, answerer]
}

/** Messages received so far, as the latest snapshot says. */
export function received(snapshot: EngineSnapshot): number {
  return snapshot.messages.find((stream) => stream.direction === 'received')?.received ?? 0
}
