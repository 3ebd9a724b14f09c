import { z } from 'zod'
import { countBlockers } from '../src/domain/plan.ts'
import { failure, ok, type Result } from '../src/domain/result.ts'
import { remeasure } from '../src/plan/remeasure.ts'
import { expiresAt, missingApprovals, start, underWay } from '../src/runs/starting.ts'
import { buildsFolder } from '../src/runs/world.ts'
import { earlierSteps } from '../src/store/attempts.ts'
import { approvalsOf, openPlan, openPlanIds, planById, type StoredPlan } from '../src/store/plans.ts'
import { unfinishedRunOf } from '../src/store/runs.ts'
import { runForm } from '../src/views/forms.ts'
import { runBegun } from '../src/views/said.ts'
import { command, type House } from './command.ts'
import { askForPlan, openPlanNamed } from './plans.ts'

const input = z.object({
  /** A plan's id, or a runbook's name: then its open plan. */
  plan: z.string().trim().optional(),
  /** The target's database, typed by the one who starts the run. */
  database: z.string().optional(),
})

/** Starts a run of an approved plan. */
export const run = command<z.output<typeof input>>({
  name: 'run',
  summary: 'run an approved plan; asks for the database’s name first',
  example: 'run 7F3A',
  role: 'operator',
  words: ([plan]) => ({ plan }),
  input,
  async form(house, _caller, given) {
    if (!given.plan) return askForPlan(house, 'Run', given)
    const plan = await planMeant(house, given.plan)
    if (!plan.ok) return plan
    const ready = await isReady(house, plan.value)
    return ready.ok ? ok({ form: runForm(plan.value), input: { plan: plan.value.id } }) : ready
  },
  async handle(house, caller, given) {
    const plan = await planMeant(house, given.plan ?? '')
    if (!plan.ok) return plan
    const { id, approved } = plan.value
    const name = approved.runbook.target.database
    const typed = given.database ?? ''
    if (typed.trim().toLowerCase() !== name.toLowerCase())
      return failure({ code: 'name-mistyped', typed, name })
    const fresh = await isFresh(house, plan.value)
    if (!fresh.ok) return fresh
    const started = await start(house.pool, id, caller)
    return started.ok
      ? ok({ view: runBegun(plan.value, started.value.run), run: started.value.run })
      : started
  },
})

async function planMeant(house: House, typed: string): Promise<Result<StoredPlan>> {
  const named = await planById(house.pool, typed.toUpperCase())
  if (named) return openPlanNamed(house, named.id)
  const runbook = await house.runbooks.find(typed)
  if (!runbook.ok) return openPlanNamed(house, typed.toUpperCase())
  const { name } = runbook.value
  const plan = (await openPlan(house.pool, name, 'rollback')) ?? (await openPlan(house.pool, name, 'migrate'))
  return plan ? ok(plan) : failure({ code: 'plan-unknown', plan: name, known: await openPlanIds(house.pool) })
}

/** What would refuse the run anyway is said before anybody types a name. The start itself looks again. */
async function isReady({ pool }: House, plan: StoredPlan): Promise<Result<void>> {
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
async function isFresh(house: House, plan: StoredPlan): Promise<Result<void>> {
  house.secrets.know(plan.approved.runbook)
  const runbook = await house.runbooks.find(plan.approved.runbook.name)
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
