/** What reached a host and was thrown away by its kernel, because the program had not read what came before. */
import { readFileSync } from 'node:fs'

/**
 * UDP datagrams of both IP versions that found no room in a socket's buffer, of all sockets in the network namespace of
 * this process, since the namespace was made (`RcvbufErrors` of proc_net_snmp). Null where that cannot be read.
 */
export function unreadDatagrams(pid: number): number | null {
  try {
    const [names, values] = readFileSync(`/proc/${pid}/net/snmp`, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('Udp:'))
      .map((line) => line.split(' '))
    const ipv6 = /^Udp6RcvbufErrors\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/net/snmp6`, 'utf8'))?.[1]
    const ipv4 = values?.[names?.indexOf('RcvbufErrors') ?? -1]
    return ipv4 === undefined || ipv6 === undefined ? null : Number(ipv4) + Number(ipv6)
  } catch {
    return null
  }
}
