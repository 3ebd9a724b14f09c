import type pg from 'pg'
import { failure, ok, type Result } from '../domain/result.ts'
import { changes } from './schema.ts'

/**
 * Brings the schema up to this release once, however many bots start at the same moment: they queue behind one advisory
 * lock. Fails with `store-newer`, and changes nothing then.
 */
export async function installSchema(pool: pg.Pool): Promise<Result<void>> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query("select pg_advisory_xact_lock(hashtextextended('lockkeeper.schema', 0))")
    await client.query('create schema if not exists lockkeeper')
    await client.query('create table if not exists lockkeeper.installed (version int not null)')
    const { rows } = await client.query<{ version: number }>('select version from lockkeeper.installed')
    const found = rows[0]?.version ?? 0
    if (found > changes.length) {
      await client.query('rollback')
      return failure({ code: 'store-newer', found, known: changes.length })
    }
    if (found < changes.length) {
      await client.query('set local search_path = lockkeeper, pg_catalog')
      for (const change of changes.slice(found)) await client.query(change)
      await client.query('delete from lockkeeper.installed')
      await client.query('insert into lockkeeper.installed (version) values ($1)', [changes.length])
    }
    await client.query('commit')
    return ok(undefined)
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  } finally {
    client.release()
  }
}
