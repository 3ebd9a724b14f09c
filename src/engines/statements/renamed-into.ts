import type { Node } from 'libpg-query'
import { commandIn } from './effects.ts'
import { trackNames } from './names.ts'
import { tableName, withInner } from './tree.ts'

/** Columns that have their names by renaming after the last statement: `table.column`, by the table's name of then. */
export function renamedInto(statements: readonly Node[]): Set<string> {
  const names = trackNames()
  const taken = new Map<string, { table: string; column: string }>()
  const keyOf = (table: string, column: string): string => JSON.stringify([table, column])
  for (const node of statements.flatMap(withInner)) {
    if ('RenameStmt' in node && node.RenameStmt.renameType === 'OBJECT_COLUMN' && node.RenameStmt.relation) {
      const { relation, subname = '', newname = '' } = node.RenameStmt
      const table = names.table(tableName(relation)) ?? tableName(relation)
      taken.delete(keyOf(table, subname))
      taken.set(keyOf(table, newname), { table, column: newname })
    }
    if ('AlterTableStmt' in node && node.AlterTableStmt.relation) {
      const now = tableName(node.AlterTableStmt.relation)
      for (const { subtype, name = '' } of (node.AlterTableStmt.cmds ?? []).flatMap(commandIn))
        if (subtype === 'AT_DropColumn') taken.delete(keyOf(names.table(now) ?? now, name))
    }
    names.follow(node)
  }
  return new Set([...taken.values()].map(({ table, column }) => `${names.now(table, '').table}.${column}`))
}
