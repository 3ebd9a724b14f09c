import type pg from 'pg'
import type { Identity } from '../../domain/identity.ts'

/** Everything that the first statement of a session asks. */
export interface Greeting {
  identity: Identity
  inRecovery: boolean
  /** E.g. `15.18`. */
  version: string
  /** E.g. 150018. */
  versionNumber: number
  role: string
  pid: number
  backendStart: string
  /** What we sent in the startup packet; null when it did not reach the server. */
  mark: string | null
}

/** A setting of our own in the startup packet: a pooler's server sessions do not have it. */
export const markSetting = 'lockkeeper.session'

/**
 * Who answers. Every role may call these functions unless EXECUTE was revoked from PUBLIC (then 42501).
 * The timeline comes from the write-ahead log: the one of `pg_control_checkpoint()` is that of the last checkpoint, which
 * after a fast promotion is still the old one. In recovery only the latter can be asked.
 */
export async function greet(client: pg.Client, host: string): Promise<Greeting> {
  const { rows } = await client.query<Omit<Greeting, 'identity'> & Omit<Identity, 'host'>>(
    `select (select system_identifier::text from pg_catalog.pg_control_system()) as "systemIdentifier",
            case when pg_catalog.pg_is_in_recovery()
                 then (select timeline_id from pg_catalog.pg_control_checkpoint())
                 else ('x' || pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int
            end as timeline,
            (select oid::int8::float8 from pg_catalog.pg_database where datname = pg_catalog.current_database()) as "databaseOid",
            pg_catalog.current_database()::text as database,
            pg_catalog.pg_is_in_recovery() as "inRecovery",
            pg_catalog.current_setting('server_version') as version,
            pg_catalog.current_setting('server_version_num')::int as "versionNumber",
            session_user::text as role,
            pg_catalog.pg_backend_pid() as pid,
            (select ${instant('backend_start')} from pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid())) as "backendStart",
            pg_catalog.current_setting('${markSetting}', true) as mark`,
  )
  const { systemIdentifier, timeline, databaseOid, database, ...rest } = rows[0]!
  return { ...rest, identity: { systemIdentifier, timeline, databaseOid, database, host } }
}

export async function readIdentity(client: pg.Client, host: string): Promise<Identity> {
  return (await greet(client, host)).identity
}

/** What differs, in the order of the type. `server`: without the database, for sessions in another one of the same server. */
export function identityDifferences(
  a: Identity,
  b: Identity,
  of: 'database' | 'server' = 'database',
): string[] {
  const server = ['systemIdentifier', 'timeline', 'host'] as const
  const keys =
    of === 'server' ? server : ([...server.slice(0, 2), 'databaseOid', 'database', 'host'] as const)
  return keys.filter((key) => a[key] !== b[key])
}

/** An identity in one line, for people. */
export const identityText = (identity: Identity): string =>
  `${identity.database} (OID ${identity.databaseOid}) on ${identity.host}, system ${identity.systemIdentifier}, timeline ${identity.timeline}`

/** SQL of a moment as ISO 8601 in UTC with microseconds: it names a session or a transaction exactly, a Date does not. */
export const instant = (column: string): string =>
  `pg_catalog.to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
