import type { StoredPlan } from '../store/plans.ts'
import type { Queryable } from '../store/transaction.ts'
import { unfinishedRunOfPlan } from '../store/runs.ts'
import type { PlanState } from '../views/plan.ts'

/** What people can do with a plan now. One that is being run is open still: a run that goes back gives it free again. */
export async function planStateOf(tx: Queryable, { id, closed }: StoredPlan): Promise<PlanState> {
  if (closed) return { closed }
  const run = await unfinishedRunOfPlan(tx, id)
  return run ? { runs: { run: run.id, by: run.startedBy, since: run.startedAt } } : 'open'
}
