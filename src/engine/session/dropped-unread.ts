import { limits } from '../face/limits'
import { tellLimit } from '../ice'
import type { SessionState } from './state'

/** Counts what the system dropped at our sockets before it came to us. */
export function countUnread({ agent, droppedUnread }: SessionState, name: string, datagrams: number): void {
  const before = droppedUnread.get(name)
  if (before !== undefined || droppedUnread.size < limits.countedInterfaces) {
    droppedUnread.set(name, (before ?? 0) + datagrams)
    return
  }
  const detail = `What is dropped unread is counted of ${limits.countedInterfaces} interfaces, and not of ${name}.`
  tellLimit(agent.state, 'countedInterfaces', detail)
}
