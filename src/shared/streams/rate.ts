const factors: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 }

/** Bit/s from 500kbit, 4mbit, 1.5M or a plain number; undefined for anything else. */
export function parseRate(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)(?:([kmg])?(?:b(?:it)?)?(?:\/s|ps)?)$/i.exec(text)
  if (match === null) return undefined
  return Math.round(Number(match[1]) * (factors[(match[2] ?? '').toLowerCase()] ?? 1))
}

/** The shortest of such texts: 4mbit, 500kbit, 64001. */
export function rateText(rateBps: number): string {
  for (const [unit, factor] of [
    ['gbit', 1e9],
    ['mbit', 1e6],
    ['kbit', 1e3],
  ] as const) {
    const value = rateBps / factor
    if (value >= 1 && Number.isInteger(value * 1000)) return `${value}${unit}`
  }
  return String(Math.round(rateBps))
}
