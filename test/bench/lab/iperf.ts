/** TCP and MPTCP over the lab's links, by iperf3: what users would otherwise use. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChildProcess } from 'node:child_process'
import type { Lab } from './lab'

export type TcpControl = 'bbr' | 'cubic'

/** Debian packages that the baselines need. */
export const baselinePackages = ['iperf3', 'mptcpize', 'rist-tools']

interface IperfResult {
  readonly end: { readonly sum_received: { readonly bits_per_second: number } }
}

const serverStartMs = 500

/** Payload from left to right over all links together, bit/s. */
export async function mptcpGoodputBps(lab: Lab, control: TcpControl, seconds: number): Promise<number> {
  await lab.mptcp(true)
  try {
    const server = lab.start('right', 'mptcpize', ['run', 'iperf3', '-s', '-1'])
    await sleep(serverStartMs)
    const to = await lab.address('right', lab.links[0]!)
    const client = ['run', 'iperf3', '-c', to, '-t', String(seconds), '-J', '-C', control]
    const bps = receivedBps(await lab.exec('left', 'mptcpize', client))
    await ended(server)
    return bps
  } finally {
    await lab.mptcp(false)
  }
}

/** Payload of plain TCP over one link alone, bit/s. */
export async function tcpGoodputBps(
  lab: Lab,
  link: string,
  control: TcpControl,
  seconds: number,
): Promise<number> {
  const flow = await startTcp(lab, link, control, seconds)
  return flow.receivedBps()
}

export interface TcpFlow {
  /** Waits for its end. */
  receivedBps(): Promise<number>
}

/** A TCP flow that competes with what is measured. */
export async function startTcp(
  lab: Lab,
  link: string,
  control: TcpControl,
  seconds: number,
): Promise<TcpFlow> {
  const server = lab.start('right', 'iperf3', ['-s', '-1'])
  await sleep(serverStartMs)
  const [to, from] = await Promise.all([lab.address('right', link), lab.address('left', link)])
  const client = ['-c', to, '-B', from, '-t', String(seconds), '-J', '-C', control]
  const output = lab.exec('left', 'iperf3', client)
  return {
    async receivedBps() {
      const bps = receivedBps(await output)
      await ended(server)
      return bps
    },
  }
}

function receivedBps(json: string): number {
  return (JSON.parse(json) as IperfResult).end.sum_received.bits_per_second
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await new Promise((resolve) => child.once('exit', resolve))
  clearTimeout(timer)
}
