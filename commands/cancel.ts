import { z } from 'zod'
import { wayBack } from '../src/domain/route.ts'
import { failure, ok } from '../src/domain/result.ts'
import { cancel as record, unknownRun } from '../src/runs/requests.ts'
import { discard } from '../src/runs/starting.ts'
import { attemptsOf } from '../src/store/attempts.ts'
import { openGateOf } from '../src/store/gates.ts'
import { recentRuns, runById } from '../src/store/runs.ts'
import { cancelForm, discardForm } from '../src/views/forms.ts'
import { cancelledSaid, discardedSaid } from '../src/views/said.ts'
import { openPlanNamed } from './approve.ts'
import { command, type House } from './command.ts'

const input = z.object({
  run: z.string().trim().toUpperCase().optional(),
  plan: z.string().trim().toUpperCase().optional(),
  /** What the form said that cancelling means. */
  as: z.enum(['back-out', 'roll-back']).optional(),
})
type Input = z.output<typeof input>

/** Cancels a run, or discards a plan. */
export const cancel = command<Input>({
  name: 'cancel',
  summary: 'cancel a run and give everything back, or discard a plan',
  example: 'cancel 7F3A-1',
  role: 'operator',
  words: ([name]) => (name === undefined || name.includes('-') ? { run: name } : { plan: name }),
  input,
  async form(house, _caller, given) {
    if (given.plan) {
      const plan = await openPlanNamed(house, given.plan)
      return plan.ok ? ok({ form: discardForm(plan.value), input: given }) : plan
    }
    const id = await runMeant(house, given)
    const run = await runById(house.pool, id)
    if (!run) return failure(await unknownRun(house.pool, id))
    if (run.endedAt && run.ending)
      return failure({ code: 'run-ended', run: id, ending: run.ending, at: run.endedAt })
    const record = await attemptsOf(house.pool, id)
    const form = cancelForm(run, record, await openGateOf(house.pool, id))
    const as = wayBack(run.plan.approved.routes, record)
    return form && as ? ok({ form, input: { run: id, as } }) : failure({ code: 'run-past-admit', run: id })
  },
  async handle(house, caller, given) {
    if (given.plan) {
      const discarded = await discard(house.pool, given.plan, caller)
      return discarded.ok ? ok({ view: discardedSaid(discarded.value) }) : discarded
    }
    const cancelled = await record(house.pool, given.run ?? '', given.as ?? 'back-out', caller)
    if (!cancelled.ok) return cancelled
    const { run, waits } = cancelled.value
    return ok({ view: cancelledSaid(run, waits), run: run.id })
  },
})

const runMeant = async ({ pool }: House, given: Input): Promise<string> =>
  given.run ?? (await recentRuns(pool, {}, 20)).find((run) => !run.endedAt)?.id ?? ''
