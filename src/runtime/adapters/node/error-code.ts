/** The code of a Node error such as ENETUNREACH; UNKNOWN for anything else that was thrown. */
export function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return 'UNKNOWN'
}
