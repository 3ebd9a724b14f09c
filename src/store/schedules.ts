import type { Instant } from '../domain/json.ts'
import type { Runbook } from '../domain/runbook.ts'
import type { Over, Schedule, Window } from '../domain/schedule.ts'
import { instant, type Queryable } from './transaction.ts'

type Row = Omit<Schedule, 'window' | 'over'> & {
  start: Instant
  end: Instant
  overAs: Over | null
  overAt: Instant | null
  overBy: string | null
  overReason: string | null
}

const columns = `id, body as runbook, ${instant('starts_at')} as start, ${instant('ends_at')} as end, moves,
  scheduled_by as by, ${instant('made_at')} as "madeAt", ahead, run, ${instant('news_at')} as "newsAt", marks,
  over_as as "overAs", ${instant('over_at')} as "overAt", over_by as "overBy", over_reason as "overReason"`

const scheduleOf = ({ start, end, overAs, overAt, overBy, overReason, ...row }: Row): Schedule => ({
  ...row,
  window: { start, end },
  over: overAs && overAt ? { as: overAs, at: overAt, by: overBy ?? '', reason: overReason } : null,
})

/** A runbook's schedule, numbered; null when it has an open one. `run`: one that began without it. */
export async function insertSchedule(
  tx: Queryable,
  runbook: Runbook,
  window: Window,
  { by, run = null }: { by: string; run?: string | null },
): Promise<Schedule | null> {
  const { rows } = await tx.query<Row>(
    `insert into lockkeeper.schedule (id, runbook, body, starts_at, ends_at, scheduled_by, run, ahead)
     select $1 || '@' || (coalesce(max(split_part(id, '@', 2)::int), 0) + 1), $1, $2, $3, $4, $5, $6::text, $6 is null
     from lockkeeper.schedule where runbook = $1
     on conflict (runbook) where over_at is null do nothing returning ${columns}`,
    [runbook.name, JSON.stringify(runbook), window.start, window.end, by, run],
  )
  return rows[0] ? scheduleOf(rows[0]) : null
}

export async function scheduleById(tx: Queryable, id: string): Promise<Schedule | null> {
  const { rows } = await tx.query<Row>(`select ${columns} from lockkeeper.schedule where id = $1`, [id])
  return rows[0] ? scheduleOf(rows[0]) : null
}

/** Nobody else changes it until the transaction ends: moving, calling off, starting and telling queue here. */
export async function lockSchedule(tx: Queryable, id: string): Promise<Schedule | null> {
  const { rows } = await tx.query<Row>(
    `select ${columns} from lockkeeper.schedule where id = $1 for update`,
    [id],
  )
  return rows[0] ? scheduleOf(rows[0]) : null
}

/** The schedule of a runbook that is not over. */
export async function openScheduleOf(tx: Queryable, runbook: string): Promise<Schedule | null> {
  const { rows } = await tx.query<Row>(
    `select ${columns} from lockkeeper.schedule where runbook = $1 and over_at is null`,
    [runbook],
  )
  return rows[0] ? scheduleOf(rows[0]) : null
}

/** The schedule that became this run, while it is not over; nobody else changes it until the transaction ends. */
export async function lockScheduleOfRun(tx: Queryable, run: string): Promise<Schedule | null> {
  const { rows } = await tx.query<Row>(
    `select ${columns} from lockkeeper.schedule where run = $1 and over_at is null for update`,
    [run],
  )
  return rows[0] ? scheduleOf(rows[0]) : null
}

/** The newest schedule of a runbook, over or not. */
export async function newestScheduleOf(tx: Queryable, runbook: string): Promise<Schedule | null> {
  const { rows } = await tx.query<Row>(
    `select ${columns} from lockkeeper.schedule where runbook = $1 order by made_at desc limit 1`,
    [runbook],
  )
  return rows[0] ? scheduleOf(rows[0]) : null
}

