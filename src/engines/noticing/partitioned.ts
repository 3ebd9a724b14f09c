import type { Node } from 'libpg-query'
import type pg from 'pg'
import { isConcurrent } from '../statements/fitness.ts'
import type { Names } from '../statements/names.ts'
import { listedName, tableName } from '../statements/tree.ts'

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
