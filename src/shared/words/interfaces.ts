/** What the system tells of an interface, in words. */
import type { InterfaceAddress, LinkDetails } from '../session'

type Told = LinkDetails | undefined

/** "1 Gbit/s"; empty where the system does not tell. */
export function formatLinkSpeed(link: Told): string {
  const bps = link?.speedBps ?? null
  if (bps === null) return ''
  return bps >= 1e9 ? `${bps / 1e9} Gbit/s` : `${bps / 1e6} Mbit/s`
}

/** "IPv4 100, IPv6 1024": families of its default routes, with their metrics. */
export function formatDefaultRoutes(link: Told): string {
  return (link?.defaultRoutes ?? []).map(({ family, metric }) => `IPv${family} ${metric}`).join(', ')
}

/** "link-local", "temporary", "temporary, deprecated"; empty for an ordinary address. */
export function addressMarks({ linkLocal, temporary, deprecated }: InterfaceAddress): string {
  const marks = [
    linkLocal ? 'link-local' : '',
    temporary === true ? 'temporary' : '',
    deprecated === true ? 'deprecated' : '',
  ]
  return marks.filter((mark) => mark !== '').join(', ')
}
