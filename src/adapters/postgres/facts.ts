import type pg from 'pg'
import type { Problems } from '../../domain/problem.ts'
import type { Session } from '../../domain/session.ts'
import { instant } from './identity.ts'
import { selectSessions } from './sessions.ts'

export { roleAttributes, superuserLogins } from './roles.ts'

type Facts<Code extends keyof Problems> = Problems[Code]

/** Transactions that somebody prepared and nobody finished: they hold locks and are no sessions. Of this database. */
export async function preparedTransactions(
  client: pg.Client,
): Promise<Facts<'prepared-transactions'>['transactions']> {
  const { rows } = await client.query<{ gid: string; owner: string; since: string }>(
    `select gid, owner::text, ${instant('prepared')} as since from pg_catalog.pg_prepared_xacts
     where database = pg_catalog.current_database() order by prepared, gid`,
  )
  return rows
}

/** Sessions of this database whose transaction is older than so many seconds, our own run's left out. */
export const longTransactions = (client: pg.Client, seconds: number): Promise<Session[]> =>
  selectSessions(
    client,
    `datname = pg_catalog.current_database() and pid <> pg_catalog.pg_backend_pid()
     and application_name is distinct from pg_catalog.current_setting('application_name')
     and xact_start < pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => $1)`,
    [seconds],
  )

/**
 * Dumps of this database that run now: they hold ACCESS SHARE on every table, which DDL and a lock on the history table
 * wait for. `pg_dump` names itself; one that was given another name is found by the long transaction that it is.
 */
export async function runningDumps(client: pg.Client): Promise<Facts<'dump-running'>[]> {
  const { rows } = await client.query<{ pid: number; since: string }>(
    `select pid, ${instant('backend_start')} as since from pg_catalog.pg_stat_activity
     where datname = pg_catalog.current_database() and application_name in ('pg_dump', 'pg_dumpall')
     order by backend_start, pid`,
  )
  return rows
}

/** Vacuums against wraparound on these tables: unlike other autovacuums they do not give way to DDL. */
export async function wraparoundVacuums(
  client: pg.Client,
  tables: string[],
): Promise<Facts<'wraparound-vacuum'>[]> {
  const { rows } = await client.query<{ table: string; pid: number }>(
    `select wanted.name as table, pid
     from pg_catalog.pg_stat_progress_vacuum join pg_catalog.pg_stat_activity using (pid)
     join pg_catalog.unnest($1::text[]) as wanted(name) on relid = pg_catalog.to_regclass(wanted.name)
     where pg_stat_progress_vacuum.datname = pg_catalog.current_database()
       and backend_type = 'autovacuum worker' and query like '%(to prevent wraparound)'
     order by wanted.name, pid`,
    [tables],
  )
  return rows
}

/**
 * Milliseconds that a statement of this session must wait for a lock before an autovacuum that holds it is ended: the
 * server looks who is in the way only then. Null: there is no autovacuum.
 */
export async function autovacuumYields(client: pg.Client): Promise<number | null> {
  const { rows } = await client.query<{ milliseconds: number | null }>(
    `select case when pg_catalog.current_setting('autovacuum')::boolean then setting::integer end as milliseconds
     from pg_catalog.pg_settings where name = 'deadlock_timeout'`,
  )
  return rows[0]?.milliseconds ?? null
}

/** Every standby that streams now, with the bytes that it is behind. */
export async function replicaLags(client: pg.Client): Promise<Facts<'replica-lag'>[]> {
  const { rows } = await client.query<{ replica: string; bytes: number }>(
    `select coalesce(nullif(application_name, ''), 'standby')
              || coalesce(' at ' || pg_catalog.host(client_addr), '') as replica,
            pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), replay_lsn)::float8 as bytes
     from pg_catalog.pg_stat_replication where replay_lsn is not null order by bytes desc, replica`,
  )
  return rows
}

/** Replication slots that nobody reads: the server keeps all write-ahead log since. */
export async function inactiveSlots(client: pg.Client): Promise<Facts<'replication-slot-inactive'>[]> {
  const { rows } = await client.query<{ slot: string; bytes: number }>(
    `select slot_name::text as slot,
            coalesce(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), restart_lsn), 0)::float8 as bytes
     from pg_catalog.pg_replication_slots where not active order by slot_name`,
  )
  return rows
}

/** Logical slots of this database: their subscribers stop at the first row of a new column. */
export async function logicalSlots(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ slot: string }>(
    `select slot_name::text as slot from pg_catalog.pg_replication_slots
     where slot_type = 'logical' and database = pg_catalog.current_database() order by slot_name`,
  )
  return rows.map(({ slot }) => slot)
}

/** `synchronous_standby_names`; empty: a COMMIT waits for no standby. */
export async function synchronousStandbys(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ names: string }>(
    "select pg_catalog.current_setting('synchronous_standby_names') as names",
  )
  return rows[0]!.names
}

/** Enabled event triggers of this database: they run on our DDL. */
export async function eventTriggers(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    "select evtname::text as name from pg_catalog.pg_event_trigger where evtenabled <> 'D' order by evtname",
  )
  return rows.map(({ name }) => name)
}

/** Enabled triggers of these tables, foreign keys' own left out. Tables without any are left out too. */
export async function rowTriggers(client: pg.Client, tables: string[]): Promise<Facts<'row-triggers'>[]> {
  const { rows } = await client.query<{ table: string; triggers: string[] }>(
    `select wanted.name as table, pg_catalog.array_agg(tgname::text order by tgname) as triggers
     from pg_catalog.unnest($1::text[]) as wanted(name)
     join pg_catalog.pg_trigger on tgrelid = pg_catalog.to_regclass(wanted.name)
     where not tgisinternal and tgenabled <> 'D' group by wanted.name order by wanted.name`,
    [tables],
  )
  return rows
}

/** Bytes of this database on the server's disk. */
export async function databaseBytes(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ bytes: number }>(
    'select pg_catalog.pg_database_size(pg_catalog.current_database())::float8 as bytes',
  )
  return rows[0]!.bytes
}

/** The end of the write-ahead log, e.g. `0/1A2B3C4`. */
export async function currentLsn(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ lsn: string }>('select pg_catalog.pg_current_wal_lsn()::text as lsn')
  return rows[0]!.lsn
}

/**
 * The sessions that a backend waits for at this moment. After its timeout nobody can tell any more, so this is asked from
 * another session while it waits. Prepared transactions block too and are no sessions: they are not among them.
 */
export const blockersOf = (client: pg.Client, pid: number): Promise<Session[]> =>
  selectSessions(client, 'pid = any(pg_catalog.pg_blocking_pids($1))', [pid])

/** Sessions that hold a table so that nobody else may even read it. By database: a copy has the same OIDs. */
export const exclusiveHolders = (client: pg.Client, table: string): Promise<Session[]> =>
  selectSessions(
    client,
    `pid in (select pid from pg_catalog.pg_locks
             where granted and mode = 'AccessExclusiveLock' and relation = pg_catalog.to_regclass($1)
               and database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database()))`,
    [table],
  )
