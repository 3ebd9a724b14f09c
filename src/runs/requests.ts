import type pg from 'pg'
import type { Caller } from '../domain/person.ts'
import type { Choice } from '../domain/choice.ts'
import type { Answer } from '../domain/question.ts'
import { acknowledgedByOther, type Acknowledgement, type Gate, type Run } from '../domain/run.ts'
import type { Json } from '../domain/json.ts'
import type { Problem } from '../domain/problem.ts'
import { failure, ok, type Result } from '../domain/result.ts'
import { wayBack } from '../domain/route.ts'
import { operatorRole } from '../config.ts'
import { attemptsOf } from '../store/attempts.ts'
import { recordEvent } from '../store/events.ts'
import { gateById, leaveGate, openGateOf } from '../store/gates.ts'
import { lockRun, recentRuns, requestCancel, touchRun } from '../store/runs.ts'
import { hasRole } from '../store/standing.ts'
import { transaction } from '../store/transaction.ts'
import { giveAnswer } from './give-answer.ts'
import { runEnded } from './run-ended.ts'
import { whyNoWayBack } from './way-back.ts'

/** A refusal that lists nobody: the command fills in who may. */
export const notAllowed = (role: string, does: string): Problem => ({
  code: 'not-allowed',
  role,
  people: [],
  does,
})

/** Throws inside a transaction what the caller gets as a value: the transaction is rolled back. */
class Refused extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.code)
    this.problem = problem
  }
}

/** One transaction; a refusal leaves nothing behind. */
export async function request<T>(
  pool: pg.Pool,
  work: (tx: pg.PoolClient, refuse: (problem: Problem) => never) => Promise<T>,
): Promise<Result<T>> {
  const refuse = (problem: Problem): never => {
    throw new Refused(problem)
  }
  try {
    return ok(await transaction(pool, (tx) => work(tx, refuse)))
  } catch (error) {
    if (error instanceof Refused) return failure(error.problem)
    throw error
  }
}

export interface AnswerRequest {
  /** The gate that the person saw, or the run: then what it waits for now. */
  gate: { id: string } | { run: string }
  choice: Choice
  with?: Json
  caller: Caller
}

/** `over`: who had acknowledged the run, and is told that somebody else decided; null: nobody else had. */
export interface Answered {
  gate: Gate
  left: boolean
  over: Acknowledgement | null
}

/** Answers a gate, if it is still open, offers this choice, and the caller may. Of answers that race, one wins. */
export function answer(
  pool: pg.Pool,
  { gate: wanted, choice, with: given, caller }: AnswerRequest,
): Promise<Result<Answered>> {
  return request(pool, async (tx, refuse) => {
    const named = 'id' in wanted ? await gateById(tx, wanted.id) : await openGateOf(tx, wanted.run)
    const runId = 'run' in wanted ? wanted.run : (named?.run ?? wanted.id)
    const run = (await lockRun(tx, runId)) ?? refuse(await unknownRun(tx, runId))
    if (caller.via !== 'clock' && !(await hasRole(tx, caller, operatorRole)))
      refuse(notAllowed(operatorRole, 'answer'))
    const ended = await runEnded(tx, run)
    if (ended) refuse(ended)
    // Read again: an answer that was under way holds the run's lock until it is committed.
    const gate = (named && (await gateById(tx, named.id))) ?? refuse({ code: 'gate-none', run: run.id })
    if (gate.answer && gate.answeredAt)
      refuse({
        code: 'answered-already',
        by: gate.answer.by,
        at: gate.answeredAt,
        choice: gate.answer.choice,
      })
    if (!gate.question.choices.includes(choice))
      refuse({ code: 'choice-unknown', choice, choices: gate.question.choices })
    const said = { by: caller, run: run.id, plan: run.plan.id }
    const over = choice === 'leave' || caller.via === 'clock' ? null : acknowledgedByOther(run, caller.person)
    if (choice === 'leave') {
      await leaveGate(tx, gate.id, caller.person)
      await recordEvent(tx, {
        ...said,
        key: `${gate.id}/left/${caller.person}`,
        body: { is: 'gate.left', gate: gate.id },
      })
    } else {
      const full: Answer = {
        choice,
        by: caller.person,
        via: caller.via,
        ...(caller.account && { account: caller.account }),
        ...(given === undefined ? {} : { with: given }),
      }
      await giveAnswer(tx, run, gate.id, full, over)
    }
    await touchRun(tx, run.id)
    return { gate, left: choice === 'leave', over }
  })
}

/** How a cancel goes on: what it will do, and whether it waits for the present step to stop. */
export interface Cancelled {
  run: Run
  as: 'back-out' | 'roll-back'
  waits: boolean
  over: Acknowledgement | null
}

/**
 * Cancels a run: its open gate is answered with the way back, or the present step is stopped first. `as` is what the
 * person was told that it means; when it means something else by now, nothing is done but the question asked again.
 */
export function cancel(
  pool: pg.Pool,
  id: string,
  as: 'back-out' | 'roll-back',
  caller: Caller,
): Promise<Result<Cancelled>> {
  return request(pool, async (tx, refuse) => {
    const run = (await lockRun(tx, id)) ?? refuse(await unknownRun(tx, id))
    if (!(await hasRole(tx, caller, operatorRole))) refuse(notAllowed(operatorRole, 'cancel'))
    const ended = await runEnded(tx, run)
    if (ended) refuse(ended)
    const record = await attemptsOf(tx, id)
    const way = wayBack(run.plan.approved.routes, record)
    if (!way) refuse(whyNoWayBack(run, record))
    if (way !== as) refuse({ code: 'cancel-changed', run: id })
    const gate = await openGateOf(tx, id)
    // Half a migration has no way back that is known to be safe; what its gate does not offer is not done after it either.
    if (gate && !gate.question.choices.includes(as))
      refuse({ code: 'choice-unknown', choice: as, choices: gate.question.choices })
    const said = { by: caller, run: id, plan: run.plan.id }
    const full: Answer = { choice: as, by: caller.person, via: caller.via }
    const over = acknowledgedByOther(run, caller.person)
    if (gate) await giveAnswer(tx, run, gate.id, full, over)
    else if (!(await requestCancel(tx, id, full)))
      refuse({ code: 'run-goes-back', run: id, by: run.cancelBy ?? '', asksAt: null })
    await recordEvent(tx, {
      ...said,
      key: `${id}/cancel/${record.length}`,
      // Of a gate its answer tells them.
      body: { is: 'run.cancelled', ...(over && !gate && { over }) },
    })
    await touchRun(tx, id)
    return { run, as, waits: !gate, over }
  })
}

export async function unknownRun(tx: pg.PoolClient | pg.Pool, id: string): Promise<Problem> {
  return { code: 'run-unknown', run: id, known: (await recentRuns(tx, {}, 5)).map((run) => run.id) }
}
