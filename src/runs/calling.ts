import type pg from 'pg'
import { operatorRole } from '../config.ts'
import { holdsFor, pingHolds, type Alarm } from '../domain/escalation.ts'
import type { Instant } from '../domain/json.ts'
import type { Caller } from '../domain/person.ts'
import type { Problem } from '../domain/problem.ts'
import type { Result } from '../domain/result.ts'
import { acknowledgedByOther, type Acknowledgement, type Run } from '../domain/run.ts'
import { callsOf, openAlarm, openAlarmsOf, shiftAlarms } from '../store/alarms.ts'
import { pingsOf, recordEvent } from '../store/events.ts'
import { openGateOf } from '../store/gates.ts'
import { endHold, holdFor } from '../store/holds.ts'
import { lockRun, runById, touchRun } from '../store/runs.ts'
import { hasRole } from '../store/standing.ts'
import { timeOf } from '../store/transaction.ts'
import { stopAlarms } from './alarms.ts'
import { notAllowed, request, unknownRun } from './requests.ts'
import { runEnded } from './run-ended.ts'

/** An acknowledgement: `from` is whom questions went to before, `until` when it lapses. */
export interface Taken {
  run: Run
  from: string
  until: Instant
  /** Who else had acknowledged it, and is told. */
  over: Acknowledgement | null
}

/** Nobody else is pinged for this run for a while, and its questions go to the caller. */
export function acknowledge(pool: pg.Pool, id: string, caller: Caller): Promise<Result<Taken>> {
  return request(pool, async (tx, refuse) => {
    const run = await allowed(tx, refuse, id, caller, 'ack')
    await settleHold(tx, run, await timeOf(tx))
    const until = await holdFor(tx, id, caller.person, holdsFor)
    const [gate, alarms] = [await openGateOf(tx, id), await openAlarmsOf(tx, id)]
    await recordEvent(tx, {
      by: caller,
      run: id,
      plan: run.plan.id,
      key: `${id}/taken/${caller.person}/${until}`,
      body: {
        is: 'run.taken',
        from: run.holder,
        until,
        gate: gate?.id ?? null,
        alarms: alarms.map((alarm) => alarm.id),
      },
    })
    await touchRun(tx, id)
    return {
      run: (await runById(tx, id)) ?? run,
      from: run.holder,
      until,
      over: acknowledgedByOther(run, caller.person),
    }
  })
}

export interface Called {
  run: Run
  /** What people are called for now, oldest first; the last one is this call. */
  alarms: Alarm[]
}

/**
 * Calls the people of the runbook's escalation, from its beginning; but who was pinged just now for what is open. A call
 * before it is closed, and whoever has the run has it no longer alone.
 */
export function call(
  pool: pg.Pool,
  id: string,
  { reason, critical }: { reason: string; critical: boolean },
  caller: Caller,
): Promise<Result<Called>> {
  return request(pool, async (tx, refuse) => {
    const run = await allowed(tx, refuse, id, caller, 'escalate')
    const { runbook } = run.plan.approved
    if (runbook.escalation.length === 0) refuse({ code: 'escalation-none', runbook: runbook.name })
    await stopAlarms(tx, run, ['called'], caller.person)
    const now = await timeOf(tx)
    await settleHold(tx, run, now)
    await endHold(tx, id)
    const others = (await openAlarmsOf(tx, id)).map((each) => each.id)
    const pinged = run.heldUntil ? [] : await pingedLately(tx, run, others, now)
    const alarm = `${id}/called/${(await callsOf(tx, id)) + 1}`
    const cause = { is: 'called', by: caller.person, reason } as const
    await openAlarm(tx, { id: alarm, run: id, cause, critical, pinged })
    await recordEvent(tx, {
      by: caller,
      run: id,
      plan: run.plan.id,
      key: alarm,
      body: { is: 'run.escalated', alarm, also: others, reason, critical },
    })
    await touchRun(tx, id)
    return { run: (await runById(tx, id)) ?? run, alarms: await openAlarmsOf(tx, id) }
  })
}

/** Places of the steps that reached somebody for these alarms within `pingHolds`, since somebody last had the run. */
async function pingedLately(
  tx: pg.PoolClient,
  { id, heldSince }: Run,
  alarms: readonly string[],
  now: Instant,
): Promise<number[]> {
  const from = Math.max(Date.parse(now) - pingHolds, heldSince ? Date.parse(heldSince) : 0)
  const reached = (await pingsOf(tx, id, alarms)).filter(
    ({ at, people, asked, mail = [], webhooks = [], untold, lost = [] }) =>
      Date.parse(at) > from &&
      people.length + asked.length + mail.length + webhooks.length > 0 &&
      untold.length + lost.length === 0,
  )
  return [...new Set(reached.flatMap(({ steps }) => steps.map(({ place }) => place)))]
}

/** The time for which somebody has had the run does not count in the clocks of its alarms. */
export async function settleHold(
  tx: pg.PoolClient,
  { id, heldSince, heldUntil }: Pick<Run, 'id' | 'heldSince' | 'heldUntil'>,
  now: Instant,
): Promise<void> {
  if (heldSince && heldUntil) await shiftAlarms(tx, id, heldSince, now)
}

/** The run, if it is under way and the caller may; nobody changes it until the transaction ends. */
async function allowed(
  tx: pg.PoolClient,
  refuse: (problem: Problem) => never,
  id: string,
  caller: Caller,
  does: string,
): Promise<Run> {
  const run = (await lockRun(tx, id)) ?? refuse(await unknownRun(tx, id))
  if (!(await hasRole(tx, caller, operatorRole))) refuse(notAllowed(operatorRole, does))
  const ended = await runEnded(tx, run)
  if (ended) refuse(ended)
  return run
}
