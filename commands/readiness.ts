import { countBlockers, expiresAt } from '../src/domain/plan.ts'
import type { Problem } from '../src/domain/problem.ts'
import { failure, ok, type Result } from '../src/domain/result.ts'
import type { Schedule } from '../src/domain/schedule.ts'
import { missingApprovals, start, underWay } from '../src/runs/starting.ts'
import { buildsFolder } from '../src/runs/folders.ts'
import { earlierSteps } from '../src/store/attempts.ts'
import { approvalsOf, openPlan, type StoredPlan } from '../src/store/plans.ts'
import { unfinishedRunOf } from '../src/store/runs.ts'
import type { House } from './command.ts'
import { whileLookingUp, lookUp } from './standing.ts'

/** The plan that a schedule would run, if it could start at this moment; otherwise the first thing that forbids it. */
export async function readyPlanOf(house: House, { runbook, window }: Schedule): Promise<Result<StoredPlan>> {
  const plan = await openPlan(house.pool, runbook.name, 'migrate')
  if (!plan) return failure({ code: 'plan-missing', runbook: runbook.name })
  const ready = await isReady(house, plan)
  if (!ready.ok) return ready
  const at = expiresAt(plan)
  if (at < window.start) return failure({ code: 'plan-expires', plan: plan.id, at, start: window.start })
  const fresh = await isFresh(house, plan)
  return fresh.ok ? ok(plan) : fresh
}

/** Why a scheduled run could not start at this moment; null: it could. */
export async function whyNotNow(house: House, schedule: Schedule): Promise<Problem | null> {
  const ready = await readyPlanOf(house, schedule)
  return ready.ok ? null : ready.problem
}

/** The clock starts a scheduled run, for whoever scheduled it, who must still be allowed to; why it did not, or null. */
export async function startScheduled(house: House, schedule: Schedule): Promise<Problem | null> {
  const caller = { person: schedule.by, via: 'clock' } as const
  const roles = await lookUp(house, caller, 'acting')
  if (!roles.ok) return roles.problem
  const started = await whileLookingUp(house, caller, async () => {
    const ready = await readyPlanOf(house, schedule)
    return ready.ok ? start(house.pool, ready.value.id, caller) : ready
  })
  return started.ok ? null : started.problem
}

/** What would refuse the run anyway is said before anybody types a name. The start itself looks again. */
export async function isReady({ pool }: House, plan: StoredPlan): Promise<Result<void>> {
  const at = expiresAt(plan)
  if (Date.parse(at) < Date.now()) return failure({ code: 'plan-expired', plan: plan.id, at })
  const blockers = countBlockers(plan)
  if (blockers > 0) return failure({ code: 'plan-blocked', plan: plan.id, blockers })
  const missing = missingApprovals(plan, await approvalsOf(pool, plan.id))
  if (missing.length > 0) return failure({ code: 'approvals-missing', plan: plan.id, missing })
  const running = await unfinishedRunOf(pool, plan.target)
  return running ? failure(underWay(running)) : ok(undefined)
}

/** What was approved is what runs: the target is looked at again, and anything that differs voids the plan. */
export async function isFresh(house: House, plan: StoredPlan): Promise<Result<void>> {
  house.secrets.know(plan.approved.runbook)
  const runbook = await house.runbooks.find(plan.approved.runbook.name)
  const { remeasure } = await import('../src/plan/remeasure.ts')
  const looked = await remeasure(plan, {
    now: new Date().toISOString(),
    environment: house.environment,
    backups: { folder: house.config.backups },
    builds: buildsFolder(house.config),
    earlier: await earlierSteps(house.pool, plan.target),
    ours: house.ours,
    ...(runbook.ok && { runbook: runbook.value }),
  })
  if (!looked.ok) return looked
  const { differs } = looked.value
  return differs.length ? failure({ code: 'plan-stale', plan: plan.id, differs }) : ok(undefined)
}
