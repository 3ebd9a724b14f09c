import type pg from 'pg'

/** A foreign key; names quoted, the table's with its schema. */
interface Key {
  refers: string
  /** What it refers to; several columns are compared by nobody here. */
  columns: string[]
  /** Whether this role may read it. */
  readable: boolean
}

/**
 * Whether a foreign key of a column refuses a constant, given as text: no row has it. Compared as text, so that it cannot
 * fail on a type; a key of several columns, or to a table that this role may not read, counts as refusing it.
 */
export async function isRefused(
  client: pg.Client,
  { table, column }: { table: string; column: string },
  value: string,
): Promise<boolean> {
  for (const { refers, columns, readable } of await keysOf(client, table, column)) {
    const [only] = columns
    if (only === undefined || columns.length > 1 || !readable) return true
    if (!(await has(client, refers, only, value))) return true
  }
  return false
}

const keysOf = async (client: pg.Client, table: string, column: string): Promise<Key[]> =>
  (await client.query<Key>(keysSql('$1', '$2'), [table, column])).rows

/** The foreign keys of a column. `table`, `column`: SQL of texts. */
export const keysSql = (table: string, column: string): string =>
  `select pg_catalog.format('%I.%I', nspname, relname) as refers,
       pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_table_privilege(c.oid, 'select') as readable,
       array(
         select pg_catalog.quote_ident(attname) from pg_catalog.pg_attribute
         where attrelid = k.confrelid and attnum = any(k.confkey)) as columns
     from pg_catalog.pg_constraint k
     join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attname = ${column} and a.attnum = any(k.conkey)
     join pg_catalog.pg_class c on c.oid = k.confrelid
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     left join pg_catalog.pg_constraint whole on whole.oid = k.conparentid and whole.conrelid = k.conrelid
     -- A key to a partitioned table has one more for each of its partitions.
     where k.conrelid = pg_catalog.to_regclass(${table}) and k.contype = 'f' and whole.oid is null`

async function has(client: pg.Client, table: string, column: string, value: string): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    `select exists (select from ${table} where ${column}::text = $1) as there`,
    [value],
  )
  return rows[0]!.there
}

/** Tables with foreign keys to a table, a partition or an heir of it; quoted with their schemas, sorted. */
export const referringTo = async (client: pg.Client, table: string): Promise<string[]> =>
  (await client.query<{ refers: string }>(referringSql('$1'), [table])).rows.map(({ refers }) => refers)

/** The same as a query. `table`: SQL of a text. */
export const referringSql = (table: string): string =>
  `with recursive its as (
       select pg_catalog.to_regclass(${table})::oid as oid
       union select inhrelid from pg_catalog.pg_inherits join its on inhparent = its.oid)
     select distinct pg_catalog.format('%I.%I', nspname, relname) as refers
     from pg_catalog.pg_constraint
     join pg_catalog.pg_class c on c.oid = conrelid
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where contype = 'f' and confrelid in (select oid from its) order by 1`
