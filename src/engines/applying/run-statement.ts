import type pg from 'pg'
import { lostErrno, sqlProblem, sqlstateOf } from '../../adapters/postgres/sql-error.ts'
import type { Target } from '../../adapters/postgres/target.ts'
import type { TargetSession } from '../../adapters/postgres/target-session.ts'
import { type Outcome, failed } from '../../domain/outcome.ts'
import type { TimeLimit } from '../../domain/sql-error.ts'
import { type Prepared, type Script, type Statement, statementsOf } from '../../domain/script.ts'
import type { Session } from '../../domain/session.ts'
import type { Done } from '../../domain/step.ts'
import type { Applying } from '../engine.ts'
import { defaultSchema } from '../statements/tree.ts'
import type { SessionSettings } from '../../adapters/postgres/session-settings.ts'
import type { History } from '../history.ts'
import type { Cancelling, ControlSession } from './control-session.ts'
import { explained } from '../statements/explained.ts'
import { commandOf } from '../statements/sql-parse.ts'

/** One call of `apply`, from its first session to its last. */
export interface Work {
  target: Target
  history: History
  prepared: Prepared
  at: Applying
  control: ControlSession
  /** Tries that a lock ended, over all units: their number is what `lockAttempts` bounds. */
  conflicts: number
  startedAt: number
  /** The end of the write-ahead log after the last commit. */
  lsn: string | null
  /** A session was lost, and the history says that it had committed. */
  reconciled: boolean
  statements: Done['migrate']['statements']
  /** How many statements it has in all; counted when the first one is reported. */
  of?: number
  saved: Done['migrate']['saved']
}

/** What one statement needs of it. */
export type Working = Pick<Work, 'target' | 'prepared' | 'at' | 'control' | 'statements' | 'of'>

/** Of a session that changes the target. */
export const settingsOf = ({ lockTimeout, statementTimeout }: Applying): SessionSettings => ({
  lockTimeout,
  statementTimeout,
  searchPath: defaultSchema,
})

/** How one try of a unit ended. */
export type Ran =
  | { did: 'commit'; lsn: string | null }
  /** 55P03 or 40P01: the whole transaction can be tried again. */
  | { did: 'conflict'; sqlstate: string; statement: string; blockers: Session[] }
  /** Rolled back, and not to be tried again. */
  | { did: 'stop'; outcome: Outcome<never> }
  /** The connection is gone: whether it committed is to be found out. */
  | { did: 'lose'; during: string; errno: string }

export type Stopped = Exclude<Ran, { did: 'commit' }>

/** Long statements (rows of a seed) are shown from their begin. */
const shownLength = 2_000

/**
 * Runs one statement, timed, with its blockers watched; a cancel ends it. What went wrong is returned, for the caller to
 * roll back.
 */
export async function runStatement(
  work: Working,
  session: TargetSession,
  script: Script,
  statement: Statement,
): Promise<{ result: pg.QueryArrayResult } | Stopped> {
  const { signal, lockTimeout } = work.at
  if (signal.aborted) return cancelled(work)
  const text = shown(statement)
  const command = commandOf(statement.text)
  report(work, command)
  const blockers = work.control.sample(session.pid, lockTimeout)
  const began = performance.now()
  try {
    const query = { text: statement.text, rowMode: 'array' as const }
    return { result: await withCancel(work, session, () => session.client.query(query)) }
  } catch (error) {
    const seen = blockers()
    const sqlstate = sqlstateOf(error)
    const errno = lostErrno(error)
    if (errno !== null) return { did: 'lose', during: command, errno }
    if (signal.aborted) return cancelled(work)
    if (sqlstate === '55P03' || sqlstate === '40P01') {
      return { did: 'conflict', sqlstate, statement: text, blockers: seen }
    }
    const isOurs = statement.from === 'added'
    const place = isOurs ? {} : { file: script.file, line: lineOf(error, statement) }
    const limit = limitOf(work, performance.now() - began)
    const problem = sqlProblem(error, { statement: text, ...place, limit })
    return { did: 'stop', outcome: failed(explained(problem, error, statement, session.serverVersion)) }
  } finally {
    blockers()
    note(work, statement, command, performance.now() - began)
  }
}

export const cancelled = ({ at }: Pick<Work, 'at'>): Extract<Ran, { did: 'stop' }> => ({
  did: 'stop',
  outcome: failed({ code: 'cancelled', by: typeof at.signal.reason === 'string' ? at.signal.reason : '' }),
})

/**
 * The time that a statement of the run had, and whether `took` (milliseconds; null: not known) was all of it. The clocks of
 * two machines differ by less than a hundredth.
 */
export function limitOf({ at: { statementTimeout } }: Pick<Work, 'at'>, took: number | null): TimeLimit {
  const isOver = took === null ? null : statementTimeout > 0 && took >= statementTimeout * 0.99
  return { seconds: statementTimeout / 1000, key: 'window.statementTimeout', isOver }
}

/** Waits for what the session does; a cancel of the run cancels that on the server. */
export async function withCancel<T>(
  { at: { signal }, control }: Pick<Work, 'at' | 'control'>,
  session: TargetSession,
  run: () => Promise<T>,
): Promise<T> {
  let cancelling: Cancelling | null = null
  const cancel = (): void => void (cancelling = control.cancel(session))
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await run()
  } finally {
    signal.removeEventListener('abort', cancel)
    await (cancelling as Cancelling | null)?.over()
  }
}

const shown = ({ text }: Statement): string =>
  text.length > shownLength ? `${text.slice(0, shownLength)}…` : text

/** The line in the file: the server says at which character of the statement it stopped. */
function lineOf(error: unknown, { text, line, from }: Statement): number {
  const position = Number((error as pg.DatabaseError).position ?? 0)
  if (from === 'added' || !position) return line
  const before = Array.from(text).slice(0, position - 1)
  return line + before.filter((character) => character === '\n').length
}

/** Says which statement is next. */
export function report(work: Working, command: string): void {
  const of = (work.of ??= statementsIn(work))
  work.at.progress({ done: Math.min(work.statements.length, of), of, unit: 'statements', at: command })
}

function statementsIn({ prepared, at }: Working): number {
  const units = prepared.scripts.flatMap((script) => script.units.flatMap(statementsOf))
  const keeps = at.accepted === null ? [] : prepared.keeps.flatMap((keep) => [keep.lock, ...keep.statements])
  return units.length + keeps.length
}

/** Tries that were rolled back are taken out again by their unit. */
function note({ statements }: Working, { line }: Statement, command: string, milliseconds: number): void {
  const rounded = Math.round(milliseconds * 10) / 10
  statements.push({ line, command, milliseconds: rounded, locks: [] })
}
