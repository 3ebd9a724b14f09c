import type { Queryable } from './transaction.ts'

/** What is removed as a whole, with everything that belongs to it. */
export type Removable = 'run' | 'plan' | 'schedule' | 'event'

/**
 * Runs that ended more than `days` ago, oldest first, locked by this transaction. Of each runbook the newest run of each
 * kind stays, and so does a run with something to undo, or with an event that no delivery was made for yet.
 */
export async function expiredRuns(tx: Queryable, days: number, limit: number): Promise<string[]> {
  return idsOf(
    tx,
    `select id from lockkeeper.run
     where ended_at < now() - $1 * interval '1 day'
       and exists (select from lockkeeper.run newer
         where newer.runbook = run.runbook and newer.kind = run.kind and newer.ended_at > run.ended_at)
       and not exists (select from lockkeeper.debt
         where debt.run = run.id and taken_at is not null and settled_at is null)
       and not exists (select from lockkeeper.event where event.run = run.id and not delivered)
     order by ended_at limit $2 for update skip locked`,
    days,
    limit,
  )
}

/** Plans without a run that were closed more than `days` ago, locked by this transaction. */
export async function expiredPlans(tx: Queryable, days: number, limit: number): Promise<string[]> {
  return idsOf(
    tx,
    `select id from lockkeeper.plan
     where closed_at < now() - $1 * interval '1 day'
       and not exists (select from lockkeeper.run where run.plan = plan.id)
       and not exists (select from lockkeeper.event where event.plan = plan.id and not delivered)
     order by closed_at limit $2 for update skip locked`,
    days,
    limit,
  )
}

/** Schedules without a run that were over more than `days` ago (cancelled, missed), locked by this transaction. */
export async function expiredSchedules(tx: Queryable, days: number, limit: number): Promise<string[]> {
  return idsOf(
    tx,
    `select id from lockkeeper.schedule where over_at < now() - $1 * interval '1 day' and run is null
     order by over_at limit $2 for update skip locked`,
    days,
    limit,
  )
}

/** Events of more than `days` ago that belong to no run and no plan, locked by this transaction. */
export async function expiredEvents(tx: Queryable, days: number, limit: number): Promise<string[]> {
  return idsOf(
    tx,
    `select seq::text as id from lockkeeper.event
     where at < now() - $1 * interval '1 day' and run is null and plan is null and delivered
     order by seq limit $2 for update skip locked`,
    days,
    limit,
  )
}

async function idsOf(tx: Queryable, statement: string, days: number, limit: number): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(statement, [days, limit])
  return rows.map(({ id }) => id)
}

/** The rows `one` of a table as a JSON array; SQL. */
const all = (table: string, where: string, order: string): string =>
  `(select coalesce(jsonb_agg(to_jsonb(one) order by ${order}), '[]') from lockkeeper.${table} one where ${where})`

/** What a line of the audit file holds of each kind: every row that is removed with it. SQL of a JSON object, for the id $1. */
const lines: Record<Removable, string> = {
  run: `select jsonb_build_object('is', 'run', 'id', run.id, 'run', to_jsonb(run), 'steps', ${all('attempt', 'one.run = run.id', 'began_at, attempt')},
      'questions', ${all('gate', 'one.run = run.id', 'opened_at')},
      'undo', ${all('debt', 'one.run = run.id', 'planned_at')},
      'alarms', ${all('alarm', 'one.run = run.id', 'opened_at')},
      'schedules', ${all('schedule', 'one.run = run.id', 'made_at')},
      'notices', ${all('notice', 'one.schedule in (select id from lockkeeper.schedule where run = $1)', 'due_at')},
      'events', ${all('event', 'one.run = run.id', 'seq')})
    from lockkeeper.run where run.id = $1`,
  plan: `select jsonb_build_object('is', 'plan', 'id', plan.id, 'plan', to_jsonb(plan) - 'outline',
      'approvals', ${all('approval', 'one.plan = plan.id', 'one.at')},
      'events', ${all('event', 'one.plan = plan.id', 'seq')})
    from lockkeeper.plan where plan.id = $1`,
  schedule: `select jsonb_build_object('is', 'schedule', 'id', schedule.id, 'schedule', to_jsonb(schedule),
      'notices', ${all('notice', 'one.schedule = schedule.id', 'due_at')})
    from lockkeeper.schedule where schedule.id = $1`,
  event: `select jsonb_build_object('is', 'event', 'id', seq, 'event', to_jsonb(event))
    from lockkeeper.event where seq = $1::bigint`,
}

/** Everything recorded of it as one JSON object: what the audit file keeps. Null: it is gone. */
export async function auditLine(tx: Queryable, what: Removable, id: string): Promise<string | null> {
  const { rows } = await tx.query<{ line: string }>(`select (${lines[what]})::text as line`, [id])
  return rows[0]?.line ?? null
}

