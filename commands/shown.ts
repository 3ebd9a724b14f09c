import { peopleOf } from '../src/access/roles.ts'
import { countBlockers, expiresAt, type Plan } from '../src/domain/plan.ts'
import type { Caller } from '../src/domain/person.ts'
import type { Run } from '../src/domain/run.ts'
import type { Runbook } from '../src/domain/runbook.ts'
import { text, type View } from '../src/domain/view.ts'
import { planStateOf } from '../src/runs/plan-state.ts'
import { missingApprovals, type Kept } from '../src/runs/starting.ts'
import { attemptsOf } from '../src/store/attempts.ts'
import { eventsOfRun } from '../src/store/events.ts'
import { openGateOf } from '../src/store/gates.ts'
import { approvalsOf, openPlan, planById, type Approval } from '../src/store/plans.ts'
import { recentRuns } from '../src/store/runs.ts'
import { openScheduleOf } from '../src/store/schedules.ts'
import { planMade, planUnchanged } from '../src/views/run/said.ts'
import { planView } from '../src/views/plan.ts'
import { runStatusView, type RunbookStands } from '../src/views/run/status.ts'
import { zoneOf } from '../src/views/words/zoned.ts'
import type { House } from './command.ts'

/** What a plan still waits for, with who may say it: its author may not. */
export const waitsFor = (
  house: House,
  plan: Plan,
  approvals: readonly Approval[],
): Promise<{ says: string; role: string; people: string[] }[]> =>
  Promise.all(
    missingApprovals(plan, approvals).map(async ({ says, role }) => {
      const people = await peopleOf(house.config, role, house.directory)
      return { says, role, people: people.filter((person) => person !== plan.author) }
    }),
  )

/** A plan as it stands now, with who may approve it. */
export async function planShown(house: House, plan: Plan): Promise<View> {
  const [approvals, stored] = [await approvalsOf(house.pool, plan.id), await planById(house.pool, plan.id)]
  const waits = await waitsFor(house, plan, approvals)
  return planView(plan, approvals, stored ? await planStateOf(house.pool, stored) : 'open', waits)
}

/** What was made, to whoever asked: in a terminal all of it, in Slack it is in the channel. */
export async function planSaid(house: House, { plan, isSame }: Kept, { via }: Caller): Promise<View> {
  const brief = isSame ? planUnchanged(plan, expiresAt(plan)) : planMade(plan)
  if (via !== 'terminal') return brief
  const all = await planShown(house, plan)
  return isSame ? { ...all, parts: [text(brief.state), ...brief.parts, ...all.parts] } : all
}

/** A run as it stands now, with its last events. */
export async function runShown({ pool }: House, run: Run): Promise<View> {
  const [attempts, gate, events, approvals] = await Promise.all([
    attemptsOf(pool, run.id),
    openGateOf(pool, run.id),
    eventsOfRun(pool, run.id, 10),
    approvalsOf(pool, run.plan.id),
  ])
  return runStatusView(run, attempts, gate, events, new Date().toISOString(), approvals)
}

/** A runbook with its open plan, its unfinished run and the last one that ended. */
export async function runbookStands({ pool }: House, runbook: Runbook): Promise<RunbookStands> {
  const runs = await recentRuns(pool, { runbook: runbook.name }, 10)
  const running = runs.find((run) => !run.endedAt)
  const plan =
    (await openPlan(pool, runbook.name, 'rollback')) ?? (await openPlan(pool, runbook.name, 'migrate'))
  const needed = runbook.approvals.reduce((sum, { people }) => sum + people, 0)
  const missing = plan
    ? missingApprovals(plan, await approvalsOf(pool, plan.id)).reduce((sum, { people }) => sum + people, 0)
    : 0
  const open = await openScheduleOf(pool, runbook.name)
  return {
    runbook,
    scheduled: open && !open.run ? { window: open.window, zone: zoneOf(open.runbook) } : null,
    plan: plan && {
      id: plan.id,
      approvals: { given: needed - missing, needed },
      blockers: countBlockers(plan),
    },
    run: running
      ? {
          run: running,
          attempts: await attemptsOf(pool, running.id),
          gate: await openGateOf(pool, running.id),
        }
      : null,
    last: runs.find((run) => run.endedAt && run.plan.kind !== 'backup') ?? null,
  }
}
