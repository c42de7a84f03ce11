/** "fe80::1%eth0" without "%eth0": the rest of Pathscope names the interface, never the zone. */
export function withoutZone(address: string): string {
  const percent = address.indexOf('%')
  return percent === -1 ? address : address.slice(0, percent)
}

/** fe80::/10 (RFC 4291 section 2.5.6), in canonical lower-case text. */
export function isLinkLocal6(address: string): boolean {
  if (!address.startsWith('fe')) return false
  const third = address[2]
  return (third === '8' || third === '9' || third === 'a' || third === 'b') && address[4] === ':'
}
