import type pg from 'pg'
import { choiceWhenGone, whenGone } from '../domain/cause.ts'
import { gateKeys, pingsBelow } from '../domain/delivery.ts'
import type { Look, Seen } from '../domain/look.ts'
import type { Happened } from '../domain/event.ts'
import type { Question } from '../domain/question.ts'
import { gateId, type Attempt, type Ending, type Gate, type LeftAs, type Run } from '../domain/run.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { Step } from '../domain/step.ts'
import { openAlarm } from '../store/alarms.ts'
import { attemptsOf, beginAttempt, finishAttempt } from '../store/attempts.ts'
import { openDebts, settleDebt } from '../store/debts.ts'
import { recordEvent } from '../store/events.ts'
import { refreshDeliveries, refreshDeliveriesBelow } from '../store/deliveries.ts'
import { gateById, openGate, recordLook } from '../store/gates.ts'
import { closePlan } from '../store/plans.ts'
import { beginWindow, cancelOf, clearCancel, endRun, holdRun, recordLeft } from '../store/runs.ts'
import { timeOf, transaction } from '../store/transaction.ts'
import { stepsOf, presentRoute } from '../domain/route.ts'
import { stopAlarms } from './alarms.ts'
import { giveAnswer } from './give-answer.ts'
import { completed, questionAfterFailure } from './questions.ts'

/** A run as its present driver writes it; an older driver's number is refused. */
export interface Driven {
  pool: pg.Pool
  run: Run
  fence: number
}

/** A newer driver has the run: this one has nothing more to say. */
export class Fenced extends Error {}

async function fenced<T>(
  { pool, run, fence }: Driven,
  work: (tx: pg.PoolClient, run: Run) => Promise<T>,
): Promise<T> {
  return transaction(pool, async (tx) => {
    const held = await holdRun(tx, run, fence)
    if (!held) throw new Fenced(run.id)
    return work(tx, held)
  })
}

/**
 * The mark before the effect, and the run as it is from then on. The window begins with the first service that stops; one
 * that was cancelled before does not stop.
 * `lastSeen`: when the process before this one was last heard of; a resume is an event.
 */
export function begin(
  driven: Driven,
  step: Step,
  attempt: number,
  lastSeen: string,
): Promise<{ run: Run; begun: Attempt }> {
  return fenced(driven, async (tx, run) => {
    const { within } = run.plan.approved.runbook.window
    const window = step.kind === 'stop' && run.cancelBy === null ? await beginWindow(tx, run.id, within) : {}
    const begun = await beginAttempt(tx, run.id, step.id, attempt)
    if (begun.lives > 1)
      await recordEvent(tx, {
        by: 'lockkeeper',
        run: run.id,
        plan: run.plan.id,
        key: `${gateId(run.id, step.id, attempt)}/life/${begun.lives}`,
        body: { is: 'run.resumed', step: step.id, lastSeen },
      })
    return { run: { ...run, ...window }, begun }
  })
}

/** The mark before people are asked whether a step may begin: nothing has, and the window neither. */
export function beginAsking(driven: Driven, step: Step, attempt: number): Promise<void> {
  return fenced(driven, async (tx, run) => {
    await beginAttempt(tx, run.id, step.id, attempt)
  })
}

/**
 * Outcome, gate and events in one transaction. A cancel that was asked for answers the gate that it led to, when going
 * back still means what the person was told.
 */
export function finish(driven: Driven, step: Step, attempt: number, outcome: Outcome): Promise<void> {
  return fenced(driven, async (tx, run) => {
    if (!(await finishAttempt(tx, run.id, step.id, attempt, outcome))) return
    const id = gateId(run.id, step.id, attempt)
    const said = { by: 'lockkeeper', run: run.id, plan: run.plan.id }
    await recordEvent(tx, { ...said, key: id, body: { is: 'step.ended', step: step.id, attempt, outcome } })
    const question = await questionOf(tx, run, step, outcome)
    if (question) {
      await openGate(tx, run.id, step.id, attempt, question)
      const answer = await cancelOf(tx, run.id)
      await clearCancel(tx, run.id)
      if (answer && question.choices.includes(answer.choice)) await giveAnswer(tx, run, id, answer)
      else {
        await openAlarm(tx, { id, run: run.id, cause: { is: 'gate', gate: id } })
        await recordEvent(tx, { ...said, key: `${id}/gate`, body: { is: 'gate.opened', gate: id } })
      }
    }
  })
}

