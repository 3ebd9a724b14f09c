import type pg from 'pg'

/**
 * Locks on tables of this database that the present transaction holds, e.g. `ACCESS EXCLUSIVE on master."RefreshTokens"`:
 * those that keep somebody from reading, writing or changing the table. Oldest OID first.
 */
export async function heldLocks(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ table: string; mode: string }>(
    `select pg_catalog.format('%I.%I', n.nspname, c.relname) as table, l.mode
     from pg_catalog.pg_locks l
       join pg_catalog.pg_class c on c.oid = l.relation
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where l.pid = pg_catalog.pg_backend_pid() and l.granted and l.locktype = 'relation'
       and c.relkind in ('r', 'p', 'm') and c.oid >= 16384
       and l.mode not in ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')
     order by c.oid, l.mode`,
  )
  return rows.map(({ table, mode }) => `${modeName(mode)} on ${table}`)
}

/** `AccessExclusiveLock` as SQL calls it. */
const modeName = (mode: string): string =>
  mode
    .replace(/Lock$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase()
