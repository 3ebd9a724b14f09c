import type pg from 'pg'
import { missed, reach, type Around, type Reached } from '../access/reach.ts'
import {
  contactOf,
  escalationAt,
  lateness,
  type Alarm,
  type Contact,
  type Timed,
} from '../domain/escalation.ts'
import type { Instant } from '../domain/json.ts'
import { limitOf } from '../domain/limits.ts'
import { lastAttempt } from '../domain/route.ts'
import { gateId, type Attempt, type RunOutline } from '../domain/run.ts'
import { stopAlarms } from '../runs/alarms.ts'
import { settleHold } from '../runs/calling.ts'
import { longAttempts, openAlarm, openAlarmsOf, recordPinged, runsToAttend } from '../store/alarms.ts'
import { attemptsOf } from '../store/attempts.ts'
import { recordEvent } from '../store/events.ts'
import { openGateOf } from '../store/gates.ts'
import { endHold } from '../store/holds.ts'
import { lockRun, runOutlineById, touchRun } from '../store/runs.ts'
import { timeOf, transaction, type Queryable } from '../store/transaction.ts'
import { isDown } from '../views/run/choices.ts'
import { isPinged } from '../views/people/contacts.ts'
import { expectedSeconds as estimatedSeconds, standingOf } from '../views/run/standing.ts'
import { stepOf } from '../views/words/step-names.ts'

/** Milliseconds after which a question is no longer new: until then its own message in the channel is enough. */
const isNewFor = 60_000

export interface Attending extends Around {
  /** What time it is, by the store's clock; replicas differ. */
  now?: Instant
}

/**
 * One look at everything that people are called for: pings whose time has come, each once whatever process looks, and
 * what somebody has had for too long without a change. What one run makes impossible does not keep others from it.
 */
export async function escalate(pool: pg.Pool, { now: given, ...around }: Attending): Promise<void> {
  const now = given ?? (await timeOf(pool))
  const broken: unknown[] = []
  const tried = (work: Promise<void>) => work.catch((error: unknown) => void broken.push(error))
  for (const attempt of await longAttempts(pool, now)) await tried(raiseIfLate(pool, attempt, now))
  // At once, since one of them may wait for who is on call.
  await Promise.all((await runsToAttend(pool)).map((run) => tried(attend(pool, run, around, now))))
  if (broken.length > 0) throw new AggregateError(broken, 'runs could not be escalated')
}

