import { z } from 'zod'
import type { Run } from '../src/domain/run.ts'
import { wayBack } from '../src/domain/route.ts'
import { failure, ok, type Result } from '../src/domain/result.ts'
import { cancel as record } from '../src/runs/requests.ts'
import { discard } from '../src/runs/starting.ts'
import { whyNoWayBack } from '../src/runs/way-back.ts'
import { attemptsOf } from '../src/store/attempts.ts'
import { openGateOf } from '../src/store/gates.ts'
import { unfinishedRunOf } from '../src/store/runs.ts'
import { cancelForm, discardForm } from '../src/views/forms.ts'
import { cancelledSaid, discardedSaid } from '../src/views/run/said.ts'
import { command, type Asked, type House } from './command.ts'
import { openPlanNamed } from './plans.ts'
import { askForRun, isRunId, runMeant, runsUnderWay } from './runs.ts'

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
  words: ([name]) => (name === undefined || isRunId(name) ? { run: name } : { plan: name }),
  input,
  async form(house, _caller, given) {
    if (given.plan) return askAboutPlan(house, given.plan)
    const runs = given.run ? [] : await runsUnderWay(house, 'all')
    if (runs.length > 1) return ok(askForRun('Cancel', given, runs))
    const run = await runMeant(house, given.run, runs)
    return run.ok ? askAboutRun(house, run.value) : run
  },
  async handle(house, caller, given) {
    if (given.plan) {
      const discarded = await discard(house.pool, given.plan, caller)
      return discarded.ok ? ok({ view: discardedSaid(discarded.value) }) : discarded
    }
    const cancelled = await record(house.pool, given.run ?? '', given.as ?? 'back-out', caller)
    if (!cancelled.ok) return cancelled
    return ok({ view: cancelledSaid(cancelled.value), run: cancelled.value.run.id })
  },
})

/** A plan that is being run is not discarded: its run is cancelled. */
async function askAboutPlan(house: House, id: string): Promise<Result<Asked<Input>>> {
  const plan = await openPlanNamed(house, id)
  if (!plan.ok) return plan
  const running = await unfinishedRunOf(house.pool, plan.value.target)
  return running?.plan.id === id
    ? askAboutRun(house, running)
    : ok({ form: discardForm(plan.value), input: { plan: id } })
}

async function askAboutRun({ pool }: House, run: Run): Promise<Result<Asked<Input>>> {
  const attempts = await attemptsOf(pool, run.id)
  const as = wayBack(run.plan.approved.routes, attempts)
  const form = as && cancelForm(run, attempts, await openGateOf(pool, run.id))
  return form ? ok({ form, input: { run: run.id, as } }) : failure(whyNoWayBack(run, attempts))
}
