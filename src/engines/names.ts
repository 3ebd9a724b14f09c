import type { Node } from 'libpg-query'
import { droppedTables } from './tables.ts'
import { nodesOf, tableName } from './tree.ts'

/** Names of tables and columns while statements rename them, in the order in which they run. */
export interface Names {
  /** The name that a table had before the first statement; null: the statements have made it. */
  table(now: string): string | null
  column(tableNow: string, now: string): string
  /** The name that a table and its column have now, by those before the first statement. */
  now(table: string, column: string): { table: string; column: string }
  /** Whether a table of that name was made, or has got it by renaming, and is there. */
  isTaken(now: string): boolean
  /** Renaming, moving to another schema, making and dropping. */
  follow(node: Node): void
}

export function trackNames(): Names {
  const tables = new Map<string, string | null>()
  const columns = new Map<string, string>()
  const table = (now: string): string | null => (tables.has(now) ? tables.get(now)! : now)
  const key = (of: string, column: string): string => JSON.stringify([table(of), column])
  const column = (of: string, now: string): string => columns.get(key(of, now)) ?? now
  const rename = (was: string, now: string): void => {
    const first = table(was)
    tables.delete(was)
    tables.set(now, first)
  }
  return {
    table,
    column,
    now(was, columnWas) {
      const [tableNow = was] = [...tables].find(([, first]) => first === was) ?? []
      const found = [...columns].find(([of, first]) => first === columnWas && JSON.parse(of)[0] === was)
      return { table: tableNow, column: found ? JSON.parse(found[0])[1] : columnWas }
    },
    isTaken: (now) => tables.has(now),
    follow(node) {
      for (const dropped of droppedTables(node)) tables.delete(dropped)
      for (const made of madeBy(node)) tables.set(made, null)
      if ('AlterObjectSchemaStmt' in node && node.AlterObjectSchemaStmt.relation) {
        const { relation, newschema = '' } = node.AlterObjectSchemaStmt
        rename(tableName(relation), tableName({ ...relation, schemaname: newschema }))
      }
      if (!('RenameStmt' in node) || !node.RenameStmt.relation) return
      const { relation, renameType, newname = '', subname = '' } = node.RenameStmt
      const was = tableName(relation)
      if (renameType === 'OBJECT_TABLE') rename(was, tableName({ ...relation, relname: newname }))
      if (renameType !== 'OBJECT_COLUMN') return
      const first = column(was, subname)
      columns.delete(key(was, subname))
      columns.set(key(was, newname), first)
    },
  }
}

/** Tables that a statement makes. */
export function madeBy(node: Node): string[] {
  if ('CreateStmt' in node && node.CreateStmt.relation) return [tableName(node.CreateStmt.relation)]
  return 'CreateTableAsStmt' in node ? nodesOf([node.CreateTableAsStmt.into], 'RangeVar').map(tableName) : []
}
