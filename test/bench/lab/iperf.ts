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
  const server = lab.start('right', 'iperf3', ['-s', '-1'])
  await sleep(serverStartMs)
  const bps = receivedBps(await lab.exec('left', 'iperf3', await clientOf(lab, link, control, seconds)))
  await ended(server)
  return bps
}

/** Starts a TCP flow that competes with what is measured, until the lab goes, or for an hour. */
export async function startTcp(lab: Lab, link: string, control: TcpControl): Promise<void> {
  lab.start('right', 'iperf3', ['-s', '-1'])
  await sleep(serverStartMs)
  lab.start('left', 'iperf3', await clientOf(lab, link, control, 3600))
}

async function clientOf(
  lab: Lab,
  link: string,
  control: TcpControl,
  seconds: number,
): Promise<readonly string[]> {
  const [to, from] = await Promise.all([lab.address('right', link), lab.address('left', link)])
  return ['-c', to, '-B', from, '-t', String(seconds), '-J', '-C', control]
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
