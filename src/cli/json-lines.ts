/** One event on one line. */
export function jsonLine(kind: string, fields: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ ...fields, kind })}\n`
}
