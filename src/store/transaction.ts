import type pg from 'pg'

/** What a statement can be sent to. Statements of one transaction share a client. */
export type Queryable = pg.Pool | pg.PoolClient

/** Commits what `work` did, or rolls it back when `work` throws. */
export async function transaction<T>(pool: pg.Pool, work: (tx: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch((unreachable: Error) => (broken = unreachable))
    throw error
  } finally {
    client.release(broken)
  }
}

/** Text of a timestamp column as an Instant, in SQL: ``select ${instant('at')} as at``. */
export const instant = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** What time the store has it: what it recorded is compared with that. */
export async function timeOf(tx: Queryable): Promise<string> {
  const { rows } = await tx.query<{ now: string }>(`select ${instant('now()')} as now`)
  return rows[0]?.now ?? ''
}
