import pg from 'pg'
import type { Problem } from '../../domain/problem.ts'
import type { Statement } from '../../domain/script.ts'
import { missingName } from './missing-name.ts'
import { offendingRows } from './offending-rows.ts'

/** An error of the server with the name that is missing, the query that finds the rows in its way, and whose it is. */
export function explained(
  problem: Problem,
  error: unknown,
  { text, from }: Pick<Statement, 'text' | 'from'>,
  serverVersion: string,
): Problem {
  if (problem.code !== 'sql-error' || !(error instanceof pg.DatabaseError)) return problem
  if (from === 'added') return { ...problem, isOurs: true }
  if (isInFunction(error)) return { ...problem, isInFunction: true }
  const missing = missingName(error, text)
  const find = offendingRows(text, problem, Number.parseInt(serverVersion, 10))
  return { ...problem, ...(missing && { missing }), ...(find !== null && { find }) }
}

/** The server names the function that it was in; a DO block is the statement's own. */
const isInFunction = ({ where = '' }: pg.DatabaseError): boolean =>
  /\bfunction /.test(where) && !where.includes('inline_code_block')
