import pg from 'pg'
import type { Problem } from '../../domain/problem.ts'
import type { SqlError, TimeLimit } from '../../domain/sql-error.ts'
import { conditionName } from './conditions.ts'

/** What of our own is shown with a server's error, and where it happened. */
export interface OurStatement {
  statement?: string
  file?: string
  line?: number
  /** Host and port, for a session that was lost. */
  host?: string
  /** What was being done, for a session that was lost. Default: the statement. */
  during?: string
  /** The time that the statement had, for one that was cancelled. */
  limit?: TimeLimit
}

/**
 * What may be shown of an error of the server, or null where it is none. Its message, detail, hint and context carry
 * row data (`Key ("Email")=(…) already exists`), so nothing of them is taken; names of objects are.
 */
export function sqlFacts(error: unknown, our: OurStatement = {}): SqlError | null {
  const sqlstate = sqlstateOf(error)
  if (sqlstate === null) return null
  const { schema, table, column, constraint } = error as pg.DatabaseError
  return {
    sqlstate,
    condition: conditionName(sqlstate),
    schema: schema ?? null,
    table: table ?? null,
    column: column ?? null,
    constraint: constraint ?? null,
    statement: our.statement ?? null,
    file: our.file ?? null,
    line: our.line ?? null,
    ...(sqlstate === cancelledState && our.limit && { limit: our.limit }),
  }
}

/** `query_canceled`: its time was over, or somebody asked for it; the server says which in words of its own language. */
export const cancelledState = '57014'

/**
 * A fault of a statement as a problem: `sql-error` where the server answered, `session-lost` where the connection is
 * gone. Anything else is a bug and is thrown on.
 */
export function sqlProblem(error: unknown, our: OurStatement = {}): Problem {
  const errno = lostErrno(error)
  if (errno !== null) {
    return { code: 'session-lost', host: our.host ?? '', during: our.during ?? our.statement ?? '', errno }
  }
  const facts = sqlFacts(error, our)
  if (facts === null) throw error
  return { code: 'sql-error', ...facts }
}

/** SQLSTATE of a server's error; null for anything else. */
export const sqlstateOf = (error: unknown): string | null =>
  error instanceof pg.DatabaseError ? (error.code ?? null) : null

/**
 * Why the connection is gone (an errno code, a SQLSTATE, or `closed` where neither is known), or null where it is not.
 * The driver's own errors about a closed connection are plain `Error`s without a code.
 */
export function lostErrno(error: unknown): string | null {
  const sqlstate = sqlstateOf(error)
  if (sqlstate !== null) return endsSession(sqlstate) ? sqlstate : null
  const { code } = error as NodeJS.ErrnoException
  if (typeof code === 'string' && !code.startsWith('ERR_')) return code
  return error instanceof Error && error.constructor === Error ? 'closed' : null
}

/** 08: connection exceptions; 57P01…57P05: shut down, crashed, starting, dropped, idle too long; 25P03, 25P04: timed out. */
const endsSession = (sqlstate: string): boolean =>
  sqlstate.startsWith('08') || sqlstate.startsWith('57P') || sqlstate === '25P03' || sqlstate === '25P04'

export { conditionName }
