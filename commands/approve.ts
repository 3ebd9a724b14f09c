import { z } from 'zod'
import type { Caller } from '../src/domain/person.ts'
import { failure, ok, type Result } from '../src/domain/result.ts'
import { approve as record } from '../src/runs/starting.ts'
import { filesRefused } from '../src/store/deliveries.ts'
import { approvalsOf, type StoredPlan } from '../src/store/plans.ts'
import { approveForm } from '../src/views/forms.ts'
import { approvedSaid } from '../src/views/run/said.ts'
import { command, type House } from './command.ts'
import { askForPlan, openPlanNamed } from './plans.ts'
import { waitsFor } from './shown.ts'

/** `digest`: of the plan that the form showed; an approval is of that one. */
const input = z.object({
  plan: z.string().trim().toUpperCase().optional(),
  digest: z.string().optional(),
})

/** An open plan that somebody else made. */
async function othersPlan(house: House, caller: Caller, id: string): Promise<Result<StoredPlan>> {
  const plan = await openPlanNamed(house, id)
  if (!plan.ok || plan.value.author !== caller.person) return plan
  const waits = await waitsFor(house, plan.value, await approvalsOf(house.pool, id))
  const others = [...new Set(waits.flatMap(({ people }) => people))]
  return failure({ code: 'approval-own', plan: id, others })
}

/** Approves a plan, as one of the people that its runbook asks for. */
export const approve = command<z.output<typeof input>>({
  name: 'approve',
  summary: 'read a plan and approve it, as one of those that the runbook asks for',
  example: 'approve 7F3A',
  role: 'approver',
  words: ([plan]) => ({ plan }),
  input,
  async form(house, caller, given) {
    if (!given.plan) return askForPlan(house, 'Approve', given)
    const plan = await othersPlan(house, caller, given.plan)
    return plan.ok
      ? ok({
          form: approveForm(plan.value, await filesRefused(house.pool, { planDetails: plan.value.id })),
          input: { plan: plan.value.id, digest: plan.value.digest },
        })
      : plan
  },
  async handle(house, caller, { plan: id = '', digest = '' }) {
    const plan = await othersPlan(house, caller, id)
    if (!plan.ok) return plan
    const recorded = await record(house.pool, id, digest, caller)
    return recorded.ok
      ? ok({ view: approvedSaid(plan.value, recorded.value.says, recorded.value.missing) })
      : recorded
  },
})
