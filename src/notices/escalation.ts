import type pg from 'pg'
import {
  contactOf,
  escalationAt,
  lateAfter,
  type Alarm,
  type Situation,
  type Timed,
} from '../domain/escalation.ts'
import type { Instant } from '../domain/json.ts'
import type { Directory } from '../domain/person.ts'
import { lastAttempt } from '../domain/route.ts'
import { gateId, type Attempt, type Run } from '../domain/run.ts'
import { stopAlarms } from '../runs/alarms.ts'
import { settleHold } from '../runs/calling.ts'
import { longAttempts, openAlarm, openAlarmsOf, recordPinged, runsToAttend } from '../store/alarms.ts'
import { attemptsOf } from '../store/attempts.ts'
import { recordEvent } from '../store/events.ts'
import { openGateOf } from '../store/gates.ts'
import { endHold } from '../store/holds.ts'
import { lockRun, runById, touchRun } from '../store/runs.ts'
import { timeOf, transaction, type Queryable } from '../store/transaction.ts'
import { isDown } from '../views/choices.ts'
import { expectedSeconds, standingOf } from '../views/standing.ts'
import { stepOf } from '../views/step-names.ts'

/** Milliseconds after which a question is no longer new: until then its own message in the channel is enough. */
const isNewFor = 60_000

export interface Attending {
  /** The members of a user group at this moment; null where nobody tells. */
  members: Directory['members']
  /** What time it is, by the store's clock; replicas differ. */
  now?: Instant
}

/**
 * One look at everything that people are called for: pings whose time has come, each once whatever process looks, and
 * what somebody has had for too long without a change. What one run makes impossible does not keep others from it.
 */
export async function escalate(pool: pg.Pool, { members, now: given }: Attending): Promise<void> {
  const now = given ?? (await timeOf(pool))
  const broken: unknown[] = []
  const tried = (work: Promise<void>) => work.catch((error: unknown) => void broken.push(error))
  for (const attempt of await longAttempts(pool, now)) await tried(raiseIfLate(pool, attempt, now))
  for (const run of await runsToAttend(pool)) await tried(attend(pool, run, members, now))
  if (broken.length > 0) throw new AggregateError(broken, 'runs could not be escalated')
}

async function raiseIfLate(
  pool: pg.Pool,
  { run: id, step, attempt, beganAt }: { run: string; step: string; attempt: number; beganAt: Instant },
  now: Instant,
): Promise<void> {
  const run = await runById(pool, id)
  const known = run && stepOf(run, step)
  const expected = known ? expectedSeconds(run, known) : null
  if (!run || expected === null || run.plan.approved.runbook.escalation.length === 0) return
  if (Date.parse(now) - Date.parse(beganAt) < lateAfter(expected) * 1000) return
  await transaction(pool, async (tx) => {
    const held = await lockRun(tx, id)
    if (!held || held.endedAt || hasEnded(await attemptsOf(tx, id), step, attempt)) return
    const late = { step, attempt, expectedSeconds: expected }
    const alarm = `${gateId(id, step, attempt)}/late`
    if (!(await openAlarm(tx, { id: alarm, run: id, cause: { is: 'late', ...late } }))) return
    await recordEvent(tx, {
      by: 'lockkeeper',
      run: id,
      plan: run.plan.id,
      key: alarm,
      body: { is: 'step.late', alarm, ...late },
    })
    await touchRun(tx, id)
  })
}

const hasEnded = (record: readonly Attempt[], step: string, attempt: number): boolean => {
  const last = lastAttempt(record, step)
  return !last || last.attempt !== attempt || last.outcome !== null
}

/** A run with what people are called for. */
interface Looked {
  run: Run
  alarms: Alarm[]
  record: Attempt[]
}

const look = async (tx: Queryable, run: Run): Promise<Looked> => ({
  run,
  alarms: await openAlarmsOf(tx, run.id),
  record: await attemptsOf(tx, run.id),
})

const isOver = ({ cause }: Alarm, record: readonly Attempt[]): boolean =>
  cause.is === 'late' && hasEnded(record, cause.step, cause.attempt)

const situationOf = ({ run, record }: Looked, { critical }: Alarm): Situation => ({
  critical,
  isOut: isDown(standingOf(run, record, null)),
})

