import type { Client, Pool } from 'pg'

const here = `database = (select oid from pg_database where datname = current_database())`

/**
 * How many sessions of the client's own database wait for a lock on a table. `pg_locks` shows the whole server, and in
 * the databases of other tests, copies of one template, the table has the same OID.
 */
export async function waitingFor(client: Client, table: string): Promise<number> {
  const { rowCount } = await client.query(
    `select from pg_locks where not granted and relation = $1::regclass and ${here}`,
    [table],
  )
  return rowCount!
}

/** How many sessions of the client's own database hold a lock of a mode on a table. */
export async function holding(client: Client, table: string, mode: string): Promise<number> {
  const { rowCount } = await client.query(
    `select from pg_locks where granted and mode = $2 and relation = $1::regclass and ${here}`,
    [table, mode],
  )
  return rowCount!
}

/** How many sessions of the client's own database wait for an advisory lock. */
export async function waitingForAdvisory(client: Client | Pool): Promise<number> {
  const { rowCount } = await client.query(
    `select from pg_locks where not granted and locktype = 'advisory' and ${here}`,
  )
  return rowCount!
}
