import type { Problem } from '../domain/problem.ts'
import { lookPassedOver } from '../domain/route.ts'
import type { Run } from '../domain/run.ts'
import { attemptsOf } from '../store/attempts.ts'
import type { Queryable } from '../store/transaction.ts'

/** Why nothing can be asked of a run any more: it has ended. Null: it goes on. */
export async function runEnded(tx: Queryable, run: Run): Promise<Problem<'run-ended'> | null> {
  const { id, plan, ending, endedAt } = run
  if (!endedAt || !ending) return null
  const unlike = lookPassedOver(plan.approved.routes, await attemptsOf(tx, id)) !== null
  return { code: 'run-ended', run: id, ending, at: endedAt, ...(unlike && { unlike }) }
}
