import type pg from 'pg'

/** What the planner does not know of a table: all of it, or these columns. */
export interface Unknown {
  /** As the server writes it, safe to put into a statement. */
  relation: string
  all: boolean
  columns: string[]
}

/**
 * What the planner does not know of these tables, in the order of their names; a table that does not exist is left out.
 * Columns have no statistics when they are new or of another type. A whole table is unknown when it has none, when an
 * index on an expression has none, and when more of it was written since they were made than autovacuum waits for
 * (50 rows and a tenth, its default): it would make them anew, but later.
 * @param names quoted with their schema
 */
export async function unknownToPlanner(client: pg.Client, names: string[]): Promise<Unknown[]> {
  const { rows } = await client.query<Unknown>(
    `with known as (select schemaname as nspname, tablename as relname, attname from pg_catalog.pg_stats)
     select pg_catalog.to_regclass(wanted.name)::text as relation,
       not exists (select from known where known.nspname = n.nspname and known.relname = c.relname)
       or exists (
         select from pg_catalog.pg_index join pg_catalog.pg_class i on i.oid = indexrelid
         where indrelid = c.oid and indexprs is not null
           and not exists (select from known where known.nspname = n.nspname and known.relname = i.relname))
       or pg_catalog.pg_stat_get_mod_since_analyze(c.oid) > 50 + greatest(c.reltuples, 0) / 10 as all,
       array(
         select attname::text from pg_catalog.pg_attribute a
         where attrelid = c.oid and attnum > 0 and not attisdropped and attstattarget is distinct from 0
           and not exists (
             select from known
             where known.nspname = n.nspname and known.relname = c.relname and known.attname = a.attname)
         order by attnum) as columns
     from pg_catalog.unnest($1::text[]) with ordinality as wanted(name, position)
     join pg_catalog.pg_class c on c.oid = pg_catalog.to_regclass(wanted.name)
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     order by position`,
    [names],
  )
  return rows
}

/** Samples a table and keeps what it finds for the planner. Reads and writes go on meanwhile. */
export async function analyze(client: pg.Client, { relation, all, columns }: Unknown): Promise<void> {
  const only = all ? '' : ` (${columns.map((column) => client.escapeIdentifier(column)).join(', ')})`
  await client.query(`analyze ${relation}${only}`)
}
