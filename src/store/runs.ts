import type { Ending, LeftAs, Run, RunOutline } from '../domain/run.ts'
import type { Plan, RunKind } from '../domain/plan.ts'
import type { Answer } from '../domain/question.ts'
import { tells } from './events.ts'
import { instant, type Queryable } from './transaction.ts'

const window = `${instant('run.window_began')} as "windowBegan", ${instant('run.deadline')} as deadline`

/** Everything of a run but its plan, which never changes. */
const ownColumns = `run.id, run.target, run.started_by as "startedBy", ${instant('run.started_at')} as "startedAt",
  coalesce(run.held_by, run.started_by) as holder, ${instant('run.held_since')} as "heldSince", ${instant('run.held_until')} as "heldUntil",
  ${window}, ${instant('run.not_before')} as "notBefore", run.cancel_by as "cancelBy", ${instant('run.ended_at')} as "endedAt", run.ending, run.left_as as "leftAs", run.version`

const columns = `${ownColumns}, plan.body as plan`

const from = 'from lockkeeper.run join lockkeeper.plan on plan.id = run.plan'

/** Throws 23505 on `one_run_a_target` when the target has an unfinished run. The worker is woken at commit. */
export async function insertRun(tx: Queryable, plan: Plan, target: string, by: string): Promise<string> {
  const { rows } = await tx.query<{ id: string }>(
    `insert into lockkeeper.run (id, plan, kind, runbook, target, started_by)
     select $1 || '-' || (coalesce(max(split_part(id, '-', 2)::int), 0) + 1), $1, $2, $3, $4, $5
     from lockkeeper.run where plan = $1
     returning id, ${tells('run', 'id')}`,
    [plan.id, plan.kind, plan.approved.runbook.name, target, by],
  )
  const id = rows[0]?.id
  if (!id) throw new Error('no run was inserted')
  return id
}

export async function runById(tx: Queryable, id: string): Promise<Run | null> {
  const { rows } = await tx.query<Run>(`select ${columns} ${from} where run.id = $1`, [id])
  return rows[0] ?? null
}

/** The same without the scripts of its plan, for who looks often. */
export async function runOutlineById(tx: Queryable, id: string): Promise<RunOutline | null> {
  const { rows } = await tx.query<RunOutline>(
    `select ${ownColumns}, plan.outline as plan ${from} where run.id = $1`,
    [id],
  )
  return rows[0] ?? null
}

/** Nobody else changes it until the transaction ends: answers, cancels and endings queue here. */
export async function lockRun(tx: Queryable, id: string): Promise<Run | null> {
  const { rows } = await tx.query<Run>(`select ${columns} ${from} where run.id = $1 for update of run`, [id])
  return rows[0] ?? null
}

/** The newest runs, of one runbook or of all. */
export async function recentRuns(
  tx: Queryable,
  filter: { runbook?: string; kind?: RunKind },
  limit: number,
): Promise<Run[]> {
  const { rows } = await tx.query<Run>(
    `select ${columns} ${from} where ($1::text is null or run.runbook = $1) and ($2::text is null or run.kind = $2)
     order by run.started_at desc limit $3`,
    [filter.runbook ?? null, filter.kind ?? null, limit],
  )
  return rows
}

export async function unfinishedRunOf(tx: Queryable, target: string): Promise<Run | null> {
  const { rows } = await tx.query<Run>(
    `select ${columns} ${from} where run.target = $1 and run.ended_at is null`,
    [target],
  )
  return rows[0] ?? null
}

/** The finished run that took this one's migration back; null: none did. */
export async function rollbackOf(tx: Queryable, id: string): Promise<{ id: string; endedAt: string } | null> {
  const { rows } = await tx.query<{ id: string; endedAt: string }>(
    `select run.id, ${instant('run.ended_at')} as "endedAt" ${from}
     where plan.kind = 'rollback' and plan.outline ->> 'of' = $1 and run.ending = 'done' limit 1`,
    [id],
  )
  return rows[0] ?? null
}

export async function unfinishedRunOfPlan(tx: Queryable, plan: string): Promise<Run | null> {
  const { rows } = await tx.query<Run>(
    `select ${columns} ${from} where run.plan = $1 and run.ended_at is null`,
    [plan],
  )
  return rows[0] ?? null
}

/** Runs that have not ended, oldest first. */
export async function unfinishedRuns(tx: Queryable): Promise<Run[]> {
  const { rows } = await tx.query<Run>(
    `select ${columns} ${from} where run.ended_at is null order by run.started_at`,
  )
  return rows
}

/** Whether all that a question is about is among the codes of the first parameter; SQL. */
const isWatched = `case when question ? 'problem' then question #>> '{problem,code}' = any($1)
  when question ? 'problems' then
    (select bool_and(value ->> 'code' = any($1)) from jsonb_array_elements(question -> 'problems'))
  else question ->> 'code' = any($1) end`

/**
 * Runs that some process could drive now: unfinished, and not waiting for people; or waiting with a claim on their target
 * that somebody has to keep, or with a question whose cause is looked at (`watched`: its codes). The claim's step is called
 * after its kind.
 */
