import type { AlterTableCmd, Node } from 'libpg-query'
import type pg from 'pg'
import { nameOfType } from './enum-value.ts'
import { typesConvert } from './column-type.ts'
import { commandIn } from '../statements/effects.ts'
import { tableName } from '../statements/tree.ts'
import { typeText } from '../statements/weight.ts'

/** A column whose type does not become another one by itself, before anybody has made it. */
interface MadeUnconvertible {
  table: string
  column: string
  from: string
}

/**
 * Columns that the move itself makes: the catalogue tells nothing of them. `look` says which of a statement's changes of
 * type the server would refuse (42804), as far as the types are the server's own; `isOurs`: those that the move makes.
 * After a statement that gives names to other tables nothing is known.
 */
export function trackMadeColumns(client: pg.Client, isOurs: (type: string) => boolean) {
  const types = new Map<string, string>()
  const note = (table: string, def: Node | undefined): void => {
    if (!def || !('ColumnDef' in def)) return
    const { colname = '', typeName } = def.ColumnDef
    const type = isOurs(nameOfType(typeName)) ? null : typeText(typeName)
    if (type === null) types.delete(`${table}.${colname}`)
    else types.set(`${table}.${colname}`, type)
  }
  const change = async (
    table: string,
    { subtype, name = '', def }: AlterTableCmd,
  ): Promise<MadeUnconvertible[]> => {
    const key = `${table}.${name}`
    if (subtype === 'AT_AddColumn') note(table, def)
    if (subtype === 'AT_DropColumn') types.delete(key)
    if (subtype !== 'AT_AlterColumnType') return []
    const from = types.get(key)
    types.delete(key)
    if (from === undefined || !def || !('ColumnDef' in def)) return []
    const { typeName, raw_default: using } = def.ColumnDef
    const becomes = isOurs(nameOfType(typeName)) ? null : typeText(typeName)
    if (becomes === null) return []
    const refuses = !using && (await typesConvert(client, from, becomes)) === false
    if (refuses) return [{ table, column: name, from }]
    types.set(key, becomes)
    return []
  }
  return {
    async look(node: Node): Promise<MadeUnconvertible[]> {
      if ('CreateStmt' in node && node.CreateStmt.relation && !node.CreateStmt.if_not_exists)
        for (const element of node.CreateStmt.tableElts ?? [])
          note(tableName(node.CreateStmt.relation), element)
      const loses = ['RenameStmt', 'DropStmt', 'AlterObjectSchemaStmt', 'VariableSetStmt']
      if (loses.some((kind) => kind in node)) types.clear()
      if (!('AlterTableStmt' in node) || !node.AlterTableStmt.relation) return []
      const table = tableName(node.AlterTableStmt.relation)
      const found: MadeUnconvertible[] = []
      for (const command of (node.AlterTableStmt.cmds ?? []).flatMap(commandIn))
        found.push(...(await change(table, command)))
      return found
    },
  }
}