/** What was sent goes with what it is about; SQL, for rows `gone` of events. */
const deliveriesOfEvents = (of: string): string =>
  `delete from lockkeeper.delivery where (shows ->> 'event')::bigint in (select seq from lockkeeper.event where ${of})`

/**
 * Removes a run with all that belongs to it, its plan aside: what one plan's last run leaves is an expired plan. A backup
 * outlives its run.
 */
async function removeRun(tx: Queryable, id: string): Promise<void> {
  await tx.query(
    `with messages as (delete from lockkeeper.delivery
         where $1 in (shows ->> 'run', shows ->> 'card', shows ->> 'ending')
           or starts_with(shows ->> 'gate', $1 || '/')),
       event_messages as (${deliveriesOfEvents('run = $1')}),
       events as (delete from lockkeeper.event where run = $1),
       steps as (delete from lockkeeper.attempt where run = $1),
       questions as (delete from lockkeeper.gate where run = $1),
       undo as (delete from lockkeeper.debt where run = $1),
       alarms as (delete from lockkeeper.alarm where run = $1),
       notices as (delete from lockkeeper.notice where schedule in (select id from lockkeeper.schedule where run = $1)),
       schedules as (delete from lockkeeper.schedule where run = $1),
       backups as (update lockkeeper.backup set run = null where run = $1)
     delete from lockkeeper.run where id = $1`,
    [id],
  )
}

async function removePlan(tx: Queryable, id: string): Promise<void> {
  await tx.query(
    `with messages as (delete from lockkeeper.delivery where $1 in (shows ->> 'plan', shows ->> 'planDetails')),
       event_messages as (${deliveriesOfEvents('plan = $1')}),
       events as (delete from lockkeeper.event where plan = $1),
       approvals as (delete from lockkeeper.approval where plan = $1)
     delete from lockkeeper.plan where id = $1`,
    [id],
  )
}

async function removeSchedule(tx: Queryable, id: string): Promise<void> {
  await tx.query(
    `with notices as (delete from lockkeeper.notice where schedule = $1),
       messages as (delete from lockkeeper.delivery where shows ->> 'schedule' = $1)
     delete from lockkeeper.schedule where id = $1`,
    [id],
  )
}

async function removeEvent(tx: Queryable, seq: string): Promise<void> {
  await tx.query(
    `with messages as (delete from lockkeeper.delivery where (shows ->> 'event')::bigint = $1::bigint)
     delete from lockkeeper.event where seq = $1::bigint`,
    [seq],
  )
}

const removals: Record<Removable, (tx: Queryable, id: string) => Promise<void>> = {
  run: removeRun,
  plan: removePlan,
  schedule: removeSchedule,
  event: removeEvent,
}

/** Removes it with everything that belongs to it and to nothing else. */
export const remove = (tx: Queryable, what: Removable, id: string): Promise<void> => removals[what](tx, id)

/**
 * Messages of more than `days` ago, sent or refused for good, about what is over: no run, plan or schedule that is open.
 * One that began a thread stays while a reply waits. Returns how many were removed.
 */
export async function removeOldMessages(tx: Queryable, days: number): Promise<number> {
  const { rowCount } = await tx.query(
    `with about as (
       select delivery.key, coalesce(shows ->> 'run', shows ->> 'card', shows ->> 'ending',
           split_part(shows ->> 'gate', '/', 1), event.run) as run,
         coalesce(shows ->> 'plan', shows ->> 'planDetails', event.plan) as plan,
         coalesce(shows ->> 'schedule', split_part(shows ->> 'notice', '/', 1)) as schedule
       from lockkeeper.delivery left join lockkeeper.event on event.seq = (shows ->> 'event')::bigint
       where state in ('sent', 'refused')
         and greatest(delivery.made_at, coalesce(shown_at, delivery.made_at)) < now() - $1 * interval '1 day')
     delete from lockkeeper.delivery using about
     where delivery.key = about.key
       and not exists (select from lockkeeper.run where id = about.run and ended_at is null)
       and not exists (select from lockkeeper.plan where id = about.plan and closed_at is null)
       and not exists (select from lockkeeper.schedule where id = about.schedule and over_at is null)
       and not exists (select from lockkeeper.delivery reply
         where reply.to_address ->> 'thread' = about.key and reply.state not in ('sent', 'refused'))`,
    [days],
  )
  return rowCount ?? 0
}

/** Tests of who is reached, of more than `days` ago, with their answers. */
export async function removeOldReachTests(tx: Queryable, days: number): Promise<void> {
  await tx.query(
    `with old as (select id from lockkeeper.reach_test where at < now() - $1 * interval '1 day'),
       answers as (delete from lockkeeper.reach_answer where test in (select id from old))
     delete from lockkeeper.reach_test where id in (select id from old)`,
    [days],
  )
}
