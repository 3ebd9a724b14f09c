import type pg from 'pg'

/** The owner of a database, and the names of all roles. */
export async function readOwner(
  client: pg.Client,
  database: string,
): Promise<{ owner: string; roles: string[] }> {
  const { rows } = await client.query<{ owner: string; roles: string[] }>(
    `select pg_catalog.pg_get_userbyid(datdba)::text as owner,
            (select pg_catalog.array_agg(rolname::text) from pg_catalog.pg_roles) as roles
     from pg_catalog.pg_database where datname = $1`,
    [database],
  )
  return rows[0]!
}

/** Login roles that may connect to a database now, by whatever way: PUBLIC, membership, superuser. Sorted. */
export async function rolesThatEnter(client: pg.Client, database: string): Promise<string[]> {
  const { rows } = await client.query<{ role: string }>(
    `select rolname::text as role from pg_catalog.pg_roles
     where rolcanlogin and pg_catalog.has_database_privilege(oid, $1, 'connect')
     order by rolname collate "C"`,
    [database],
  )
  return rows.map(({ role }) => role)
}

/** Superusers that may log in: closing does not keep them out. */
export async function superuserLogins(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ role: string }>(
    'select rolname::text as role from pg_catalog.pg_roles where rolsuper and rolcanlogin order by rolname collate "C"',
  )
  return rows.map(({ role }) => role)
}

export interface RoleAttributes {
  role: string
  exists: boolean
  superuser: boolean
  login: boolean
  /** It is the database's owner, or a member of it. */
  owns: boolean
  /** May connect to the current database. */
  connects: boolean
}

/** What a role is and may, in the current database. */
export async function roleAttributes(client: pg.Client, role: string): Promise<RoleAttributes> {
  const { rows } = await client.query<Omit<RoleAttributes, 'role' | 'exists'>>(
    `select rolsuper as superuser, rolcanlogin as login,
            pg_catalog.pg_has_role(r.oid, d.datdba, 'member') as owns,
            pg_catalog.has_database_privilege(r.oid, d.oid, 'connect') as connects
     from pg_catalog.pg_roles r, pg_catalog.pg_database d
     where rolname = $1 and datname = pg_catalog.current_database()`,
    [role],
  )
  const [found] = rows
  return found
    ? { role, exists: true, ...found }
    : { role, exists: false, superuser: false, login: false, owns: false, connects: false }
}

/** The first of these roles that this session cannot act as (SET ROLE), or null. Before 16 every member can. */
export async function unassumable(client: pg.Client, roles: string[]): Promise<string | null> {
  const { rows } = await client.query<{ role: string }>(
    `select rolname::text as role from pg_catalog.pg_roles
     where rolname = any($1::name[]) and not pg_catalog.pg_has_role(
       session_user, oid, case when pg_catalog.current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end)
     order by rolname limit 1`,
    [roles],
  )
  return rows[0]?.role ?? null
}

/** The role that this session logged in as. */
export async function whoAmI(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ role: string }>('select session_user::text as role')
  return rows[0]!.role
}
