import type { Node, ObjectType, TypeName } from 'libpg-query'
import type pg from 'pg'
import { nodesOf, tableName, textOf } from '../statements/tree.ts'

/** A value that ALTER TYPE … ADD VALUE gives to an enum. */
export interface NewValue {
  /** Quoted, with its schema. */
  type: string
  value: string
}

/**
 * The value that a statement adds, and whether it is there already, as it is where a way down could not take it away:
 * IF NOT EXISTS then adds nothing. Null: it adds none.
 */
export async function addedValue(
  client: pg.Client,
  node: Node,
): Promise<{ added: NewValue; there: 'passed-over' | 'in-the-way' | null } | null> {
  if (!('AlterEnumStmt' in node)) return null
  const { typeName = [], oldVal, newVal, skipIfNewValExists } = node.AlterEnumStmt
  if (newVal === undefined || oldVal !== undefined) return null
  const added = { type: nameOf(typeName), value: newVal }
  const there = await hasValue(client, added)
  return { added, there: there ? (skipIfNewValExists ? 'passed-over' : 'in-the-way') : null }
}

/** A type that a statement renames, moves, drops, or of which it renames a value: the catalogue does not say what it is then. */
export function typesChanged(node: Node): string[] {
  if ('AlterEnumStmt' in node && node.AlterEnumStmt.oldVal !== undefined)
    return [nameOf(node.AlterEnumStmt.typeName ?? [])]
  if ('RenameStmt' in node && isType(node.RenameStmt.renameType)) return [named(node.RenameStmt.object)]
  if ('AlterObjectSchemaStmt' in node && isType(node.AlterObjectSchemaStmt.objectType))
    return [named(node.AlterObjectSchemaStmt.object)]
  if ('DropStmt' in node && isType(node.DropStmt.removeType))
    return nodesOf(node.DropStmt.objects, 'TypeName').map(nameOfType)
  return []
}

const isType = (kind: ObjectType | undefined): boolean => kind === 'OBJECT_TYPE' || kind === 'OBJECT_DOMAIN'

const named = (object: Node | undefined): string =>
  nameOf(nodesOf([object], 'String').map((String) => ({ String })))

/** Whether an enum takes a value to be used at once in the transaction that makes it: since PostgreSQL 17. */
export async function newEnumTakesValues(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ since17: boolean }>(
    "select pg_catalog.current_setting('server_version_num')::int >= 170000 as since17",
  )
  return rows[0]!.since17
}

/** An enum that a statement makes. */
export const madeEnum = (node: Node): string | null =>
  'CreateEnumStmt' in node ? nameOf(node.CreateEnumStmt.typeName ?? []) : null

export const nameOfType = (type: TypeName | undefined): string => nameOf(type?.names ?? [])

function nameOf(names: readonly Node[]): string {
  const [relname = '', schemaname] = names.map(textOf).toReversed()
  return tableName(schemaname === undefined ? { relname } : { relname, schemaname })
}

async function hasValue(client: pg.Client, { type, value }: NewValue): Promise<boolean> {
  const { rows } = await client.query(
    'select from pg_catalog.pg_enum where enumtypid = pg_catalog.to_regtype($1) and enumlabel = $2',
    [type, value],
  )
  return rows.length > 0
}
