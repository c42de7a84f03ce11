/** Which interfaces a session uses. */
import type { InterfaceInfo } from '../session'

/** Whether it can be used now. */
export function usableInterface(info: InterfaceInfo): boolean {
  return info.up && info.addresses.length > 0
}

/** Names of those that are chosen and can be used now; `chosen` null = those used by default. */
export function chosenInterfaces(
  chosen: readonly string[] | null,
  interfaces: readonly InterfaceInfo[],
): readonly string[] {
  return interfaces
    .filter((info) => usableInterface(info) && (chosen?.includes(info.name) ?? info.usedByDefault))
    .map((info) => info.name)
}
