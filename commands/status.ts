import { z } from 'zod'
import { failure, ok } from '../src/domain/result.ts'
import { unknownRun } from '../src/runs/requests.ts'
import { runById } from '../src/store/runs.ts'
import { planById } from '../src/store/plans.ts'
import { statusView } from '../src/views/status.ts'
import { command } from './command.ts'
import { isRunId } from './runs.ts'
import { planShown, runbookStands, runShown } from './shown.ts'

const input = z.object({
  run: z.string().trim().optional(),
  runbook: z.string().trim().optional(),
})

/** How everything stands, or one run, plan or runbook. */
export const status = command<z.output<typeof input>>({
  name: 'status',
  summary: 'how everything stands, or one runbook, plan or run',
  example: 'status',
  role: 'anyone',
  reads: true,
  words: ([name]) => ({ runbook: name }),
  input,
  async handle(house, _caller, given) {
    const named = given.run ?? given.runbook
    if (named === undefined) {
      const { runbooks, broken } = await house.runbooks.all()
      const stands = await Promise.all(runbooks.map((runbook) => runbookStands(house, runbook)))
      return ok({ view: statusView(stands, new Date().toISOString(), broken) })
    }
    const run = await runById(house.pool, named.toUpperCase())
    if (run) return ok({ view: await runShown(house, run) })
    const plan = await planById(house.pool, named.toUpperCase())
    if (plan) return ok({ view: await planShown(house, plan) })
    if (isRunId(named)) return failure(await unknownRun(house.pool, named))
    const runbook = await house.runbooks.find(named)
    if (!runbook.ok) return runbook
    const stands = await runbookStands(house, runbook.value)
    const open = stands.run ? null : stands.plan && (await planById(house.pool, stands.plan.id))
    if (stands.run) return ok({ view: await runShown(house, stands.run.run) })
    return ok({ view: open ? await planShown(house, open) : statusView([stands], new Date().toISOString()) })
  },
})
