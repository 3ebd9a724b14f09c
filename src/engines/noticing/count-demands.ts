import type pg from 'pg'
import { sqlstateOf } from '../../adapters/postgres/sql-error.ts'
import type { Demand, Prepared } from '../../domain/script.ts'
import { defaultSchema } from '../statements/tree.ts'

interface Demanded {
  violating: { table: string; what: string; rows: number }[]
  /** What cannot be counted: statements and constraints, each once. */
  uncounted: string[]
}

/**
 * Rows that do not comply now with what a way down demands of them. In a transaction that can change nothing: a CHECK is
 * its author's expression. What is not there (it is not migrated, or is made by the way down itself) demands nothing;
 * what the server cannot count is named.
 */
export async function countDemands(
  client: pg.Client,
  { demands = [] }: Pick<Prepared, 'demands'>,
): Promise<Demanded> {
  const demanded: Demanded = { violating: [], uncounted: [] }
  await client.query('begin read only')
  // What a CHECK calls and how values are compared: as in the migration's own session.
  await client.query(`set local search_path = ${defaultSchema}`)
  try {
    for (const demand of demands) {
      const rows = await countOne(client, demand)
      if (rows === 'uncounted') demanded.uncounted.push(demand.what)
      else if (rows > 0) demanded.violating.push({ table: demand.table ?? '', what: demand.what, rows })
    }
  } finally {
    await client.query('rollback').catch(() => {})
  }
  return { ...demanded, uncounted: [...new Set(demanded.uncounted)] }
}

/** SQLSTATEs of a table and a column that are not there. */
const isMissing = new Set(['42P01', '42703', '3F000'])

async function countOne(client: pg.Client, { count }: Demand): Promise<number | 'uncounted'> {
  if (count === null) return 'uncounted'
  await client.query('savepoint counting')
  try {
    const { rows } = await client.query<[string]>({ text: count, rowMode: 'array' })
    return Number(rows[0]?.[0] ?? 0)
  } catch (error) {
    const sqlstate = sqlstateOf(error)
    if (sqlstate === null) throw error
    await client.query('rollback to counting')
    return isMissing.has(sqlstate) ? 0 : 'uncounted'
  }
}
