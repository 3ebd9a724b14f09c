import { code, say, type Line } from '../../domain/view.ts'
import { bytes, counted, seconds } from '../words/amounts.ts'
import { codes, firstOf, statementCode } from '../words/line.ts'
import { refusal } from './refusal.ts'
import { downFault, downRemedy } from './unfit.ts'
import { again, type Wording, type Wordings } from './wording.ts'
import type { Problem } from '../../domain/problem.ts'

const inTheWay: Record<Problem<'rows-in-the-way'>['fate'], Pick<Wording, 'means' | 'next'>> = {
  refused: {
    means: say`The server would refuse it while users are out, and the run would have to go back.`,
    next: say`Correct those rows, or let the migration correct them before that statement, ${again}.`,
  },
  unsure: {
    means: say`Unless what the migration does before changes them, the server would refuse it while users are out.`,
    next: say`Look whether it does. If not, correct those rows, ${again}.`,
  },
  cut: {
    means: say`Their values would be cut or rounded.`,
    next: say`Make sure that nobody needs what goes, or correct those rows first, ${again}.`,
  },
}

/** What a plan notices about its statements, and about the way back. */
export const statementProblems = {
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
  'value-uncommitted': ({ type, value, statement, surely }) => ({
    what: say`${statementCode(statement)} uses ${code(value)}, which the same transaction adds to ${code(type)}.`,
    means: surely
      ? say`PostgreSQL takes a new value of an enum only once it is committed: the migration would fail (55P04).`
      : say`Whether it stands there as one of ${code(type)} cannot be told. If it does, the migration fails (55P04): PostgreSQL takes a new value of an enum only once it is committed.`,
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
    means: say`PostgreSQL refuses that as long as a view, a policy, a rule, a trigger or a generated column reads it.`,
    next: say`Let the migration drop what reads it before, and make it again after it, ${again}.`,
  }),
  'statement-refused': ({ statement, why }) => ({
    what: say`${statementCode(statement)} would fail.`,
    means: say`${refusal[why].means}`,
    next: say`${refusal[why].remedy}, ${again}.`,
  }),
  'table-needed': ({ tables, by, statement }) => ({
    what: say`${statementCode(statement)} drops ${codes(tables)}, which ${codes(by)} ${by.length === 1 ? 'needs' : 'need'}.`,
    means: say`PostgreSQL refuses that (2BP01) as long as a view, or a policy, a rule or a foreign key of another table needs it.`,
    next: say`Let the migration drop what needs it before, ${again}.`,
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
  'call-commits': ({ procedure, statement, surely }) => ({
    what: surely
      ? say`${statementCode(statement)}: ${code(procedure)} commits or rolls back by itself.`
      : say`${statementCode(statement)}: ${code(procedure)} may commit or roll back by itself.`,
    means: surely
      ? say`Here it would run inside of a transaction, and the server refuses that (2D000).`
      : say`Here it runs inside of a transaction, and the server refuses that (2D000), should it come to it.`,
    next: say`Put what it does into the migration, or call it by hand before or after the run, and plan again.`,
  }),
  'rows-in-the-way': ({ table, what, rows, statement, fate }) => ({
    what: say`${counted(rows, 'row')} of ${code(table)} ${rows === 1 ? 'does' : 'do'} not fit ${code(what)}, which ${statementCode(statement)} makes.`,
    ...inTheWay[fate],
  }),
  'rows-uncounted': ({ what }) => ({
    what: say`Whether the rows of now fit what the migration makes could not be counted: ${codes(what, 5)}.`,
    means: say`Counting took longer than a minute, or the server refused it. Rows that do not fit would make the migration fail while users are out.`,
    next: say`Look yourself, or take the risk: what fails is rolled back.`,
  }),
  'rollback-violates': ({ table, column, rows }) => ({
    what: say`${counted(rows, 'row')} of ${code(table)} ${rows === 1 ? 'does' : 'do'} not fit what the way down restores for ${code(column)}.`,
    means: say`The rollback would fail, or change or delete those rows.`,
    next: say`Decide what becomes of them before you roll back, or go forward with a new migration.`,
  }),
  'rollback-referenced': ({ table, columns, by }) => ({
    what: say`A rollback after users are in would have to delete rows of ${code(table)} that have no value in ${codes(columns)}, and ${codes(by, 5)} ${by.length === 1 ? 'refers' : 'refer'} to that table.`,
    means: say`Rows that refer to them would be deleted or changed with them, neither counted nor kept, or keep them from being deleted. So none is deleted: as long as there are such rows, the rollback is refused.`,
    next: say`Give those rows a value, or let the way down give them one that foreign keys take (UPDATE … WHERE … IS NULL, before SET NOT NULL), ${again}.`,
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

const lossBy = (tables: readonly { table: string; column: string; rows: number }[]): Line =>
  tables.length
    ? say` (${firstOf(
        tables.map(
          ({ table, column, rows }) => say`${code(`${table}."${column}"`)}: ${counted(rows, 'row')}`,
        ),
        4,
      )})`
    : []
