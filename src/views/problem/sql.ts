import { code, say, type Line } from '../../domain/view.ts'
import { counted, seconds } from '../words/amounts.ts'
import { codes, statementCode } from '../words/line.ts'
import {
  again,
  errnoWords,
  failureLine,
  ourStatement,
  sqlErrorLine,
  type Wording,
  type Wordings,
} from './wording.ts'
import { sessionsBriefly } from '../words/sessions.ts'
import { typed } from '../words/typed.ts'
import type { SqlError, TimeLimit } from '../../domain/sql-error.ts'
import { downFault, downRemedy, unfit } from './unfit.ts'

/** What a class of SQLSTATE, or one SQLSTATE, says. PostgreSQL documentation, appendix A. */
const meanings: Record<string, string> = {
  '22': 'A value in the tables does not fit what the statement makes of it.',
  '23': 'Rows in the tables do not fit what the statement demands.',
  '25': 'The statement does not go where it stands: inside, or outside, of a transaction.',
  '28': 'The role may not connect.',
  '40P01': 'Two transactions waited for each other; the server ended ours.',
  '40': 'The server rolled our transaction back because of another one.',
  '42501': 'The role may not do this.',
  '42P01': 'A table that it names does not exist.',
  '42703': 'A column that it names does not exist.',
  '42P07': 'A table or index that it creates exists.',
  '42701': 'A column that it adds exists.',
  '42': 'The server does not accept the statement as it stands.',
  '53': 'The server ran out of something: disk, memory or connections.',
  '55P03': 'It did not get its lock in time.',
  '57014': 'It was stopped: its time was over, or somebody cancelled it.',
  '57': 'Somebody on the server ended it.',
  '58': 'The server’s own disk or files failed.',
  XX: 'The server reports damage or a fault of its own. Do not retry before somebody has looked at it.',
}

const meaningOf = ({ sqlstate }: SqlError): string | undefined =>
  meanings[sqlstate] ?? meanings[sqlstate.slice(0, 2)]

/** What it means, and the query that finds the rows. */
function meansLine(error: SqlError): Line {
  if (error.isInFunction)
    return say`It failed in a function or trigger of the database that the statement calls, not in the statement itself.`
  const rows =
    error.find === undefined ? null : (rowsMean[error.sqlstate] ?? rowsMean[error.sqlstate.slice(0, 2)])
  if (rows && error.find) return say`${rows} Find them: ${code(error.find)}`
  const means = error.missing ? undefined : meaningOf(error)
  return means === undefined ? [] : [means]
}

/** What is wrong with the rows that a query finds. */
const rowsMean: Record<string, string> = {
  '22': 'Rows hold values that do not convert to the new type.',
  '23502': 'Rows have no value where one is required.',
  '23503': 'Rows refer to rows that do not exist.',
  '23505': 'Rows have the same values where they have to be unique.',
  '23514': 'Rows do not satisfy the check.',
  '23P01': 'Rows exclude each other.',
}

/** A statement that was cancelled: by its time, or by somebody on the server. */
function stopped(error: SqlError, { seconds: had, key, isOver }: TimeLimit): Wording {
  const its = key
    ? say`${seconds(had)}, the runbook’s ${code(key)}`
    : say`${seconds(had)}, Lockkeeper’s own, which no runbook sets`
  const more = key
    ? say`Retry when the server has less to do; or go back, raise ${code(key)}, ${again}.`
    : say`Retry when the server has less to do, or go back.`
  const what = say`${sqlErrorLine(error)}${ourStatement(error)}.`
  if (isOver) return { what, means: say`Its time was over: ${its}.`, next: more }
  return isOver === null
    ? { what, means: say`Its time was over (${its}), or somebody on the server cancelled it.`, next: more }
    : {
        what,
        means: say`Somebody on the server cancelled it: its time (${its}) was not over.`,
        next: say`Find out who did, and why. Then retry, or go back.`,
      }
}

