import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { failure, ok, type Result } from '../../domain/result.ts'
import { instant } from './identity.ts'
import { lostErrno } from './sql-error.ts'

/** A backend that does not end within this time is a finding of its own: a stuck disk, or a wait for a standby. */
const fenceWithin = 15_000

/**
 * Ends every other session that carries this session's application name, in any database, and waits until they are
 * gone: a client that was killed leaves a backend that goes on and may still commit. Only after this may the world be
 * looked at. Gives how many there were, or `fence-held`.
 * @param options `within` in milliseconds; `sparing`: backend PIDs that are let be
 */
export async function fence(
  client: pg.Client,
  { within = fenceWithin, sparing = [] }: { within?: number; sparing?: readonly number[] } = {},
): Promise<Result<{ fenced: number }>> {
  const seen = new Set<string>()
  const until = performance.now() + within
  for (;;) {
    const left = (await namesakes(client)).filter(({ pid }) => !sparing.includes(pid))
    if (!left.length) return ok({ fenced: seen.size })
    if (performance.now() > until) {
      return failure({ code: 'fence-held', pids: left.map(({ pid }) => pid), seconds: within / 1000 })
    }
    for (const { pid, backendStart } of left) {
      const mark = `${pid} ${backendStart}`
      if (!seen.has(mark)) await terminateBackend(client, pid, backendStart)
      seen.add(mark)
    }
    await pause(25)
  }
}

/** Other backends with our application name. A parallel worker ends with its leader. */
export async function namesakes(client: pg.Client): Promise<{ pid: number; backendStart: string }[]> {
  const { rows } = await client.query<{ pid: number; backendStart: string }>(
    `select pid, ${instant('backend_start')} as "backendStart" from pg_catalog.pg_stat_activity
     where application_name = pg_catalog.current_setting('application_name') and pid <> pg_catalog.pg_backend_pid()
       and backend_type <> 'parallel worker'`,
  )
  return rows
}

/**
 * Ends one backend, whatever it does now. One that is not permitted, or has left meanwhile, is seen by the next look.
 */
export async function terminateBackend(client: pg.Client, pid: number, backendStart: string): Promise<void> {
  try {
    await client.query(
      `select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity
       where pid = $1 and backend_start = $2::timestamptz`,
      [pid, backendStart],
    )
  } catch (error) {
    if (lostErrno(error) !== null) throw error
  }
}