const dueOf = (looked: Looked, alarm: Alarm, now: Instant): Timed[] =>
  escalationAt(looked.run.plan.approved.runbook.escalation, alarm, situationOf(looked, alarm), now).due

/** Looked at twice: without a lock, since mostly nothing is due, and again with the run's lock, which answers take too. */
async function attend(pool: pg.Pool, id: string, members: Directory['members'], now: Instant): Promise<void> {
  const run = await runById(pool, id)
  const seen = run && (await look(pool, run))
  if (!seen || !isAnythingDue(seen, now)) return
  const groups = seen.run.plan.approved.runbook.contacts.flatMap(({ group }) => group ?? [])
  const known = new Map<string, string[] | null>()
  for (const group of groups) known.set(group, await members(group))
  await transaction(pool, async (tx) => {
    const held = await lockRun(tx, id)
    if (!held || held.endedAt) return
    const before = await look(tx, held)
    if (before.alarms.some((alarm) => isOver(alarm, before.record)))
      await stopAlarms(tx, held, ['late'], 'lockkeeper')
    const looked = {
      ...before,
      alarms: before.alarms.filter((alarm) => !isOver(alarm, before.record)),
    }
    if (held.heldUntil && held.heldUntil > now) return
    if (held.heldUntil) return lapse(tx, looked, held.heldUntil, now)
    for (const alarm of looked.alarms) await ping(tx, looked, alarm, known, now)
  })
}

function isAnythingDue(looked: Looked, now: Instant): boolean {
  const { run, alarms, record } = looked
  if (alarms.some((alarm) => isOver(alarm, record))) return true
  if (run.heldUntil) return run.heldUntil <= now
  return alarms.some((alarm) => dueOf(looked, alarm, now).length > 0)
}

/** Asked whether they are still on it, if there was anything to be on. */
async function lapse(
  tx: pg.PoolClient,
  { run, alarms }: Looked,
  heldUntil: Instant,
  now: Instant,
): Promise<void> {
  const since = run.heldSince ?? run.startedAt
  await settleHold(tx, run, now)
  await endHold(tx, run.id)
  if (!alarms.some(({ openedAt }) => openedAt < heldUntil)) return
  await recordEvent(tx, {
    by: 'lockkeeper',
    run: run.id,
    plan: run.plan.id,
    key: `${run.id}/lapsed/${heldUntil}`,
    body: {
      is: 'hold.lapsed',
      holder: run.holder,
      since,
      gate: (await openGateOf(tx, run.id))?.id ?? null,
      alarms: alarms.map(({ id }) => id),
    },
  })
  await touchRun(tx, run.id)
}

/** Everybody whose time has come, in one ping: after an outage that is more than one step. */
async function ping(
  tx: pg.PoolClient,
  looked: Looked,
  alarm: Alarm,
  members: ReadonlyMap<string, string[] | null>,
  now: Instant,
): Promise<void> {
  const steps = dueOf(looked, alarm, now)
  if (steps.length === 0) return
  const { run } = looked
  const places = steps.map(({ place }) => place)
  const contacts = places.map((place) => contactOf(run.plan.approved.runbook, place))
  const untold = contacts.flatMap(({ group }) => (group && !members.get(group) ? [group] : []))
  const named = new Set(
    contacts.flatMap(({ person, group }) => [
      ...(person ? [person] : []),
      ...((group && members.get(group)) || []),
    ]),
  )
  const isNew = alarm.cause.is === 'gate' && Date.parse(now) - Date.parse(alarm.openedAt) < isNewFor
  const people = [...named].filter((person) => !(isNew && person === run.holder))
  await recordPinged(tx, alarm.id, places)
  await recordEvent(tx, {
    by: 'lockkeeper',
    run: run.id,
    plan: run.plan.id,
    key: `${alarm.id}/ping/${alarm.pinged.length}`,
    body: {
      is: 'alarm.pinged',
      alarm: alarm.id,
      steps,
      people,
      asked: [...named].filter((person) => !people.includes(person)),
      untold,
      inChannel: !isNew || untold.length > 0 || contacts.some(({ person, group }) => !person && !group),
    },
  })
  await touchRun(tx, run.id)
}
