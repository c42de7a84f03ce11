/** One event on one line; `fields` must not hold a `kind` of their own. */
export function jsonLine(kind: string, fields: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ kind, ...fields })}\n`
}