/** The schedule of the same runbook before this one, over or not. */
export async function scheduleBefore(
  tx: Queryable,
  { id, runbook }: Pick<Schedule, 'id' | 'runbook'>,
): Promise<Schedule | null> {
  const { rows } = await tx.query<Row>(
    `select ${columns} from lockkeeper.schedule before where runbook = $2 and id <> $1
       and made_at <= (select made_at from lockkeeper.schedule where id = $1) order by before.made_at desc limit 1`,
    [id, runbook.name],
  )
  return rows[0] ? scheduleOf(rows[0]) : null
}

/** Open schedules whose windows share a moment with this one, earliest first. */
export async function schedulesWithin(tx: Queryable, { start, end }: Window): Promise<Schedule[]> {
  const { rows } = await tx.query<Row>(
    `select ${columns} from lockkeeper.schedule where over_at is null and starts_at < $2 and ends_at > $1
     order by starts_at, id`,
    [start, end],
  )
  return rows.map(scheduleOf)
}

/** All open schedules, earliest first. */
export async function openSchedules(tx: Queryable): Promise<Schedule[]> {
  const { rows } = await tx.query<Row>(
    `select ${columns} from lockkeeper.schedule where over_at is null order by starts_at, id`,
  )
  return rows.map(scheduleOf)
}

/** Open schedules that something may be due for at this moment, those that waited longest first. */
export async function schedulesToLookAt(tx: Queryable, now: Instant, limit: number): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    'select id from lockkeeper.schedule where over_at is null and look_at <= $1 order by look_at limit $2',
    [now, limit],
  )
  return rows.map(({ id }) => id)
}

/** Nothing is due for it before, unless it has changed since it was looked at. */
export async function lookAgainAt(
  tx: Queryable,
  { id, moves }: Pick<Schedule, 'id' | 'moves'>,
  at: Instant,
): Promise<void> {
  await tx.query(
    `update lockkeeper.schedule set look_at = $3
     where id = $1 and moves = $2 and run is null and over_at is null`,
    [id, moves, at],
  )
}

/** Another window, and the runbook as it is now: what was told at times before the start is told anew. */
export async function moveSchedule(
  tx: Queryable,
  id: string,
  runbook: Runbook,
  window: Window,
  by: string,
): Promise<void> {
  await tx.query(
    `update lockkeeper.schedule set body = $2, starts_at = $3, ends_at = $4, scheduled_by = $5, moves = moves + 1,
       marks = '{}', news_at = null, look_at = now() where id = $1`,
    [id, JSON.stringify(runbook), window.start, window.end, by],
  )
}

/** What operators were told, so that they are told once. */
export async function markSchedule(tx: Queryable, id: string, mark: string): Promise<void> {
  await tx.query(
    'update lockkeeper.schedule set marks = array_append(marks, $2) where id = $1 and $2 <> all(marks)',
    [id, mark],
  )
}

/** The window of a run that nobody had scheduled begins with it, for `within` milliseconds; others were told theirs. */
export async function beginTold(tx: Queryable, id: string, within: number): Promise<void> {
  await tx.query(
    `update lockkeeper.schedule set starts_at = now(), ends_at = now() + $2 * interval '1 ms'
     where id = $1 and not ahead`,
    [id, within],
  )
}

/** The run that it became; null: that run ended before users were out. */
export async function bindSchedule(tx: Queryable, id: string, run: string | null): Promise<void> {
  await tx.query('update lockkeeper.schedule set run = $2, look_at = now() where id = $1', [id, run])
}

export async function promiseNews(tx: Queryable, id: string, at: Instant): Promise<void> {
  await tx.query('update lockkeeper.schedule set news_at = $2, look_at = now() where id = $1', [id, at])
}

export async function endSchedule(
  tx: Queryable,
  id: string,
  over: { as: Over; by: string; reason: string | null },
): Promise<void> {
  await tx.query(
    `update lockkeeper.schedule set over_at = now(), over_as = $2, over_by = $3, over_reason = $4
     where id = $1 and over_at is null`,
    [id, over.as, over.by, over.reason],
  )
}
