import { expect, test } from 'vitest'
import { nodeClock, nodeEntropy } from '../../../src/runtime/adapters/node'
import { createWeriftSessions } from '../../../src/runtime/adapters/werift'
import { startConnecting } from './connect'
import { type BadNetwork, badNetworks } from './networks'

const seeds = 200
/** Sessions at once: more where each of them mostly waits, few enough that the machine keeps up. */
const atOnce = ({ paths }: BadNetwork) => (paths.length === 1 ? 100 : 20)
/** Real time on a busy machine: only what never connects is to be found here. */
const boundMs = 60_000

/** In real time, with werift's DTLS and SCTP, which bring their own clocks. */
async function connectReally(network: BadNetwork, seed: number): Promise<string | null> {
  const connecting = await startConnecting(network, seed, {
    clock: nodeClock(),
    entropy: () => nodeEntropy(),
    secure: () => createWeriftSessions(),
  })
  try {
    return await new Promise<string | null>((resolve) => {
      const late = setTimeout(() => resolve(`seed ${seed}: not open after ${boundMs} ms`), boundMs)
      const look = (): void => {
        const { openedAtMs, failures } = connecting
        if (openedAtMs.size < 2 && failures.length === 0) return
        clearTimeout(late)
        resolve(failures.length > 0 ? `seed ${seed}: ${failures.join('; ')}` : null)
      }
      connecting.onChange = look
      look()
    })
  } finally {
    connecting.close()
  }
}

for (const network of badNetworks)
  test(`${seeds} of ${seeds} real DTLS sessions connect over ${network.about}`, async () => {
    const failed: string[] = []
    let next = 1
    const worker = async (): Promise<void> => {
      while (next <= seeds) {
        const problem = await connectReally(network, next++)
        if (problem !== null) failed.push(problem)
      }
    }
    await Promise.all(Array.from({ length: atOnce(network) }, worker))
    expect(failed).toEqual([])
  })
