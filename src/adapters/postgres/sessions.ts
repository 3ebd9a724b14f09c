import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import type { Session, SessionMark } from '../../domain/session.ts'
import { instant } from './identity.ts'
import { sqlstateOf } from './sql-error.ts'
import type { TargetSession } from './target-session.ts'

/**
 * Every backend of this database, of any type (a subscription's apply worker writes rows too), but the sessions of our
 * own run, which share our application name. Autovacuum is left out: it changes no rows, gives way to whoever waits for
 * its lock (unless it is against wraparound, which a plan looks for), begins again whenever it was ended, and no role but
 * a superuser may end it. Without pg_read_all_stats most columns are NULL: ask `canSeeSessions` first.
 */
export const listSessions = (client: pg.Client): Promise<Session[]> =>
  selectSessions(
    client,
    `datname = pg_catalog.current_database() and pid <> pg_catalog.pg_backend_pid()
     and backend_type is distinct from 'autovacuum worker'
     and application_name is distinct from pg_catalog.current_setting('application_name')`,
  )

/** Sessions that a condition over `pg_stat_activity` holds for, oldest transaction first. */
export async function selectSessions(
  client: pg.Client,
  condition: string,
  values: unknown[] = [],
): Promise<Session[]> {
  const { rows } = await client.query<Session>(
    `select pid,
            ${instant('backend_start')} as "backendStart",
            ${instant('xact_start')} as "xactStart",
            coalesce(backend_type, 'unknown') as "backendType",
            coalesce(usename, '') as role,
            coalesce(application_name, '') as application,
            coalesce(pg_catalog.host(client_addr), 'local') as client,
            coalesce(state, '') as state,
            ${instant('coalesce(state_change, backend_start)')} as "stateSince",
            backend_xid is not null as wrote,
            coalesce(pg_catalog.upper(pg_catalog.substring(query, '^[\\s(]*([A-Za-z]+)')), '') as command
     from pg_catalog.pg_stat_activity
     where ${condition}
     order by xact_start nulls last, backend_start, pid`,
    values,
  )
  return rows.map((session) => ({
    ...session,
    command: commandTags.has(session.command) ? session.command : '',
  }))
}

/** First words that a statement of PostgreSQL can have. Anything else is not shown: it might be data. */
const commandTags = new Set(
  `ABORT ALTER ANALYZE AUTOVACUUM BEGIN CALL CHECKPOINT CLOSE CLUSTER COMMENT COMMIT COPY CREATE DEALLOCATE DECLARE DELETE
   DISCARD DO DROP END EXECUTE EXPLAIN FETCH GRANT IMPORT INSERT LISTEN LOAD LOCK MERGE MOVE NOTIFY PREPARE REASSIGN
   REFRESH REINDEX RELEASE RESET REVOKE ROLLBACK SAVEPOINT SECURITY SELECT SET SHOW START START_REPLICATION TABLE TRUNCATE
   UNLISTEN UPDATE VACUUM VALUES WITH`.split(/\s+/),
)

/** How ending a session went. `changed`: it is in another transaction than the one that was shown; nothing was done. */
export type EndedAs = 'ended' | 'gone' | 'changed' | 'not-permitted' | 'still-there'

/** A terminated backend needs to roll back; longer than this it is reported as still there. */
const endWithin = 10_000

/**
 * Ends one session, if it is still in the transaction that a person saw, and waits until it is gone. Its open
 * transaction is rolled back; what it committed stays. One statement outside of any transaction: inside of one
 * pg_stat_activity is frozen, and a statement over several sessions stops at the first that is not permitted.
 */
export async function endSession(session: TargetSession, mark: SessionMark): Promise<EndedAs> {
  const { client } = session
  if (client.getTransactionStatus() !== 'I')
    throw new Error('endSession needs a session outside of any transaction')
  try {
    if (!(await terminate(client, mark))) return (await isThere(client, mark)) ? 'changed' : 'gone'
  } catch (error) {
    if (sqlstateOf(error) === '42501') return 'not-permitted'
    throw error
  }
  return (await waitUntilGone(client, mark, endWithin)) ? 'ended' : 'still-there'
}

/** Sends SIGTERM to the backend if it is the one of the mark, in the same transaction. Says whether it was. */
async function terminate(client: pg.Client, mark: SessionMark): Promise<boolean> {
  const { rows } = await client.query(
    `select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity
     where pid = $1 and backend_start = $2::timestamptz and xact_start is not distinct from $3::timestamptz`,
    [mark.pid, mark.backendStart, mark.xactStart],
  )
  return rows.length > 0
}

/** Whether this backend still exists, in whatever transaction. */
export async function isThere(
  client: pg.Client,
  mark: Pick<SessionMark, 'pid' | 'backendStart'>,
): Promise<boolean> {
  const { rows } = await client.query(
    'select from pg_catalog.pg_stat_activity where pid = $1 and backend_start = $2::timestamptz',
    [mark.pid, mark.backendStart],
  )
  return rows.length > 0
}

/** Waits so many milliseconds for a backend to disappear. */
export async function waitUntilGone(
  client: pg.Client,
  mark: Pick<SessionMark, 'pid' | 'backendStart'>,
  within: number,
): Promise<boolean> {
  const until = performance.now() + within
  while (await isThere(client, mark)) {
    if (performance.now() > until) return false
    await pause(25)
  }
  return true
}

/** Whether this role sees what other roles' sessions do (`pg_monitor` has it). Without it a count of sessions is no count. */
export async function canSeeSessions(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ sees: boolean }>(
    "select pg_catalog.pg_has_role('pg_read_all_stats', 'usage') as sees",
  )
  return rows[0]!.sees
}
