import type pg from 'pg'
import { selectSessions } from '../../adapters/postgres/sessions.ts'
import type { Session } from '../../domain/session.ts'

/**
 * Looks, while a program works, whom its backends wait for: after a lock's timeout nobody can tell any more.
 * @param ours backends of this run that are not the program's
 * @param lockTimeout milliseconds
 */
export function watchBlockers(client: pg.Client, ours: number[], lockTimeout: number) {
  let last: Session[] = []
  let asking = false
  const timer = setInterval(
    () => {
      if (asking) return
      asking = true
      blockersOfOthers(client, ours)
        .then(
          (sessions) => {
            if (sessions.length > 0) last = sessions
          },
          () => {},
        )
        .finally(() => (asking = false))
    },
    Math.max(20, Math.min(200, lockTimeout / 4)),
  )
  return { seen: () => last, stop: () => clearInterval(timer) }
}

/** Sessions that a backend with our application name, but none of `ours`, waits for. */
const blockersOfOthers = (client: pg.Client, ours: number[]): Promise<Session[]> =>
  selectSessions(
    client,
    `pid in (
       select pg_catalog.unnest(pg_catalog.pg_blocking_pids(w.pid)) from pg_catalog.pg_stat_activity w
       where w.application_name = pg_catalog.current_setting('application_name') and w.pid <> all($1::int[]))`,
    [ours],
  )
