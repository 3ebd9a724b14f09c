import { conditionName } from '../../adapters/postgres/conditions.ts'
import type { EfSaid } from '../../adapters/dotnet-ef.ts'
import type { SqlError } from '../../domain/sql-error.ts'
import { type Prepared, type Script, type Statement, statementsOf } from '../../domain/script.ts'
import type { History } from '../history.ts'
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
  for (const script of scripts) {
    const ours = script.units.flatMap(statementsOf)
    for (const first of ours.keys()) {
      const statements = leading(ours.slice(first), command)
      if (statements.length > 0) return { script, statements }
    }
  }
  return null
}

/** The statements that a command is made of, from the first one on; none where something else is in it. */
function leading(statements: readonly Statement[], command: string): Statement[] {
  let rest = bare(command)
  const held: Statement[] = []
  for (const statement of statements) {
    const text = bare(statement.text)
    const at = rest.indexOf(text)
    if (at === -1 || !isBetween(rest.slice(0, at))) break
    held.push(statement)
    rest = rest.slice(at + text.length)
  }
  return isBetween(rest) ? held : []
}

/** Blanks as one each, and ends of lines, which end a comment. */
const bare = (sql: string): string =>
  sql
    .replace(/\s+/g, (blank) => (blank.includes('\n') ? '\n' : ' '))
    .trim()
    .replace(/;$/, '')

const isBetween = (text: string): boolean => /^(\s|;|--[^\n]*(\n|$)|\/\*.*?\*\/)*$/s.test(text)
