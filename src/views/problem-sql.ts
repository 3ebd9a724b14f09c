import { code, say, type Line } from '../domain/view.ts'
import { bytes, counted, seconds } from './amounts.ts'
import { codes, firstOf, statementCode } from './line.ts'
import { again, errnoWords, ourStatement, sqlErrorLine, type Wording, type Wordings } from './wording.ts'
import { sessionsBriefly } from './sessions.ts'
import { typed } from './typed.ts'
import type { DownFault, SqlError, TimeLimit, UnfitReason } from '../domain/problem.ts'

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

const unfit: Record<UnfitReason, { means: string; remedy: string }> = {
  'inside-transaction': {
    means: 'PostgreSQL runs it outside of a transaction only, and the file puts it inside one.',
    remedy: 'Move it out of BEGIN … COMMIT, or into a migration of its own',
  },
  'transaction-control': {
    means:
      'It begins, ends or undoes a transaction in a way that would leave part of the migration committed.',
    remedy: 'Remove it: Lockkeeper puts the transaction around the statements',
  },
  'not-sql': {
    means: 'It is for psql, not for the server.',
    remedy: 'Replace it with SQL',
  },
  'session-setting': {
    means: 'It changes a setting that keeps the run safe.',
    remedy: 'Remove it; timeouts belong in the runbook (window)',
  },
  'copy-from-stdin': {
    means: 'Its data would follow in the file, which only psql reads.',
    remedy: 'Write it as INSERT',
  },
  'concurrently-in-down': {
    means: 'A way down that is not one transaction cannot be taken back when it fails.',
    remedy: 'Write it without CONCURRENTLY',
  },
  'outside-in-program': {
    means:
      'It must run outside of a transaction, and a bundle or `dotnet ef` gives nobody a way to clear up after it.',
    remedy: 'Set engine.apply to script, or write it so that a transaction can hold it',
  },
  'apart-in-program': {
    means:
      'It commits apart from the rest of its migration: a bundle or `dotnet ef` that ends in between leaves no mark of how far it came.',
    remedy: 'Set engine.apply to script, or leave out suppressTransaction',
  },
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
    const means = meaningOf(error)
    if (error.limit) return stopped(error, error.limit)
    return {
      what: say`${sqlErrorLine(error)}${ourStatement(error)}.`,
      ...(means && { means: [means] }),
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
    means: known.length ? say`There are ${codes(known.slice(-5))}.` : say`There is none at all.`,
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
  'constant-default': ({ table, column, value, rows }) => ({
    what: say`${code(column)} becomes ${code(value)} for ${counted(rows, 'existing row')} of ${code(table)}.`,
    means: say`The application reads that value as if it had been written.`,
    next: say`Ask those who know the application what it does with it, before you approve.`,
  }),
  'rewrites-table': ({ table, statement, rows, bytes: size }) => ({
    what: say`${statementCode(statement)} writes all of ${code(table)} anew: ${counted(rows, 'row')}, ${bytes(size)}.`,
    means: say`Nobody reads or writes the table meanwhile, and it needs that much disk once more.`,
    next: say`Split it (add the column, fill it in portions, then constrain it), or plan for the time.`,
  }),
  'scans-table': ({ table, statement, rows, bytes: size }) => ({
    what: say`${statementCode(statement)} reads all of ${code(table)} under its lock: ${counted(rows, 'row')}, ${bytes(size)}.`,
    next: say`Add a constraint as NOT VALID first and validate it in a later migration, or plan for the time.`,
  }),
  'value-uncommitted': ({ type, value, statement }) => ({
    what: say`${statementCode(statement)} uses ${code(value)}, which the same transaction adds to ${code(type)}.`,
    means: say`PostgreSQL takes a new value of an enum only once it is committed: the migration would fail (55P04).`,
    next: say`Add the value in a migration of its own before this one, ${again}.`,
  }),
  'value-exists': ({ type, value, statement }) => ({
    what: say`${statementCode(statement)} adds ${code(value)} to ${code(type)}, which has it already.`,
    means: say`The migration would fail (42710). A way down leaves the values of an enum where they are: it may be of an earlier try.`,
    next: say`Add it by SQL with IF NOT EXISTS, ${again}.`,
  }),
  'type-unconvertible': ({ table, column, from, statement }) => ({
    what: say`${statementCode(statement)}: PostgreSQL does not convert ${code(column)} of ${code(table)} from ${code(from)} by itself.`,
    means: say`The migration would fail (42804).`,
    next: say`Write the change as SQL that says how, with USING, ${again}.`,
  }),
  'column-read': ({ table, column, by, statement }) => ({
    what: say`${statementCode(statement)} changes or drops ${code(column)} of ${code(table)}, which ${codes(by)} ${by.length === 1 ? 'reads' : 'read'}.`,
    means: say`PostgreSQL refuses that as long as a view or a policy reads the column.`,
    next: say`Let the migration drop what reads it before, and make it again after it, ${again}.`,
  }),
  'extension-missing': ({ extension }) => ({
    what: say`This server has no extension ${code(extension)} that could be installed.`,
    means: say`The migration would fail on it.`,
    next: say`Install its package on the server, or ask who runs it, ${again}.`,
  }),
  'rollback-loses': ({ rows, tables }) => ({
    what: say`A rollback now would lose ${counted(rows, 'row')}${lossBy(tables)}.`,
    next: say`Ask those who know the data whether that may be lost. It is counted again, under lock, before anything is deleted.`,
  }),
  'rollback-violates': ({ table, column, rows }) => ({
    what: say`${counted(rows, 'row')} of ${code(table)} ${rows === 1 ? 'does' : 'do'} not fit what the way down restores for ${code(column)}.`,
    means: say`The rollback would fail, or change or delete those rows.`,
    next: say`Decide what becomes of them before you roll back, or go forward with a new migration.`,
  }),
  'rollback-uncounted': ({ what, longerThan }) => ({
    what:
      longerThan === undefined
        ? say`What the way down costs here cannot be counted: ${firstOf(what.map(statementCode), 5)}.`
        : say`What a rollback would lose of ${codes(what)} was not counted: it took longer than ${seconds(longerThan)}, or somebody cancelled it.`,
    means: say`Rows that were written since may make it fail, or be changed or lost with it.`,
    next: say`Look yourself what it would take before you roll back. The backup holds what was there before.`,
  }),
  'no-rollback': ({ migrations, why }) => ({
    what: say`There is no way down for ${codes(migrations)}.`,
    means: say`${downFault(why)}After Migrate the only way back is a restore of the backup, without what was written since.`,
    next: say`${downRemedy(why)}, ${again}; or approve it knowing that.`,
  }),
} satisfies Partial<Wordings>

/** A sentence with the space behind it. */
function downFault(why: DownFault | undefined): Line {
  if (why === undefined) return []
  if ('unfit' in why)
    return say`${code('Down')} holds ${statementCode(why.statement)}. ${unfit[why.unfit].means} `
  return why.says === null
    ? say`${code('dotnet ef')} makes no script of ${code('Down')}. `
    : say`${code('dotnet ef')} makes no script of ${code('Down')}: ${code(why.says.replace(/\.$/, ''))}. `
}

function downRemedy(why: DownFault | undefined): string {
  if (why === undefined) return 'Add the .down.sql'
  return 'unfit' in why ? unfit[why.unfit].remedy : 'Write what the migration’s Down does'
}

const lossBy = (tables: readonly { table: string; column: string; rows: number }[]): Line =>
  tables.length
    ? say` (${firstOf(
        tables.map(
          ({ table, column, rows }) => say`${code(`${table}."${column}"`)}: ${counted(rows, 'row')}`,
        ),
        4,
      )})`
    : []
