import { failure, ok, type Result } from '../src/domain/result.ts'
import { openPlanIds, planById, type StoredPlan } from '../src/store/plans.ts'
import { selectForm } from '../src/views/forms.ts'
import { subjectOf } from '../src/views/words/step-names.ts'
import type { Asked, House } from './command.ts'

/** An open plan by its id; nobody runs, approves or discards another. */
export async function openPlanNamed(house: House, id: string): Promise<Result<StoredPlan>> {
  const plan = await planById(house.pool, id)
  if (!plan) return failure({ code: 'plan-unknown', plan: id, known: await openPlanIds(house.pool) })
  if (plan.closed)
    return failure({ code: 'plan-gone', plan: id, because: plan.closed.because, by: plan.closed.by })
  return ok(plan)
}

/** Asks which of the open plans is meant, by a field `plan`. Fails where there is none. */
export async function askForPlan<Input>(
  { pool }: House,
  title: string,
  input: Input,
): Promise<Result<Asked<Input>>> {
  const ids = await openPlanIds(pool)
  if (ids.length === 0) return failure({ code: 'plan-unknown', plan: '', known: [] })
  const plans = (await Promise.all(ids.map((id) => planById(pool, id)))).filter((plan) => plan !== null)
  const options = plans.map((plan) => ({ value: plan.id, label: `${plan.id} · ${subjectOf(plan)}` }))
  const form = selectForm(title, 'Go on', { name: 'plan', label: 'Plan' }, options)
  return ok({ form, input, more: true })
}
