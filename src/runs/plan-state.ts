import { expiresAt, hasExpired } from '../domain/plan.ts'
import type { StoredPlan } from '../store/plans.ts'
import type { Queryable } from '../store/transaction.ts'
import { unfinishedRunOfPlan } from '../store/runs.ts'
import type { PlanState } from '../views/plan.ts'

/** What people can do with a plan now. One that is being run is open still: a run that goes back gives it free again. */
export async function planStateOf(tx: Queryable, plan: StoredPlan): Promise<PlanState> {
  if (plan.closed) return { closed: plan.closed }
  const run = await unfinishedRunOfPlan(tx, plan.id)
  if (run) return { runs: { run: run.id, by: run.startedBy, since: run.startedAt } }
  return hasExpired(plan) ? { expired: expiresAt(plan) } : 'open'
}
