/** Errno codes of a connection that is not had, or not any more. */
const errnos = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
])

/**
 * SQLSTATEs with which a server serves nobody, or not us: 08 connection, 28 not let in, 3D000 no such database, 53 out of
 * disk or connections, 57P shut down or starting, 58 its system's faults, 25006 read-only (a standby), 42501 no privilege,
 * 55000 closed to connections.
 */
const states = /^(08|28|53|57P|58)|^(3D000|25006|42501|55000)$/

/** What pg's driver says of a connection that broke or did not come about, in errors without a code. */
const says = /^(Connection terminated|timeout e|Client has encountered a connection error|Client was closed)/

/**
 * Why a database cannot be used just now: an errno code, a SQLSTATE, or the driver's own words; null for anything else,
 * which may be a bug.
 */
export function outageOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if ('code' in error && typeof error.code === 'string')
    return errnos.has(error.code) || (error.code.length === 5 && states.test(error.code)) ? error.code : null
  return says.test(error.message) ? error.message : null
}
