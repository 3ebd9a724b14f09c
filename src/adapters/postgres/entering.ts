import type pg from 'pg'

/**
 * Backends that are being let into this database at this moment and are in no list of sessions yet, by their PIDs. Each
 * locks its database before its right to connect is looked at, and until it is listed (`InitPostgres` in PostgreSQL's
 * postinit.c, 12 to 18). So when connecting was revoked, this is read first, and the sessions after it: who is in neither
 * is refused.
 */
export async function entering(client: pg.Client): Promise<number[]> {
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_catalog.pg_locks
     where locktype = 'object' and classid = 'pg_catalog.pg_database'::regclass and mode = 'RowExclusiveLock'
       and objid = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
       and pid <> pg_catalog.pg_backend_pid()`,
  )
  return rows.map(({ pid }) => pid)
}
