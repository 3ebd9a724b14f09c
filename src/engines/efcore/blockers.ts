import type pg from 'pg'
import { selectSessions } from '../../adapters/postgres/sessions.ts'
import type { Session } from '../../domain/session.ts'

/** Sessions that a backend with our application name, but none of `ours`, waits for. */
export const blockersOfOthers = (client: pg.Client, ours: number[]): Promise<Session[]> =>
  selectSessions(
    client,
    `pid in (
       select pg_catalog.unnest(pg_catalog.pg_blocking_pids(w.pid)) from pg_catalog.pg_stat_activity w
       where w.application_name = pg_catalog.current_setting('application_name') and w.pid <> all($1::int[]))`,
    [ours],
  )