/** The migrations, their SQL and their history. */
export const sqlProblems = {
  'sql-error': (error) => {
    if (error.limit) return stopped(error, error.limit)
    const means = meansLine(error)
    return {
      what: say`${failureLine(error)}${ourStatement(error)}.`,
      ...(means.length > 0 && { means }),
      next: say`Correct the cause and retry, or go back. The server’s own text may hold data and is not shown; it is in the server’s log.`,
    }
  },
  'lock-timeout': ({ statement, attempts, seconds: waited, blockers, sqlstate, committed }, seen) => ({
    what: say`${statement === null ? 'A statement that is not known' : statementCode(statement)} did not get its lock, ${counted(attempts, 'time')} in ${seconds(waited)} (${sqlstate})${blockers.length ? say`: held by ${sessionsBriefly(blockers, seen)}` : '; nobody who holds it was seen'}.`,
    means: committed
      ? say`What did not get its lock was rolled back; what was committed before stays: ${
          committed.last === null
            ? 'where the history ends could not be read'
            : say`the history ends at ${code(committed.last)}`
        }.`
      : say`Each try was rolled back as a whole.`,
    next: blockers.length
      ? say`End ${blockers.length === 1 ? 'that session' : 'those sessions'} and retry, retry as it is, or go back.`
      : say`Retry, or go back.`,
  }),
  'sql-syntax': ({ file, line, near }) => ({
    what: say`${code(file)}, line ${line}: not SQL that PostgreSQL reads, near ${statementCode(near)}.`,
    next: say`Correct the file, ${again}.`,
  }),
  'statement-unfit': ({ file, line, statement, why }) => ({
    what: say`${code(file)}, line ${line}: ${statementCode(statement)} cannot be run as it stands.`,
    means: [unfit[why].means],
    next: say`${unfit[why].remedy}, ${again}.`,
  }),
  'index-invalid': ({ index }) => ({
    what: say`Index ${code(index)} exists and is invalid.`,
    means: say`A CREATE INDEX CONCURRENTLY did not finish: the server keeps it up to date and never uses it.`,
    next: say`Drop it with ${code(`DROP INDEX CONCURRENTLY ${index}`)} and try again, or go back.`,
  }),
  'migrations-folder': ({ folder, errno }) => ({
    what: say`The migrations’ folder ${code(folder)} cannot be read (${errnoWords(errno)}).`,
    next: say`Correct engine.folder in the runbook, or the folder, ${again}.`,
  }),
  'migration-unknown': ({ migration, known }) => ({
    what: say`There is no migration ${code(migration)}.`,
    means: known.length ? say`The last ones: ${codes(known.slice(-5))}.` : say`There is none at all.`,
    next: say`Correct the name in the runbook, or add the migration to its folder or its project, ${again}.`,
  }),
  'migration-applied': ({ migration }) => ({
    what: say`${code(migration)} is on this database already.`,
    next: say`Nothing is to be done. To take it back: ${typed('rollback')}.`,
  }),
  'migration-not-applied': ({ migration }) => ({
    what: say`${code(migration)} is not on this database.`,
    next: say`There is nothing to take back. To apply it: ${typed('plan')}.`,
  }),
  'migration-file-odd': ({ file, why }) => ({
    what: say`${code(file)} ${{ name: 'is not named like a migration (ID_Name.up.sql, ID_Name.down.sql)', 'no-up': 'has no .up.sql beside it', empty: 'holds no statement' }[why]}.`,
    next: say`Correct or remove the file, ${again}.`,
  }),
  'migration-irreversible': ({ migration, why }) => ({
    what: say`${code(migration)} has no way down.`,
    means: say`${downFault(why)}Going back after it would mean to restore a backup, without what was written since.`,
    next: say`${downRemedy(why)}, ${again}; or accept that a backup is the only way back.`,
  }),
  'history-unknown': ({ table, migrations }) => ({
    what: say`The history ${code(table)} holds ${counted(migrations.length, 'migration')} that this project does not know: ${codes(migrations.slice(-5))}.`,
    means: say`Either the source here is older than the database, or another context keeps its migrations in the same table.`,
    next: say`Take the newer source; or, where another context shares the table, set engine.shared in the runbook; ${again}.`,
  }),
  'history-missing': ({ table }) => ({
    what: say`There is no history table ${code(table)} in this database.`,
    means: say`Without it every migration would look as if it were still to be applied.`,
    next: say`Check that this is the right database, and the table’s name: engine.history.table in the runbook or, of EF Core, ${code('MigrationsHistoryTable')} in the design-time factory; ${again}. The first migration of a new database is applied without Lockkeeper.`,
  }),
  'history-twice': ({ tables }) => ({
    what: say`This database has ${counted(tables.length, 'history table')}: ${codes(tables)}.`,
    means: say`Which one is true cannot be told.`,
    next: say`Name the right one in the runbook with its schema, and remove the other; ${again}.`,
  }),
  'history-beside': ({ table, others }) => ({
    what: say`${codes(others)} ${others.length === 1 ? 'has' : 'have'} the name of the history ${code(table)}, and other migrations in ${others.length === 1 ? 'it' : 'them'}: mostly another context’s.`,
    means: say`An application that looks there for these migrations would find none of them.`,
    next: say`Nothing is to be done, as long as the application reads ${code(table)}.`,
  }),
  'history-unlike': ({ expected, found }) => ({
    what: say`The history ends at ${code(found)}, not at ${code(expected)}.`,
    means: say`Somebody else applied or removed a migration, or what was run did not do what it should.`,
    next: say`Find out which. If it is meant, ${again}.`,
  }),
  'history-out-of-order': ({ migration, after }) => ({
    what: say`${code(migration)} is still to be applied, but ${code(after)}, which comes after it, is on the database.`,
    next: say`Give it a newer id, or apply it by hand knowingly; ${again}.`,
  }),
  'also-applies': ({ migrations }) => ({
    what: say`${counted(migrations.length, 'other migration')} would be applied with it: ${codes(migrations)}.`,
    next: say`Read their SQL too before you approve; or name an earlier migration in the runbook.`,
  }),
  'also-reverts': ({ migrations }) => ({
    what: say`${counted(migrations.length, 'other migration')} would be taken back with it: ${codes(migrations)}.`,
    means: say`They came later, with releases that this runbook does not take back.`,
    next: say`Roll those back first, the last one first, each by its own runbook; ${again}.`,
  }),
} satisfies Partial<Wordings>
