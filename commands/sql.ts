import { z } from 'zod'
import { failure, ok } from '../src/domain/result.ts'
import { openPlanIds, planById } from '../src/store/plans.ts'
import { noSql, sqlOf, sqlPageView, sqlView } from '../src/views/plan-sql.ts'
import { command } from './command.ts'
import { askForPlan } from './plans.ts'

const input = z.object({
  plan: z.string().trim().toUpperCase().optional(),
  page: z.coerce.number().int().min(1).optional(),
})

/** Shows the exact SQL of a plan, also of one that is closed: all of it in a terminal, in pages in Slack. */
export const sql = command<z.output<typeof input>>({
  name: 'sql',
  summary: 'read the exact SQL that a plan runs',
  example: 'sql 7F3A',
  role: 'approver',
  reads: true,
  words: ([plan, page]) => ({ plan, page }),
  input,
  form: async (house, _caller, given) =>
    given.plan ? ok(undefined) : askForPlan(house, 'SQL of a plan', given),
  async handle(house, { via }, { plan: id = '', page = 1 }) {
    const plan = await planById(house.pool, id)
    if (!plan) return failure({ code: 'plan-unknown', plan: id, known: await openPlanIds(house.pool) })
    const all = sqlOf(plan)
    if (all === null) return ok({ view: noSql(plan) })
    return ok({ view: via === 'terminal' ? sqlView(plan, all) : sqlPageView(plan, all, page) })
  },
})
