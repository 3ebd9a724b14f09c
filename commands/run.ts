import { z } from 'zod'
import { failure, ok, type Result } from '../src/domain/result.ts'
import { isTooSoon, type Schedule } from '../src/domain/schedule.ts'
import { tooSoon } from '../src/runs/scheduling.ts'
import { start } from '../src/runs/starting.ts'
import { openPlan, openPlanIds, planById, type StoredPlan } from '../src/store/plans.ts'
import { openScheduleOf } from '../src/store/schedules.ts'
import { runForm } from '../src/views/forms.ts'
import { runBegun } from '../src/views/run/said.ts'
import { command, type House } from './command.ts'
import { askForPlan, openPlanNamed } from './plans.ts'
import { isFresh, isReady } from './readiness.ts'

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
    if (!ready.ok) return ready
    const open = await scheduleMeant(house, plan.value)
    if (open && isTooSoon(open, new Date().toISOString())) return failure(await tooSoon(house.pool, open))
    return ok({ form: runForm(plan.value, open?.window ?? null), input: { plan: plan.value.id } })
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

/** The schedule that a run of this plan would become. */
const scheduleMeant = ({ pool }: House, { kind, approved }: StoredPlan): Promise<Schedule | null> =>
  kind === 'migrate' ? openScheduleOf(pool, approved.runbook.name) : Promise.resolve(null)

async function planMeant(house: House, typed: string): Promise<Result<StoredPlan>> {
  const named = await planById(house.pool, typed.toUpperCase())
  if (named) return openPlanNamed(house, named.id)
  const runbook = await house.runbooks.find(typed)
  if (!runbook.ok) return openPlanNamed(house, typed.toUpperCase())
  const { name } = runbook.value
  const plan = (await openPlan(house.pool, name, 'rollback')) ?? (await openPlan(house.pool, name, 'migrate'))
  return plan ? ok(plan) : failure({ code: 'plan-unknown', plan: name, known: await openPlanIds(house.pool) })
}
