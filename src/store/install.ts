import type pg from 'pg'
import { failure, ok, type Result } from '../domain/result.ts'
import { channels } from './events.ts'
import { changes, type SchemaChange } from './schema.ts'
import { transaction } from './transaction.ts'

/**
 * Brings the schema up to this release once, however many bots start at the same moment: they queue behind one advisory
 * lock. A store that a newer release has set up is used as it is while none of its changes breaks this release;
 * otherwise this fails with `store-newer`. Bots of older releases that live are told of a change that breaks them, and
 * leave (`onOutdated`).
 *
 * @param known what this release knows; other than its own in tests alone
 */
export function installSchema(
  pool: pg.Pool,
  known: readonly SchemaChange[] = changes,
): Promise<Result<void>> {
  return transaction(pool, async (tx) => {
    await tx.query("select pg_advisory_xact_lock(hashtextextended('lockkeeper.schema', 0))")
    const found = await installedVersion(tx)
    if (found.version > known.length)
      return found.breaking > known.length
        ? failure({ code: 'store-newer', found: found.version, known: known.length })
        : ok(undefined)
    const missing = known.slice(found.version)
    if (missing.length === 0) return ok(undefined)
    await tx.query('set local search_path = lockkeeper, pg_catalog')
    for (const { sql } of missing) await tx.query(sql)
    const breaking = known.findLastIndex(({ breaksOlderReleases }) => breaksOlderReleases) + 1
    await recordVersion(tx, { version: known.length, breaking })
    if (breaking > found.version) await tellOlderReleases(tx, breaking)
    return ok(undefined)
  })
}

/** Whether a notification on `channels.schema` is of a change that breaks this release. */
export const breaksThisRelease = (payload: string | undefined): boolean => Number(payload) > changes.length

/** How many changes are installed, and which is the last that breaks releases without it; counted from 1, 0 for none. */
interface Installed {
  version: number
  breaking: number
}

/** Stores of the first releases do not say what breaks: nothing that they have is newer than this release. */
async function installedVersion(tx: pg.PoolClient): Promise<Installed> {
  await tx.query('create schema if not exists lockkeeper')
  await tx.query('create table if not exists lockkeeper.installed (version int not null)')
  await tx.query('alter table lockkeeper.installed add column if not exists breaking int')
  const { rows } = await tx.query<Installed>(
    'select version, coalesce(breaking, version) as breaking from lockkeeper.installed',
  )
  return rows[0] ?? { version: 0, breaking: 0 }
}

async function recordVersion(tx: pg.PoolClient, { version, breaking }: Installed): Promise<void> {
  await tx.query('delete from lockkeeper.installed')
  await tx.query('insert into lockkeeper.installed (version, breaking) values ($1, $2)', [version, breaking])
}

/** Received when this transaction commits. */
async function tellOlderReleases(tx: pg.PoolClient, breaking: number): Promise<void> {
  await tx.query('select pg_notify($1, $2::text)', [channels.schema, breaking])
}
