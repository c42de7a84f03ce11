import { setTimeout as sleep } from 'node:timers/promises'
import { nodeClock, nodeDatagrams, nodeEntropy, nodeInterfaces } from '../../src/runtime/adapters/node'
import {
  describeClockContract,
  describeDatagramsContract,
  describeEntropyContract,
  describeInterfacesContract,
} from '.'

/** Node's timers may end a little early; a test's time must not. */
async function pass(ms: number): Promise<void> {
  const endMs = performance.now() + ms
  while (performance.now() < endMs) await sleep(endMs - performance.now())
}

describeClockContract('The node adapter', async () => ({ clock: nodeClock(), pass }))
describeEntropyContract('The node adapter', async () => nodeEntropy())
describeInterfacesContract('The node adapter', async () => nodeInterfaces())

describeDatagramsContract('The node adapter over loopback', async () => {
  const clock = nodeClock()
  const loopback = (await nodeInterfaces().list()).find((each) => each.loopback)
  if (loopback === undefined) throw new Error('This machine has no loopback interface')
  const requests = loopback.addresses.map((address) => ({
    interfaceName: loopback.name,
    interfaceKind: loopback.kind,
    address,
  }))
  return {
    clock,
    left: nodeDatagrams(clock),
    right: nodeDatagrams(clock),
    leftRequests: requests,
    rightRequests: requests,
    pass,
  }
})
