import type { Action, Line } from '../../domain/view.ts'
import type { Instant } from '../../domain/json.ts'
import type { ProblemCode, Problems } from '../../domain/problem.ts'
import type { SqlError } from '../../domain/sql-error.ts'
import { bold, code, say } from '../../domain/view.ts'
import { clipped, statementCode } from '../words/line.ts'
import { typed } from '../words/typed.ts'

/** What follows a correction of what a plan is made of. */
export const again: Line = say`then plan again: ${typed('plan')}`

/** A failure, a refusal or a finding in words. */
export interface Wording {
  /** What happened, with names. One sentence. */
  what: Line
  /** What it means for the reader, where that is not plain. */
  means?: Line
  /** What to type, click or correct next. Never missing. */
  next: Line
  actions?: Action[]
}

/**
 * Words for each code; `seen` is when it was noticed, where that is known: moments near it need no day. `problem.ts`
 * joins the tables of all themes into one: a code without words does not compile.
 */
export type Wordings = { [C in ProblemCode]: (problem: Problems[C], seen?: Instant) => Wording }

/** `Login: expected 200, saw 500`. */
export const expectedAndSeen = (name: string, expected: string, saw: string): Line =>
  say`${bold(name)}: expected ${code(clipped(expected, 120))}, saw ${code(clipped(saw, 120))}`

const errnos: Record<string, string> = {
  EACCES: 'permission denied',
  EADDRINUSE: 'another program listens there',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EDQUOT: 'the disk’s quota is used up',
  EHOSTUNREACH: 'no way to the host',
  EISDIR: 'it is a folder',
  ENETUNREACH: 'no way to the network',
  ENOENT: 'it does not exist',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'it is no folder',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name could not be looked up',
  EPERM: 'not permitted',
  EPIPE: 'the connection was cut',
  EROFS: 'the file system is read-only',
  ETIMEDOUT: 'no answer in time',
}

/** `ENOENT: it does not exist`; a code that is not in the list stands for itself. */
export const errnoWords = (errno: string): string => (errnos[errno] ? `${errno}: ${errnos[errno]}` : errno)

/** Folded names need no quotes in PostgreSQL. */
const identifier = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name}"`)

/** `23503 foreign_key_violation on master."RefreshTokens", constraint "FK_…"`. */
export function sqlErrorLine(error: SqlError): Line {
  const table = [error.schema, error.table]
    .filter((name) => name !== null)
    .map(identifier)
    .join('.')
  const on = table ? say` on ${code(table)}` : []
  const column = error.column ? say`, column ${code(identifier(error.column))}` : []
  const constraint = error.constraint ? say`, constraint ${code(identifier(error.constraint))}` : []
  return say`${code(`${error.sqlstate} ${error.condition}`)}${on}${column}${constraint}`
}

/** `Column "TenantId" does not exist on master."RefreshTokens" (42703 undefined_column)`, or the condition with its objects. */
export function failureLine(error: SqlError): Line {
  const { missing, sqlstate, condition } = error
  if (!missing) return sqlErrorLine(error)
  const table = missing.of === null ? [] : say` on ${code(missing.of)}`
  const what = `${missing.is[0]?.toUpperCase()}${missing.is.slice(1)}`
  return say`${what} ${code(missing.name)} does not exist${table} (${code(`${sqlstate} ${condition}`)})`
}

/** ` in up.sql, line 12: ALTER TABLE …`, or nothing where there is no statement of ours. */
export function ourStatement(error: Pick<SqlError, 'statement' | 'file' | 'line' | 'isOurs'>): Line {
  const place = error.file ? say`${code(error.file)}${error.line === null ? '' : `, line ${error.line}`}` : []
  if (error.statement === null) return place.length ? say` in ${place}` : []
  if (error.isOurs) return say` in a statement of Lockkeeper’s own: ${statementCode(error.statement)}`
  return place.length
    ? say` in ${place}: ${statementCode(error.statement)}`
    : say`: ${statementCode(error.statement)}`
}
