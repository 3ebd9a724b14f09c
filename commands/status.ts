import { z } from 'zod'
import { failure, ok, type Result } from '../src/domain/result.ts'
import type { Runbook } from '../src/domain/runbook.ts'
import type { View } from '../src/domain/view.ts'
import { unknownRun } from '../src/runs/requests.ts'
import { runById } from '../src/store/runs.ts'
import { toldOf } from '../src/store/notices.ts'
import { planById } from '../src/store/plans.ts'
import { newestScheduleOf } from '../src/store/schedules.ts'
import { undelivered } from '../src/store/waiting.ts'
import { refusedOf } from '../src/views/notice/sent.ts'
import { undeliveredParts } from '../src/views/undelivered.ts'
import { statusView, withRefused, withSchedule } from '../src/views/run/status.ts'
import { command, type House } from './command.ts'
import { isRunId } from './runs.ts'
import { planShown, runbookStands, runShown } from './shown.ts'
import { notOnly } from './unknown.ts'

const input = z.object({
  run: z.string().trim().optional(),
  runbook: z.string().trim().optional(),
})

/** How everything stands, or one run, plan or runbook. */
export const status = command<z.output<typeof input>>({
  name: 'status',
  summary: 'how everything stands, or one runbook, plan or run',
  example: 'status',
  role: 'reader',
  reads: true,
  words: ([name]) => ({ runbook: name }),
  input,
  async handle(house, _caller, given) {
    const shown = await viewOf(house, given)
    return shown.ok ? ok({ view: await withUndelivered(house, shown.value) }) : shown
  },
})

async function viewOf(house: House, given: z.output<typeof input>): Promise<Result<View>> {
  const named = given.run ?? given.runbook
  if (named === undefined) {
    const { runbooks, broken } = await house.runbooks.all()
    const stands = await Promise.all(runbooks.map((runbook) => runbookStands(house, runbook)))
    return ok(statusView(stands, new Date().toISOString(), broken))
  }
  const run = await runById(house.pool, named.toUpperCase())
  if (run) return ok(await runShown(house, run))
  const plan = await planById(house.pool, named.toUpperCase())
  if (plan) return ok(await planShown(house, plan))
  if (isRunId(named)) return failure(await unknownRun(house.pool, named))
  const runbook = await house.runbooks.find(named)
  if (!runbook.ok) return failure(notOnly(runbook.problem, ['plan', 'run']))
  const view = await runbookShown(house, runbook.value)
  return ok(withRefused(view, runbook.value.name, await refusedNotices(house, runbook.value)))
}

/** Whoever looks here may look here because messages do not come. */
async function withUndelivered({ pool }: House, view: View): Promise<View> {
  return { ...view, parts: [...undeliveredParts(await undelivered(pool)), ...view.parts] }
}

/** Its run that is under way, its open plan, or how it stands. */
async function runbookShown(house: House, runbook: Runbook): Promise<View> {
  const stands = await runbookStands(house, runbook)
  if (stands.run) return runShown(house, stands.run.run)
  const open = stands.plan && (await planById(house.pool, stands.plan.id))
  return open
    ? withSchedule(await planShown(house, open), stands.scheduled)
    : statusView([stands], new Date().toISOString())
}

/** How many messages of its newest schedule did not reach whom they were for. */
async function refusedNotices({ pool }: House, { name }: Runbook): Promise<number> {
  const schedule = await newestScheduleOf(pool, name)
  return schedule ? refusedOf(await toldOf(pool, schedule.id)).length : 0
}
