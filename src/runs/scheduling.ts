import type pg from 'pg'
import { operatorRole } from '../config.ts'
import type { Instant } from '../domain/json.ts'
import { offsetOf } from '../domain/notice.ts'
import type { Caller } from '../domain/person.ts'
import type { Plan } from '../domain/plan.ts'
import type { Problem } from '../domain/problem.ts'
import type { Result } from '../domain/result.ts'
import type { Runbook } from '../domain/runbook.ts'
import { isTooSoon, justNow, windowFrom, type Schedule, type Window } from '../domain/schedule.ts'
import { recordEvent } from '../store/events.ts'
import { forgetPending, insertNotice, noticesOf, withholdNotice } from '../store/notices.ts'
import {
  bindSchedule,
  endSchedule,
  insertSchedule,
  lockSchedule,
  moveSchedule,
  openScheduleOf,
  scheduleById,
} from '../store/schedules.ts'
import { holdStopsUntil } from '../store/runs.ts'
import { hasRole } from '../store/standing.ts'
import { timeOf, type Queryable } from '../store/transaction.ts'
import { announce, placesTold, toldSoFar } from './announcing.ts'
import { notAllowed, request } from './requests.ts'

/** `from`: the window that was told before, when this moved it. */
export interface Scheduled {
  schedule: Schedule
  from: Window | null
}

/**
 * Schedules a runbook for a start, or moves its schedule there: who was told the other time is told at once. `seen`: the
 * schedule as the person saw it (its id and moves), or null for none; of two who schedule at once, one is asked again.
 */
export function schedule(
  pool: pg.Pool,
  { runbook, start, seen }: { runbook: Runbook; start: Instant; seen: Seen | null },
  caller: Caller,
): Promise<Result<Scheduled>> {
  return request(pool, async (tx, refuse) => {
    if (!(await hasRole(tx, caller, operatorRole))) refuse(notAllowed(operatorRole, 'schedule'))
    if (Date.parse(start) <= Date.parse(await timeOf(tx)) - justNow) refuse({ code: 'time-past', at: start })
    const window = windowFrom(start, runbook)
    const open = await openScheduleOf(tx, runbook.name)
    const before = open && (await lockSchedule(tx, open.id))
    if (before?.run) refuse({ code: 'schedule-runs', runbook: runbook.name, run: before.run })
    if (!isAsSeen(before, seen))
      refuse({ code: 'schedule-changed', runbook: runbook.name, by: before?.by ?? null })
    const id = before && !before.over ? before.id : null
    if (id) await moveSchedule(tx, id, runbook, window, caller.person)
    const made = id
      ? await scheduleById(tx, id)
      : await insertSchedule(tx, runbook, window, { by: caller.person })
    if (!made) return refuse({ code: 'schedule-changed', runbook: runbook.name, by: null })
    await planNotices(tx, made)
    const moved = before && before.window.start !== start ? before.window : null
    if (moved) await announce(tx, made, { is: 'moved', from: moved })
    await recordEvent(tx, {
      by: caller,
      run: null,
      plan: null,
      key: `${made.id}/made/${made.moves}`,
      body: moved
        ? { is: 'schedule.moved', schedule: made.id, from: moved }
        : { is: 'schedule.made', schedule: made.id },
    })
    return { schedule: made, from: moved }
  })
}

/** What a person saw of a schedule before they changed it. */
export type Seen = Pick<Schedule, 'id' | 'moves'>

const isAsSeen = (open: Schedule | null, seen: Seen | null): boolean =>
  (open?.over ? null : (open?.id ?? null)) === (seen?.id ?? null) && (!seen || open?.moves === seen.moves)

/**
 * Calls a schedule off, if it is still as the person saw it. Who was told of it is told at once: nobody waits for a window
 * that does not come.
 */
