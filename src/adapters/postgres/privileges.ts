import type pg from 'pg'

/** Tables and sequences that this session's role may not read, as pg_dump must; those of extensions left out. Sorted. */
export async function unreadableRelations(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select c.oid::pg_catalog.regclass::text as name
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'S') and c.relpersistence <> 't'
       and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
       and not exists (select from pg_catalog.pg_depend
         where classid = 'pg_catalog.pg_class'::pg_catalog.regclass and objid = c.oid and deptype = 'e')
       and not (pg_catalog.has_schema_privilege(n.oid, 'usage')
         and case when c.relkind = 'S' then pg_catalog.has_sequence_privilege(c.oid, 'select')
                  else pg_catalog.has_table_privilege(c.oid, 'select') end)
     order by c.oid::pg_catalog.regclass::text collate "C"`,
  )
  return rows.map(({ name }) => name)
}

/** Owners of these tables whose rights this session does not have: DDL on a table is its owner's alone. Sorted. */
export async function foreignOwners(client: pg.Client, tables: string[]): Promise<string[]> {
  const { rows } = await client.query<{ owner: string }>(
    `select distinct pg_catalog.pg_get_userbyid(relowner)::text as owner
     from pg_catalog.unnest($1::text[]) as wanted(name)
     join pg_catalog.pg_class c on c.oid = pg_catalog.to_regclass(wanted.name)
     where not pg_catalog.pg_has_role(relowner, 'usage') order by owner`,
    [tables],
  )
  return rows.map(({ owner }) => owner)
}

/** Whether this session may end sessions of other roles; those of superusers only a superuser may. */
export async function endsSessions(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ may: boolean }>(
    "select pg_catalog.pg_has_role('pg_signal_backend', 'usage') as may",
  )
  return rows[0]!.may
}

/** Whether this session may create schemas in the current database. */
export async function createsSchemas(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ may: boolean }>(
    "select pg_catalog.has_database_privilege(pg_catalog.current_database(), 'create') as may",
  )
  return rows[0]!.may
}