/**
 * What a look at the cause of an open question found, and, where Lockkeeper goes on by itself then, the answer. Messages
 * about the question are written anew where anything but the time of the look has changed. Of an answer of people and this
 * one, one wins: both hold the run's lock.
 */
export async function recordSeen(
  driven: Driven,
  gate: Gate,
  seen: Seen,
  record: readonly Attempt[],
): Promise<void> {
  const at = await timeOf(driven.pool)
  const before = gate.looked
  const look: Look = { ...seen, at, since: before?.cause === seen.cause ? before.since : at }
  const goesOn = seen.cause === 'gone' && whenGone(driven.run, record, gate) === 'goes-on'
  if (!goesOn && before && isSameLook(before, look)) return recordLook(driven.pool, gate.id, look)
  await fenced(driven, async (tx, run) => {
    const now = await gateById(tx, gate.id)
    if (!now || now.answer) return
    await recordLook(tx, gate.id, look)
    // Somebody may have chosen meanwhile to leave things as they are.
    if (seen.cause === 'gone' && whenGone(run, record, now) === 'goes-on')
      await giveAnswer(tx, run, gate.id, {
        choice: choiceWhenGone(gate.question),
        by: 'lockkeeper',
        via: 'look',
      })
    else {
      await refreshDeliveries(tx, gateKeys(gate.id))
      await refreshDeliveriesBelow(tx, pingsBelow(gate.id))
    }
  })
}

const isSameLook = (a: Look, b: Look): boolean => {
  const shown = ({ cause, sessions = [] }: Look) =>
    JSON.stringify([
      cause,
      sessions.map(({ pid, backendStart, xactStart, state }) => [pid, backendStart, xactStart, state]),
    ])
  return shown(a) === shown(b)
}

async function questionOf(
  tx: pg.PoolClient,
  run: Run,
  step: Step,
  outcome: Outcome,
): Promise<Question | undefined> {
  if (outcome.status !== 'failed' && outcome.status !== 'asks') return undefined
  const record = await attemptsOf(tx, run.id)
  return outcome.status === 'failed'
    ? questionAfterFailure(run, record, step, outcome.problem)
    : completed(run, record, step, outcome.question)
}

/** Ends a run, unless it still owes something: then its last step has failed, and people are asked. */
export async function end(driven: Driven, ending: Ending): Promise<void> {
  const { run } = driven
  const owing = (await openDebts(driven.pool, run.target)).filter((debt) => debt.run === run.id)
  if (owing.length > 0)
    return reopen(
      driven,
      owing.map((debt) => debt.what),
    )
  await fenced(driven, (tx) => close(tx, run, { is: 'run.ended', ending }))
}

/** Ends a run that people undid, when its target was seen to be as before: its undo entries were given back by them. */
export function endUndone(driven: Driven): Promise<void> {
  return fenced(driven, async (tx, run) => {
    const settled = (await openDebts(tx, run.target)).map(({ what }) => what)
    for (const what of settled) await settleDebt(tx, run.target, what)
    await close(tx, run, { is: 'run.ended', ending: 'undone-by-hand', settled })
  })
}

/** Ends a run in the state that it is in: what it has not given back stays open, and is said. */
export function endAsIs(driven: Driven, leftAs: LeftAs): Promise<void> {
  return fenced(driven, async (tx, run) => {
    await recordLeft(tx, run.id, leftAs)
    await close(tx, run, { is: 'run.ended', ending: 'ended-as-is', leftAs })
  })
}

async function close(
  tx: pg.PoolClient,
  run: Run,
  body: Extract<Happened, { is: 'run.ended' }>,
): Promise<void> {
  await endRun(tx, run.id, body.ending)
  await stopAlarms(tx, run, ['gate', 'late', 'called'], 'lockkeeper')
  if (body.ending !== 'backed-out') await closePlan(tx, run.plan.id, 'used', run.startedBy)
  await recordEvent(tx, { by: 'lockkeeper', run: run.id, plan: run.plan.id, key: `${run.id}/ended`, body })
}

async function reopen(driven: Driven, what: string[]): Promise<void> {
  const { run } = driven
  const record = await attemptsOf(driven.pool, run.id)
  const step = stepsOf(run.plan.approved.routes, presentRoute(record)).at(-1)
  if (!step) throw new Error(`${run.id} owes ${what.join(', ')} and has no step to ask at`)
  const attempt = record.filter((a) => a.step === step.id).length + 1
  await begin(driven, step, attempt, run.startedAt)
  await finish(driven, step, attempt, { status: 'failed', problem: { code: 'debts-open', what } })
}