async function raiseIfLate(
  pool: pg.Pool,
  { run: id, step, attempt, beganAt }: { run: string; step: string; attempt: number; beganAt: Instant },
  now: Instant,
): Promise<void> {
  const run = await runOutlineById(pool, id)
  const known = run && stepOf(run, step)
  if (!run || !known || run.plan.approved.runbook.escalation.length === 0) return
  const { expectedSeconds, after } = lateness(estimatedSeconds(run, known), {
    limit: limitOf(known, run.plan),
    waits: known.kind === 'drain',
  })
  if (Date.parse(now) - Date.parse(beganAt) < after * 1000) return
  await transaction(pool, async (tx) => {
    const held = await lockRun(tx, id)
    if (!held || held.endedAt || hasEnded(await attemptsOf(tx, id), step, attempt)) return
    const late = { step, attempt, expectedSeconds }
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
  run: RunOutline
  alarms: Alarm[]
  record: Attempt[]
}

const look = async (tx: Queryable, run: RunOutline): Promise<Looked> => ({
  run,
  alarms: await openAlarmsOf(tx, run.id),
  record: await attemptsOf(tx, run.id),
})

const isOver = ({ cause }: Alarm, record: readonly Attempt[]): boolean =>
  cause.is === 'late' && hasEnded(record, cause.step, cause.attempt)

/** What people are called for, oldest first: the last one is in force, the others rest. */
const standing = ({ alarms, record }: Looked): Alarm[] => alarms.filter((alarm) => !isOver(alarm, record))

/** Whom contacts are now, by role, as far as it was looked up. */
type Known = ReadonlyMap<string, Reached>

/**
 * The steps to ping now for the alarm in force: what is due, and after one that reaches nobody the one that follows it, before its
 * time. `unknown`: contacts that must be looked up before all of them can be said.
 */
function toPing(
  looked: Looked,
  known: Known,
  now: Instant,
): { steps: Timed[]; early: number[]; unknown: Contact[] } {
  const { run, record } = looked
  const { runbook } = run.plan.approved
  const isOut = isDown(standingOf(run, record, null))
  const alarms = standing(looked)
  const after = (more: readonly Timed[]) => {
    const counted = alarms.map((alarm) => ({
      ...alarm,
      pinged: [...alarm.pinged, ...more.map(({ place }) => place)],
    }))
    return escalationAt(runbook.escalation, counted, isOut, now)
  }
  const { due } = after([])
  const steps = [...due]
  const early: number[] = []
  const reached = (step: Timed | undefined) => step && known.get(contactOf(runbook, step.place).role)
  for (let last = reached(steps.at(-1)); last && missed(last); last = reached(steps.at(-1))) {
    const { next } = after(steps)
    if (!next) break
    early.push(next.place)
    steps.push({ place: next.place, at: now })
  }
  const unknown = steps.filter((step) => !reached(step)).map(({ place }) => contactOf(runbook, place))
  return { steps, early, unknown }
}

/** Whom everybody is who is to be pinged now; who follows somebody that is not known is looked up after them. */
async function lookUp(looked: Looked, around: Around, now: Instant): Promise<Known> {
  const known = new Map<string, Reached>()
  for (;;) {
    const { unknown } = toPing(looked, known, now)
    if (unknown.length === 0) return known
    await Promise.all(
      unknown.map(async (contact) => {
        known.set(contact.role, await reach(contact, looked.run.plan.approved.runbook, around, now))
      }),
    )
  }
}

/** Looked at twice: without a lock, since mostly nothing is due, and again with the run's lock, which answers take too. */
async function attend(pool: pg.Pool, id: string, around: Around, now: Instant): Promise<void> {
  const run = await runOutlineById(pool, id)
  const seen = run && (await look(pool, run))
  if (!seen || !isAnythingDue(seen, now)) return
  const known = seen.run.heldUntil ? new Map<string, Reached>() : await lookUp(seen, around, now)
  await transaction(pool, async (tx) => {
    const held = await lockRun(tx, id)
    if (!held || held.endedAt) return
    const before = await look(tx, held)
    if (before.alarms.some((alarm) => isOver(alarm, before.record)))
      await stopAlarms(tx, held, ['late'], 'lockkeeper')
    const looked = { ...before, alarms: standing(before) }
    if (held.heldUntil && held.heldUntil > now) return
    if (held.heldUntil) return lapse(tx, looked, held.heldUntil, now)
    await ping(tx, looked, known, now)
  })
}

function isAnythingDue(looked: Looked, now: Instant): boolean {
  const { run, alarms, record } = looked
  if (alarms.some((alarm) => isOver(alarm, record))) return true
  if (run.heldUntil) return run.heldUntil <= now
  return toPing(looked, new Map(), now).unknown.length > 0
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

/**
 * Everybody whose time has come, in one ping: after an outage that is more than one step. It is for the alarm in force,
 * and counts for all that are open.
 */
async function ping(tx: pg.PoolClient, looked: Looked, known: Known, now: Instant): Promise<void> {
  const { steps, early, unknown } = toPing(looked, known, now)
  const { run, alarms } = looked
  const alarm = alarms.at(-1)
  // Something changed since they were looked up: in a second.
  if (!alarm || steps.length === 0 || unknown.length > 0) return
  const places = steps.map(({ place }) => place)
  const contacts = places.map((place) => contactOf(run.plan.approved.runbook, place))
  const whom = contacts.flatMap(({ role }) => {
    const reached = known.get(role)
    return reached ? [{ contact: role, ...reached }] : []
  })
  const isNew = alarm.cause.is === 'gate' && Date.parse(now) - Date.parse(alarm.openedAt) < isNewFor
  const named = [...new Set(whom.flatMap(({ people }) => people))]
  const asked = isNew ? named.filter((person) => person === run.holder) : []
  const people = named.filter((person) => !asked.includes(person))
  const untold = whom.flatMap((each) => each.untold ?? [])
  const lost = whom.flatMap((each) => each.lost ?? [])
  await recordPinged(tx, run.id, places)
  await recordEvent(tx, {
    by: 'lockkeeper',
    run: run.id,
    plan: run.plan.id,
    key: `${alarm.id}/ping/${alarm.pinged.length}`,
    body: {
      is: 'alarm.pinged',
      alarm: alarm.id,
      also: alarms.slice(0, -1).map(({ id }) => id),
      steps,
      people,
      asked,
      untold,
      inChannel:
        !isNew ||
        untold.length + lost.length > 0 ||
        whom.some(missed) ||
        contacts.some((contact) => !isPinged(contact)),
      mail: [...new Set(whom.flatMap(({ mail }) => mail))],
      webhooks: [...new Set(whom.flatMap(({ contact, webhook }) => (webhook ? [contact] : [])))],
      paused: [...new Set(whom.flatMap(({ paused }) => paused))],
      onCall: whom.flatMap(({ contact, onCall }) => (onCall ? [{ contact, ...onCall }] : [])),
      lost,
      early,
    },
  })
  await touchRun(tx, run.id)
}
