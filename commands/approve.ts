import { z } from 'zod'
import { failure, ok, type Result } from '../src/domain/result.ts'
import { approve as record } from '../src/runs/starting.ts'
import { openPlanIds, planById, type StoredPlan } from '../src/store/plans.ts'
import { approveForm, selectForm } from '../src/views/forms.ts'
import { approvedSaid } from '../src/views/said.ts'
import { command, type House } from './command.ts'

/** `digest`: of the plan that the form showed; an approval is of that one. */
const input = z.object({
  plan: z.string().trim().toUpperCase().optional(),
  digest: z.string().optional(),
})

/** An open plan by its id; nobody runs, approves or discards another. */
export async function openPlanNamed(house: House, id: string): Promise<Result<StoredPlan>> {
  const plan = await planById(house.pool, id)
  if (!plan) return failure({ code: 'plan-unknown', plan: id, known: await openPlanIds(house.pool) })
  if (plan.closed)
    return failure({ code: 'plan-gone', plan: id, because: plan.closed.because, by: plan.closed.by })
  return ok(plan)
}

/** Approves a plan, as one of the people that its runbook asks for. */
export const approve = command<z.output<typeof input>>({
  name: 'approve',
  summary: 'read a plan and approve it, as one of those that the runbook asks for',
  example: 'approve 7F3A',
  role: 'anyone',
  words: ([plan]) => ({ plan }),
  input,
  async form(house, _caller, given) {
    if (!given.plan) {
      const ids = await openPlanIds(house.pool)
      if (ids.length === 0) return failure({ code: 'plan-unknown', plan: '', known: [] })
      const options = ids.map((id) => ({ value: id, label: id }))
      return ok({
        form: selectForm('Approve', 'Read it', { name: 'plan', label: 'Plan' }, options),
        input: given,
      })
    }
    const plan = await openPlanNamed(house, given.plan)
    return plan.ok
      ? ok({ form: approveForm(plan.value), input: { plan: plan.value.id, digest: plan.value.digest } })
      : plan
  },
  async handle(house, caller, { plan: id = '', digest = '' }) {
    const plan = await openPlanNamed(house, id)
    if (!plan.ok) return plan
    const recorded = await record(house.pool, id, digest, caller)
    return recorded.ok
      ? ok({ view: approvedSaid(plan.value, recorded.value.says, recorded.value.missing) })
      : recorded
  },
})
