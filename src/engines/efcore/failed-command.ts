import { conditionName } from '../../adapters/postgres/conditions.ts'
import type { EfSaid } from '../../adapters/dotnet-ef.ts'
import type { SqlError } from '../../domain/sql-error.ts'
import { type Prepared, type Script, type Statement, statementsOf } from '../../domain/script.ts'
import type { History } from '../history.ts'
import { pastComments } from '../statements/comments.ts'
import { statesOf } from '../unit-at.ts'

/**
 * The server's error with our own statements and their place in the script; a command that is none of them is not shown.
 * @param last the last migration of the history after it: it failed in a script that comes after that one
 */
export function errorOf(prepared: Prepared, said: EfSaid, sqlstate: string, last: string | null): SqlError {
  const { schema, table, column, constraint } = said
  const scripts = prepared.scripts.slice(Math.max(0, statesOf(prepared).indexOf(last)))
  const held = said.statement === null ? null : heldBy(scripts, said.statement)
  const place = held
    ? {
        statement: held.statements.map(({ text }) => text).join(';\n'),
        file: held.script.file,
        line: held.statements[0]!.line,
      }
    : { statement: null, file: null, line: null }
  return { sqlstate, condition: conditionName(sqlstate), schema, table, column, constraint, ...place }
}

/** EF's own command on the history, which holds no more than the migration's id and EF's version. Null: it was another. */
export function onHistory({ statement }: EfSaid, { name }: History): string | null {
  const table = /^(?:LOCK TABLE|INSERT INTO|DELETE FROM) ([^\n(]*)/.exec(statement ?? '')?.[1]
  return table?.includes(name) ? statement : null
}

/** `migrationBuilder.Sql` takes several statements as one command: those that are all of it, but for comments. */
function heldBy(
  scripts: readonly Script[],
  command: string,
): { script: Script; statements: Statement[] } | null {
  const whole = bare(command)
  for (const script of scripts) {
    const ours = script.units.flatMap(statementsOf).map((statement) => {
      const text = bare(statement.text)
      return { statement, text: text.slice(pastComments(text)) }
    })
    for (const first of ours.keys()) {
      const statements = leading(ours.slice(first), whole)
      if (statements.length > 0) return { script, statements }
    }
  }
  return null
}

/** A statement with its text as it is compared: without comments before it. */
interface Bare {
  statement: Statement
  text: string
}

/** The statements that a command is made of, from the first one on; none where something else is in it. */
function leading(statements: readonly Bare[], command: string): Statement[] {
  const held: Statement[] = []
  let at = pastBetween(command, 0)
  for (const { statement, text } of statements) {
    if (text === '' || !command.startsWith(text, at)) break
    held.push(statement)
    at = pastBetween(command, at + text.length)
  }
  return at === command.length ? held : []
}

/** Blanks as one each, and ends of lines, which end a comment. */
const bare = (sql: string): string =>
  sql
    .replace(/\s+/g, (blank) => (blank.includes('\n') ? '\n' : ' '))
    .trim()
    .replace(/;$/, '')

/** Where the next statement begins, behind comments and the ends of others. */
function pastBetween(sql: string, from: number): number {
  let at = pastComments(sql, from)
  while (sql[at] === ';') at = pastComments(sql, at + 1)
  return at
}
