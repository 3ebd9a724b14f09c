import type { AlterTableStmt, Node, RenameStmt } from 'libpg-query'
import { droppedTables } from './tables.ts'
import { nodesOf, tableName } from './tree.ts'

/** Names of tables and columns while statements rename them, in the order in which they run. */
export interface Names {
  /** The name that a table had before the first statement; null: the statements have made it. */
  table(now: string): string | null
  column(tableNow: string, now: string): string | null
  /** The name by which the statements have made a column; null: they have not, as far as anybody can tell. */
  added(tableNow: string, now: string): string | null
  /** The name that a table and its column have now, by those before the first statement. */
  now(table: string, column: string): { table: string; column: string }
  /** The same of a column, by the name by which it was made. */
  nowAdded(table: string, column: string): { table: string; column: string }
  /** Whether a table of that name was made, or has got it by renaming, and is there. */
  isTaken(now: string): boolean
  /** The same of a column, by its table's name before. */
  isColumnTaken(table: string, now: string): boolean
  /**
   * Renaming, moving to another schema, making and dropping. What may be skipped (it stands inside of a DO block) or says
   * IF NOT EXISTS makes nothing that is known to be new, unless that name was given up before.
   */
  follow(node: Node, maybe?: boolean): void
}

/** `made`: by the statements, under the name `first`. */
interface Column {
  table: string | null
  now: string
  first: string
  made: boolean
}

export function trackNames(): Names {
  const tables = new Map<string, string | null>()
  const columns = new Map<string, Column>()
  /** Names that nothing has any more. */
  const free = new Set<string>()
  const table = (now: string): string | null => (tables.has(now) ? tables.get(now)! : now)
  const keyOf = (first: string | null, column: string): string => JSON.stringify([first, column])
  const at = (of: string, column: string): string => keyOf(table(of), column)
  const rename = (was: string, now: string): void => {
    const first = table(was)
    tables.delete(was)
    tables.set(now, first)
    free.add(was).delete(now)
  }
  const called = (was: string, first: string, isIt: (column: Column) => boolean) => {
    const [tableNow = was] = [...tables].find(([, one]) => one === was) ?? []
    const its = [...columns.values()].filter((one) => one.table === was && one.first === first)
    return { table: tableNow, column: its.toSorted((a, b) => +isIt(b) - +isIt(a))[0]?.now ?? first }
  }
  const put = (of: string, column: Omit<Column, 'table'>): void => {
    const key = at(of, column.now)
    columns.set(key, { table: table(of), ...column })
    free.delete(key)
  }
  const renameColumn = (of: string, { newname = '', subname = '' }: RenameStmt): void => {
    const { first, made } = columns.get(at(of, subname)) ?? { first: subname, made: false }
    columns.delete(at(of, subname))
    free.add(at(of, subname))
    put(of, { now: newname, first, made })
  }
  /** The server drops first, whatever the order in which they are written. */
  const alter = ({ relation, cmds = [] }: AlterTableStmt, maybe: boolean): void => {
    if (!relation) return
    const of = tableName(relation)
    const commands = nodesOf(cmds, 'AlterTableCmd')
    for (const { name = '' } of commands.filter(({ subtype }) => subtype === 'AT_DropColumn')) {
      columns.delete(at(of, name))
      free.add(at(of, name))
    }
    for (const { def, missing_ok: isKept } of commands.filter(({ subtype }) => subtype === 'AT_AddColumn')) {
      const name = def && 'ColumnDef' in def ? (def.ColumnDef.colname ?? '') : ''
      if ((!maybe && !isKept) || free.has(at(of, name))) put(of, { now: name, first: name, made: true })
    }
  }
  return {
    table,
    column(of, now) {
      const found = columns.get(at(of, now))
      return found?.made ? null : (found?.first ?? now)
    },
    added(of, now) {
      const found = columns.get(at(of, now))
      return found?.made ? found.first : null
    },
    now: (was, first) => called(was, first, ({ made }) => !made),
    nowAdded: (was, first) => called(was, first, ({ made }) => made),
    isTaken: (now) => tables.has(now),
    isColumnTaken: (first, now) => columns.has(keyOf(first, now)),
    follow(node, maybe = false) {
      for (const dropped of droppedTables(node)) {
        tables.delete(dropped)
        free.add(dropped)
      }
      const isKept = maybe || ('CreateStmt' in node && node.CreateStmt.if_not_exists) || isKeptAs(node)
      for (const made of madeBy(node)) {
        if (!isKept || free.has(made)) tables.set(made, null)
        free.delete(made)
      }
      if ('AlterTableStmt' in node) alter(node.AlterTableStmt, maybe)
      if ('AlterObjectSchemaStmt' in node && node.AlterObjectSchemaStmt.relation) {
        const { relation, newschema = '' } = node.AlterObjectSchemaStmt
        rename(tableName(relation), tableName({ ...relation, schemaname: newschema }))
      }
      if (!('RenameStmt' in node) || !node.RenameStmt.relation) return
      const { relation, renameType, newname = '' } = node.RenameStmt
      const was = tableName(relation)
      if (renameType === 'OBJECT_TABLE') rename(was, tableName({ ...relation, relname: newname }))
      if (renameType === 'OBJECT_COLUMN') renameColumn(was, node.RenameStmt)
    },
  }
}

const isKeptAs = (node: Node): boolean =>
  'CreateTableAsStmt' in node && node.CreateTableAsStmt.if_not_exists === true

/** Tables that a statement makes. */
export function madeBy(node: Node): string[] {
  if ('CreateStmt' in node && node.CreateStmt.relation) return [tableName(node.CreateStmt.relation)]
  if ('SelectStmt' in node) return nodesOf([node.SelectStmt.intoClause], 'RangeVar').map(tableName)
  return 'CreateTableAsStmt' in node ? nodesOf([node.CreateTableAsStmt.into], 'RangeVar').map(tableName) : []
}
