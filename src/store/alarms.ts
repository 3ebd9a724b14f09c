import type { Alarm, Cause } from '../domain/escalation.ts'
import type { Instant } from '../domain/json.ts'
import { instant, type Queryable } from './transaction.ts'

const columns = `id, run, cause, critical, ${instant('opened_at')} as "openedAt", ${instant('since')} as since, pinged,
  ${instant('closed_at')} as "closedAt"`

/** Opens an alarm, in the transaction of its cause. False: this one was opened before. */
export async function openAlarm(
  tx: Queryable,
  {
    id,
    run,
    cause,
    critical = false,
    pinged = [],
  }: Pick<Alarm, 'id' | 'run' | 'cause'> & Partial<Pick<Alarm, 'critical' | 'pinged'>>,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into lockkeeper.alarm (id, run, cause, critical, pinged) values ($1, $2, $3, $4, $5)
     on conflict (id) do nothing`,
    [id, run, JSON.stringify(cause), critical, pinged],
  )
  return rowCount === 1
}

/** Closes a run's alarms that have one of these causes, and returns them. */
export async function closeAlarms(
  tx: Queryable,
  run: string,
  causes: readonly Cause['is'][],
): Promise<Pick<Alarm, 'id' | 'cause' | 'pinged'>[]> {
  const { rows } = await tx.query<Pick<Alarm, 'id' | 'cause' | 'pinged'>>(
    `update lockkeeper.alarm set closed_at = now()
     where run = $1 and cause ->> 'is' = any($2) and closed_at is null returning id, cause, pinged`,
    [run, causes],
  )
  return rows
}

export async function alarmById(tx: Queryable, id: string): Promise<Alarm | null> {
  const { rows } = await tx.query<Alarm>(`select ${columns} from lockkeeper.alarm where id = $1`, [id])
  return rows[0] ?? null
}

/** What people are called for in this run, oldest first. */
export async function openAlarmsOf(tx: Queryable, run: string): Promise<Alarm[]> {
  const { rows } = await tx.query<Alarm>(
    `select ${columns} from lockkeeper.alarm where run = $1 and closed_at is null order by opened_at, id`,
    [run],
  )
  return rows
}

/** Calls for help of a run so far, open and closed. */
export async function callsOf(tx: Queryable, run: string): Promise<number> {
  const { rows } = await tx.query<{ calls: number }>(
    `select count(*)::int as calls from lockkeeper.alarm where run = $1 and cause ->> 'is' = 'called'`,
    [run],
  )
  return rows[0]?.calls ?? 0
}

/** Runs with an open alarm, or that somebody has. */
export async function runsToAttend(tx: Queryable): Promise<string[]> {
  const { rows } = await tx.query<{ run: string }>(
    `select run from lockkeeper.alarm where closed_at is null
     union select id from lockkeeper.run where held_until is not null and ended_at is null`,
  )
  return rows.map(({ run }) => run)
}

/** These steps are pinged from now on, for all that the run calls people for. */
export async function recordPinged(tx: Queryable, run: string, places: readonly number[]): Promise<void> {
  await tx.query(
    `update lockkeeper.alarm
     set pinged = pinged || array(select place from unnest($2::int[]) as place where place <> all(pinged))
     where run = $1 and closed_at is null`,
    [run, places],
  )
}

/** Steps under way for more than a minute that no alarm was opened for: whether that is late, their plan says. */
export async function longAttempts(
  tx: Queryable,
  now: Instant,
): Promise<{ run: string; step: string; attempt: number; beganAt: Instant }[]> {
  const { rows } = await tx.query<{ run: string; step: string; attempt: number; beganAt: Instant }>(
    `select attempt.run, step, attempt, ${instant('began_at')} as "beganAt"
     from lockkeeper.attempt join lockkeeper.run on run.id = attempt.run
     where outcome is null and run.ended_at is null and began_at < $1::timestamptz - interval '1 min'
       and not exists (select from lockkeeper.alarm where id = attempt.run || '/' || step || '/' || attempt || '/late')`,
    [now],
  )
  return rows
}

/** The time for which somebody had the run does not count: the clocks of its alarms go on where they stood. */
export async function shiftAlarms(
  tx: Queryable,
  run: string,
  heldSince: Instant,
  now: Instant,
): Promise<void> {
  await tx.query(
    `update lockkeeper.alarm set since = since + ($3::timestamptz - greatest(since, $2::timestamptz))
     where run = $1 and closed_at is null`,
    [run, heldSince, now],
  )
}
