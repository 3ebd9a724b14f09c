/** The errno name or other code of what was thrown, e.g. `ENOENT`: never its text. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
}
