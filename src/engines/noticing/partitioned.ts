import type { Node, RangeVar } from 'libpg-query'
import type pg from 'pg'
import { commandIn } from '../statements/effects.ts'
import { isConcurrent } from '../statements/fitness.ts'
import type { Names } from '../statements/names.ts'
import { listedName, nodesOf, tableName, textOf } from '../statements/tree.ts'

/** Whether a statement makes or drops an index of a partitioned table CONCURRENTLY. */
export async function isConcurrentOnPartitioned(
  client: pg.Client,
  node: Node,
  names: Names,
): Promise<boolean> {
  if (!isConcurrent(node)) return false
  if ('IndexStmt' in node && node.IndexStmt.relation) {
    const table = names.table(tableName(node.IndexStmt.relation))
    return table !== null && isPartitioned(client, [table])
  }
  return 'DropStmt' in node && isPartitioned(client, (node.DropStmt.objects ?? []).map(listedName))
}

async function isPartitioned(client: pg.Client, relations: readonly string[]): Promise<boolean> {
  const { rows } = await client.query(
    `select from pg_catalog.pg_class join pg_catalog.unnest($1::text[]) as name on oid = pg_catalog.to_regclass(name)
     where relkind in ('p', 'I')`,
    [relations],
  )
  return rows.length > 0
}

/** Whether a table is partitioned by a column as it stands, not by an expression of it. */
export async function isPartitionKey(client: pg.Client, table: string, column: string): Promise<boolean> {
  const { rows } = await client.query(
    `select from pg_catalog.pg_partitioned_table
     join pg_catalog.pg_attribute on attrelid = partrelid and attnum = any(partattrs::int2[])
     where partrelid = pg_catalog.to_regclass($1) and attname = $2`,
    [table, column],
  )
  return rows.length > 0
}

/** Whether a statement makes unique, over all of a partitioned table, what does not hold all that it is partitioned by. */
export async function leavesPartitionKey(client: pg.Client, node: Node, names: Names): Promise<boolean> {
  for (const { relation, columns } of madeUnique(node)) {
    const now = tableName(relation)
    const table = names.table(now)
    const before = columns.flatMap((column) => names.column(now, column) ?? [])
    if (table !== null && (await isPartitionedBesides(client, table, before))) return true
  }
  return false
}

function madeUnique(node: Node): { relation: RangeVar; columns: string[] }[] {
  if ('IndexStmt' in node && node.IndexStmt.relation) {
    const { relation, unique, indexParams } = node.IndexStmt
    const columns = nodesOf(indexParams, 'IndexElem').map(({ name = '' }) => name)
    return unique ? [{ relation, columns }] : []
  }
  if (!('AlterTableStmt' in node) || !node.AlterTableStmt.relation) return []
  const { relation, cmds = [] } = node.AlterTableStmt
  return cmds
    .flatMap(commandIn)
    .filter(({ subtype }) => subtype === 'AT_AddConstraint')
    .flatMap(({ def }) => nodesOf([def], 'Constraint'))
    .filter(({ contype, keys }) => keys && (contype === 'CONSTR_UNIQUE' || contype === 'CONSTR_PRIMARY'))
    .map(({ keys = [] }) => ({ relation, columns: keys.map(textOf) }))
}

/** By other columns than these, or by an expression. */
async function isPartitionedBesides(client: pg.Client, table: string, columns: string[]): Promise<boolean> {
  const { rows } = await client.query(
    `select from pg_catalog.pg_partitioned_table, pg_catalog.unnest(partattrs::int2[]) as by
     where partrelid = pg_catalog.to_regclass($1) and not exists (
       select from pg_catalog.pg_attribute where attrelid = partrelid and attnum = by and attname = any($2::name[]))`,
    [table, columns],
  )
  return rows.length > 0
}
