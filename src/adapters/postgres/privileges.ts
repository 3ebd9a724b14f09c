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

/**
 * Tables of which policies hide rows from this session's role, sorted: a dump of them fails, and a count of them is wrong.
 * Not from their owner, unless they FORCE ROW LEVEL SECURITY.
 */
export async function hiddenRows(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select oid::pg_catalog.regclass::text as name from pg_catalog.pg_class
     where relkind in ('r', 'p') and relrowsecurity and pg_catalog.row_security_active(oid)
     order by oid::pg_catalog.regclass::text collate "C"`,
  )
  return rows.map(({ name }) => name)
}

/**
 * Owners of these tables whose rights a role does not have, without one this session: DDL on a table is its owner's
 * alone. Sorted.
 */
export async function foreignOwners(
  client: pg.Client,
  tables: string[],
  role: string | null = null,
): Promise<string[]> {
  const { rows } = await client.query<{ owner: string }>(
    `select distinct pg_catalog.pg_get_userbyid(relowner)::text as owner
     from pg_catalog.unnest($1::text[]) as wanted(name)
     join pg_catalog.pg_class c on c.oid = pg_catalog.to_regclass(wanted.name)
     where not pg_catalog.pg_has_role(coalesce($2::name, current_user), relowner, 'usage') order by owner`,
    [tables, role],
  )
  return rows.map(({ owner }) => owner)
}

/** Who owns these tables, as far as they exist, sorted; and the role that this session acts as. */
export async function ownersOf(
  client: pg.Client,
  tables: string[],
): Promise<{ me: string; owners: string[] }> {
  const { rows } = await client.query<{ me: string; owners: string[] }>(
    `select current_user::text as me, array(
       select distinct pg_catalog.pg_get_userbyid(relowner)::text
       from pg_catalog.unnest($1::text[]) as wanted(name)
       join pg_catalog.pg_class c on c.oid = pg_catalog.to_regclass(wanted.name) order by 1) as owners`,
    [tables],
  )
  return rows[0]!
}

/** Whether a role may read a table, add rows to it and delete them. One that does not exist, nobody may. */
export async function writesRows(client: pg.Client, role: string, table: string): Promise<boolean> {
  const { rows } = await client.query<{ may: boolean | null }>(
    `select pg_catalog.bool_and(pg_catalog.has_table_privilege($1, pg_catalog.to_regclass($2), needed)) as may
     from pg_catalog.unnest(array['select', 'insert', 'delete']) as one(needed)`,
    [role, table],
  )
  return rows[0]?.may === true
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