export function callOff(
  pool: pg.Pool,
  { runbook, reason, seen }: { runbook: string; reason: string | null; seen: Seen },
  caller: Caller,
): Promise<Result<Schedule>> {
  return request(pool, async (tx, refuse) => {
    if (!(await hasRole(tx, caller, operatorRole))) refuse(notAllowed(operatorRole, 'schedule'))
    const open = await openScheduleOf(tx, runbook)
    const held = open && (await lockSchedule(tx, open.id))
    if (!held || held.over) return refuse({ code: 'schedule-none', runbook })
    if (held.run) refuse({ code: 'schedule-runs', runbook, run: held.run })
    if (!isAsSeen(held, seen)) refuse({ code: 'schedule-changed', runbook, by: held.by })
    await endUnrun(tx, held, { as: 'called-off', by: caller, reason })
    return held
  })
}

/**
 * The run of a plan becomes that of its runbook's schedule. One that nobody scheduled gets a schedule of its own: people
 * are told when users are out and when they are in again.
 */
export async function bindToRun(
  tx: pg.PoolClient,
  { approved: { runbook }, kind }: Pick<Plan, 'approved' | 'kind'>,
  run: string,
  caller: Caller,
  refuse: (problem: Problem) => never,
): Promise<void> {
  if (kind === 'backup') return
  const open = await openScheduleOf(tx, runbook.name)
  const held = open && (await lockSchedule(tx, open.id))
  const now = await timeOf(tx)
  if (!held || held.over || kind === 'rollback') {
    await insertSchedule(tx, runbook, windowFrom(now, runbook), { by: caller.person, run })
    return
  }
  if (isTooSoon(held, now)) refuse(await tooSoon(tx, held))
  await bindSchedule(tx, held.id, run)
  await holdStopsUntil(tx, run, held.window.start)
  await recordEvent(tx, {
    by: caller,
    run: null,
    plan: null,
    key: `${held.id}/started/${run}`,
    body: { is: 'schedule.started', schedule: held.id, run },
  })
}

/** People were told of another time than now. */
export const tooSoon = async (tx: Queryable, { id, runbook, window }: Schedule): Promise<Problem> => ({
  code: 'schedule-later',
  runbook: runbook.name,
  start: window.start,
  told: toldSoFar(await noticesOf(tx, id)).length,
})

/** It does not take place. What was still to be announced is not; who was told is. */
export async function endUnrun(
  tx: pg.PoolClient,
  schedule: Schedule,
  over: { as: 'called-off' | 'missed'; by: Caller | string; reason: string | null },
): Promise<void> {
  for (const { id, at } of await noticesOf(tx, schedule.id))
    if (!at) await withholdNotice(tx, id, 'called-off')
  await announce(tx, schedule, { is: 'called-off', reason: over.reason, missed: over.as === 'missed' })
  await endSchedule(tx, schedule.id, {
    ...over,
    by: typeof over.by === 'string' ? over.by : over.by.person,
  })
  await recordEvent(tx, {
    by: over.by,
    run: null,
    plan: null,
    key: `${schedule.id}/over`,
    body: { is: 'schedule.over', schedule: schedule.id, as: over.as },
  })
}

/**
 * The notices at times before the start; those of another window that were still to be made are forgotten. What was made
 * and would be due already is not made again: who got it is told that it moved.
 */
async function planNotices(tx: pg.PoolClient, schedule: Schedule): Promise<void> {
  await forgetPending(tx, schedule.id)
  const made = placesTold(await noticesOf(tx, schedule.id))
  const now = await timeOf(tx)
  for (const [place, { at }] of schedule.runbook.notices.entries()) {
    const offset = offsetOf(at)
    if (offset === null) continue
    const dueAt = new Date(Date.parse(schedule.window.start) + offset).toISOString()
    if (dueAt <= now && made.includes(place)) continue
    await insertNotice(tx, schedule.id, { place, about: { is: 'ahead' }, window: schedule.window, dueAt })
  }
}
