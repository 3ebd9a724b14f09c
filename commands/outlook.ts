import { countBlockers, expiresAt } from '../src/domain/plan.ts'
import { foretell } from '../src/domain/foretold.ts'
import type { Instant } from '../src/domain/json.ts'
import type { Runbook } from '../src/domain/runbook.ts'
import { windowFrom, type Schedule } from '../src/domain/schedule.ts'
import { placesTold, toldSoFar } from '../src/runs/announcing.ts'
import { missingApprovals } from '../src/runs/starting.ts'
import { noticesOf } from '../src/store/notices.ts'
import { approvalsOf, openPlan } from '../src/store/plans.ts'
import { unfinishedRuns } from '../src/store/runs.ts'
import { schedulesWithin } from '../src/store/schedules.ts'
import type { PlanStands } from '../src/views/schedule/plan-holds.ts'
import type { Before, Outlook } from '../src/views/schedule/form.ts'
import { clashesOf, isSameTarget } from './clashing.ts'
import type { House } from './command.ts'

type Known = Pick<Outlook, 'own' | 'otherwise' | 'now'>

/** Everything that is known of a start before it is agreed to. `open`: the schedule that it would move. */
export async function outlookOf(
  house: House,
  { runbook, start, open }: { runbook: Runbook; start: Instant; open: Schedule | null },
  { own, otherwise, now }: Known,
): Promise<Outlook> {
  const { pool, environment } = house
  const window = windowFrom(start, runbook)
  const made = open ? placesTold(await noticesOf(pool, open.id)) : []
  const running = await unfinishedRuns(pool)
  return {
    runbook,
    window,
    now,
    before: open && (await beforeOf(house, open)),
    notices: foretell(runbook, { start, now, made }),
    clashes: clashesOf({ runbook, window }, await schedulesWithin(pool, window), environment),
    running: running.filter(({ plan }) => isSameTarget(plan.approved.runbook, runbook, environment)),
    plan: await planStands(house, runbook.name),
    planFrom: plannedFrom(start),
    own,
    otherwise,
  }
}

export async function beforeOf({ pool }: House, schedule: Schedule): Promise<Before> {
  return { schedule, told: toldSoFar(await noticesOf(pool, schedule.id)).length }
}

/** The plan that a scheduled run would be of, as far as the store knows. */
export async function planStands({ pool }: House, runbook: string): Promise<PlanStands | null> {
  const plan = await openPlan(pool, runbook, 'migrate')
  return (
    plan && {
      id: plan.id,
      blockers: countBlockers(plan),
      missing: missingApprovals(plan, await approvalsOf(pool, plan.id)).reduce(
        (sum, { people }) => sum + people,
        0,
      ),
      until: expiresAt(plan),
    }
  )
}

/** A plan that is made after it holds until the start. */
export function plannedFrom(start: Instant): Instant {
  const holds = Date.parse(expiresAt({ madeAt: start })) - Date.parse(start)
  return new Date(Date.parse(start) - holds).toISOString()
}
