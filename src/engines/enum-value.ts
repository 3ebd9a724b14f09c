import type { Node, TypeName } from 'libpg-query'
import type pg from 'pg'
import { commandIn } from './effects.ts'
import type { Names } from './names.ts'
import { tablesOf } from './tables.ts'
import { nodesOf, tableName, textOf } from './tree.ts'

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

/** An enum that a statement renames, drops, or of which it renames a value: the catalogue does not say what it is then. */
export function enumsChanged(node: Node): string[] {
  if ('AlterEnumStmt' in node && node.AlterEnumStmt.oldVal !== undefined)
    return [nameOf(node.AlterEnumStmt.typeName ?? [])]
  if ('RenameStmt' in node && node.RenameStmt.renameType === 'OBJECT_TYPE')
    return [nameOf(nodesOf([node.RenameStmt.object], 'String').map((String) => ({ String })))]
  if ('DropStmt' in node && node.DropStmt.removeType === 'OBJECT_TYPE')
    return nodesOf(node.DropStmt.objects, 'TypeName').map(nameOfType)
  return []
}

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

/**
 * Whether a statement uses the value as one of its type: it is cast to it, or stands for a column that has the type. What
 * a function's body does is not seen.
 */
export async function usesValue(
  client: pg.Client,
  node: Node,
  { type, value }: NewValue,
  names: Names,
): Promise<boolean> {
  const isValue = (one: Node | undefined): boolean =>
    one !== undefined && 'A_Const' in one && one.A_Const.sval?.sval === value
  if (nodesOf([node], 'TypeCast').some(({ arg, typeName }) => isValue(arg) && nameOfType(typeName) === type))
    return true
  if (
    nodesOf([node], 'ColumnDef').some(
      ({ typeName, constraints }) =>
        nameOfType(typeName) === type &&
        nodesOf(constraints, 'Constraint').some(({ raw_expr }) => isValue(raw_expr)),
    )
  )
    return true
  const columns = columnsWith(node, isValue)
  if (columns.length === 0) return false
  for (const now of tablesOf(node)) {
    const table = names.table(now)
    const wanted = columns.flatMap((column) => names.column(now, column) ?? [])
    if (table !== null && (await hasColumns(client, table, wanted, type))) return true
  }
  return false
}

/** Columns that a statement sets to a value or compares with it. */
function columnsWith(node: Node, isValue: (one: Node | undefined) => boolean): string[] {
  const set =
    'UpdateStmt' in node
      ? nodesOf(node.UpdateStmt.targetList, 'ResTarget').filter(({ val }) => isValue(val))
      : []
  const compared = nodesOf([node], 'A_Expr').flatMap(({ lexpr, rexpr }) => {
    const values = rexpr && 'List' in rexpr ? (rexpr.List.items ?? []) : [rexpr]
    return values.some(isValue) ? nodesOf([lexpr], 'ColumnRef') : []
  })
  const inserted = nodesOf([node], 'InsertStmt').flatMap(({ cols = [], selectStmt }) =>
    nodesOf([selectStmt], 'SelectStmt')
      .flatMap(({ valuesLists = [] }) => valuesLists)
      .flatMap((row) =>
        ('List' in row ? (row.List.items ?? []) : []).map((item, i) => [item, cols[i]] as const),
      )
      .flatMap(([item, column]) => (isValue(item) ? nodesOf([column], 'ResTarget') : [])),
  )
  const defaults = 'AlterTableStmt' in node ? (node.AlterTableStmt.cmds ?? []).flatMap(commandIn) : []
  return [
    ...[...set, ...inserted].map(({ name = '' }) => name),
    ...compared.map(({ fields }) => textOf(fields?.at(-1))),
    ...defaults
      .filter(({ subtype, def }) => subtype === 'AT_ColumnDefault' && isValue(def))
      .map(({ name = '' }) => name),
  ]
}

async function hasValue(client: pg.Client, { type, value }: NewValue): Promise<boolean> {
  const { rows } = await client.query(
    'select from pg_catalog.pg_enum where enumtypid = pg_catalog.to_regtype($1) and enumlabel = $2',
    [type, value],
  )
  return rows.length > 0
}

async function hasColumns(
  client: pg.Client,
  table: string,
  columns: readonly string[],
  type: string,
): Promise<boolean> {
  const { rows } = await client.query(
    `select from pg_catalog.pg_attribute
     where attrelid = pg_catalog.to_regclass($1) and attname = any($2::name[]) and not attisdropped
       and atttypid = pg_catalog.to_regtype($3)`,
    [table, columns, type],
  )
  return rows.length > 0
}