export async function drivableRuns(tx: Queryable, watched: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from lockkeeper.run where ended_at is null
       and (not exists (select from lockkeeper.gate where gate.run = run.id and answer is null)
         or exists (select from lockkeeper.gate where gate.run = run.id and answer is null
                    and ${isWatched})
         or exists (select from lockkeeper.attempt
                    where attempt.run = run.id and step = 'claim' and outcome ->> 'status' = 'done'))
     order by started_at`,
    [watched],
  )
  return rows.map((row) => row.id)
}

/** A new driver's number: what an older one still writes is refused. Tells when somebody was last at it. Null when ended. */
export async function raiseFence(
  tx: Queryable,
  id: string,
): Promise<{ fence: number; lastSeen: string } | null> {
  const { rows } = await tx.query<{ fence: number; last_seen: string }>(
    `with before as (select id, seen_at from lockkeeper.run where id = $1 for update)
     update lockkeeper.run set fence = fence + 1, seen_at = now() from before
     where run.id = before.id and ended_at is null returning fence, ${instant('before.seen_at')} as last_seen`,
    [id],
  )
  return rows[0] ? { fence: rows[0].fence, lastSeen: rows[0].last_seen } : null
}

/**
 * Locks the run's row while its driver writes, and says that its live message has changed. Gives the run as it is now;
 * null when a newer driver has it, or it has ended.
 */
export async function holdRun(tx: Queryable, { id, plan }: Run, fence: number): Promise<Run | null> {
  const { rows } = await tx.query<Omit<Run, 'plan'> & { told: unknown }>(
    `update lockkeeper.run set version = version + 1, seen_at = now()
     where id = $1 and fence = $2 and ended_at is null returning ${ownColumns}, ${tells('show', 'run.id')}`,
    [id, fence],
  )
  if (!rows[0]) return null
  const { told: _told, ...own } = rows[0]
  return { ...own, plan }
}

/** The window begins with the first service that stops, for `within` milliseconds; later calls change nothing. */
export async function beginWindow(
  tx: Queryable,
  id: string,
  within: number,
): Promise<Pick<Run, 'windowBegan' | 'deadline'>> {
  const { rows } = await tx.query<Pick<Run, 'windowBegan' | 'deadline'>>(
    `update lockkeeper.run set window_began = coalesce(window_began, now()),
       deadline = coalesce(deadline, now() + $2 * interval '1 ms') where id = $1 returning ${window}`,
    [id, within],
  )
  return rows[0] ?? { windowBegan: null, deadline: null }
}

/** Its first service does not stop before. */
export async function holdStopsUntil(tx: Queryable, id: string, at: string): Promise<void> {
  await tx.query('update lockkeeper.run set not_before = $2 where id = $1', [id, at])
}

/** Something that the live message shows has changed. */
export async function touchRun(tx: Queryable, id: string): Promise<void> {
  await tx.query(
    `update lockkeeper.run set version = version + 1, seen_at = now() where id = $1 returning ${tells('show', 'id')}`,
    [id],
  )
}

/** A heartbeat of the runs that this process drives: how a resume knows since when nobody did. */
export async function seeRuns(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx.query('update lockkeeper.run set seen_at = now() where id = any($1)', [ids])
}

/** Wakes a worker for a run that people answered. */
export async function wakeRun(tx: Queryable, id: string): Promise<void> {
  await tx.query(`select ${tells('run', '$1')}`, [id])
}

/**
 * Asks the driver to stop where it is. `answer` is given ahead of the gate that this leads to, if that offers it. False:
 * ended, or asked already.
 */
export async function requestCancel(
  tx: Queryable,
  id: string,
  { choice, by, via }: Answer,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update lockkeeper.run set cancel_as = $2, cancel_by = $3, cancel_via = $4
     where id = $1 and ended_at is null and cancel_by is null returning ${tells('cancel', 'id')}`,
    [id, choice, by, via],
  )
  return rowCount === 1
}

/** The answer that a cancel gave ahead of its gate, until it has led there. */
export async function cancelOf(tx: Queryable, id: string): Promise<Answer | null> {
  const { rows } = await tx.query<Answer>(
    `select cancel_as as choice, cancel_by as by, cancel_via as via from lockkeeper.run
     where id = $1 and cancel_by is not null`,
    [id],
  )
  return rows[0] ?? null
}

/** The cancel has led to its gate. */
export async function clearCancel(tx: Queryable, id: string): Promise<void> {
  await tx.query(
    'update lockkeeper.run set cancel_as = null, cancel_by = null, cancel_via = null where id = $1',
    [id],
  )
}

export async function recordLeft(tx: Queryable, id: string, leftAs: LeftAs): Promise<void> {
  await tx.query('update lockkeeper.run set left_as = $2 where id = $1', [id, JSON.stringify(leftAs)])
}

export async function endRun(tx: Queryable, id: string, ending: Ending): Promise<void> {
  await tx.query(
    'update lockkeeper.run set ended_at = now(), ending = $2 where id = $1 and ended_at is null',
    [id, ending],
  )
}
