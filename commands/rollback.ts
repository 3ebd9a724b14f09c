import { z } from 'zod'
import { peopleOf } from '../src/access/roles.ts'
import type { Run } from '../src/domain/run.ts'
import { failure, ok, type Result } from '../src/domain/result.ts'
import { unknownRun } from '../src/runs/requests.ts'
import { recentRuns, runById } from '../src/store/runs.ts'
import { rollbackForm } from '../src/views/forms.ts'
import { rows } from './answer.ts'
import { command, type House } from './command.ts'
import { callsOf } from './reached.ts'
import { askForRun, isRunId } from './runs.ts'
import { planSaid } from './shown.ts'
import { notOnly } from './unknown.ts'

const input = z.object({
  /** A run's id, or a runbook's name: then its last migration. */
  run: z.string().trim().optional(),
  /** Rows that may be lost, as typed. */
  accepted: z.string().optional(),
})

/** Plans the way back after users are in: a plan and approvals of its own, and a loss that somebody accepts. */
export const rollback = command<z.output<typeof input>>({
  name: 'rollback',
  summary: 'plan the way back of a finished migration, with the rows that it would lose',
  example: 'rollback 7F3A-1',
  role: 'operator',
  words: ([run]) => ({ run }),
  input,
  async form(house, caller, given) {
    const runs = given.run ? [] : await runsToRollBack(house)
    if (runs.length > 1) return ok(askForRun('Roll back', given, runs))
    const named = given.run ?? runs[0]?.id
    if (!named) return failure({ code: 'nothing-to-roll-back', runbook: null, why: 'none' })
    const found = await migratedRun(house, named)
    if (!found.ok) return found
    const { lossOf } = await import('../src/runs/planning.ts')
    const loss = await lossOf(house, found.value)
    return loss.ok
      ? ok({ form: rollbackForm(found.value, loss.value), input: { run: found.value.id } })
      : loss
  },
  async handle(house, caller, given) {
    const accepted = rows(given.accepted)
    if (accepted === null) return failure({ code: 'number-mistyped', typed: given.accepted ?? '' })
    const found = await migratedRun(house, given.run ?? '')
    if (!found.ok) return found
    const run = found.value
    const { runbook } = run.plan.approved
    const request = {
      runbook,
      kind: 'rollback',
      caller,
      ours: house.ours,
      peopleOf: (role: string) => peopleOf(house.config, role, house.directory),
      besides: [await callsOf(house, runbook)],
      rollback: { run, accepted },
    } as const
    const { planRunbook } = await import('../src/runs/planning.ts')
    const made = await planRunbook(house, request, ({ measured }) => {
      // It will not get less: such a plan would stop at a question when users are out already.
      const counted = measured.loss?.rows ?? null
      return counted !== null && counted > accepted
        ? failure({ code: 'loss-larger', accepted, counted })
        : ok(undefined)
    })
    if (!made.ok) return made
    return ok({ view: await planSaid(house, made.value, caller) })
  },
})

/** The last finished migration of each runbook, if it was not taken back. */
async function runsToRollBack({ pool }: House): Promise<Run[]> {
  const finished = (await recentRuns(pool, {}, 50)).filter(({ ending }) => ending === 'done')
  const moved = finished.filter(({ plan }) => plan.kind !== 'backup')
  const nameOf = ({ plan }: Run): string => plan.approved.runbook.name
  return moved.filter(
    (run, i) =>
      run.plan.kind === 'migrate' && moved.findIndex((other) => nameOf(other) === nameOf(run)) === i,
  )
}

/** The finished migration that would be taken back. */
async function migratedRun(house: House, typed: string): Promise<Result<Run>> {
  const named = await runById(house.pool, typed.toUpperCase())
  if (!named && isRunId(typed)) return failure(await unknownRun(house.pool, typed))
  const name = named ? named.plan.approved.runbook.name : typed.toLowerCase()
  const runs = await recentRuns(house.pool, { runbook: name }, 20)
  const run = named ?? runs.find((each) => each.plan.kind === 'migrate' && each.ending === 'done')
  if (!run) {
    const runbook = await house.runbooks.find(typed)
    return failure(
      runbook.ok
        ? { code: 'nothing-to-roll-back', runbook: name, why: 'never-ran' }
        : notOnly(runbook.problem, ['run']),
    )
  }
  const { runbook } = run.plan.approved
  if (run.plan.kind !== 'migrate' || run.ending !== 'done')
    return failure({ code: 'nothing-to-roll-back', runbook: runbook.name, why: 'not-applied' })
  const back = runs.some((each) => each.plan.of === run.id && each.ending === 'done')
  return back
    ? failure({ code: 'nothing-to-roll-back', runbook: runbook.name, why: 'already-back' })
    : ok(run)
}
