import { failure, ok, type Result } from '../src/domain/result.ts'
import type { Run } from '../src/domain/run.ts'
import { unknownRun } from '../src/runs/requests.ts'
import { openGateOf } from '../src/store/gates.ts'
import { runById, unfinishedRuns } from '../src/store/runs.ts'
import { selectForm } from '../src/views/forms.ts'
import { subjectOf } from '../src/views/words/step-names.ts'
import type { Asked, House } from './command.ts'

/** How a run's id is written: a plan's and a number. */
export const isRunId = (typed: string): boolean => /^[0-9a-z]{4,8}-\d+$/i.test(typed.trim())

/** Runs that people may mean when they name none: those that wait for an answer, or all that are under way. */
export async function runsUnderWay({ pool }: House, which: 'asking' | 'all'): Promise<Run[]> {
  const runs = await unfinishedRuns(pool)
  if (which === 'all') return runs
  const gates = await Promise.all(runs.map((run) => openGateOf(pool, run.id)))
  return runs.filter((_, i) => gates[i])
}

/** The run that was named, if it is not over; without a name the only one of `runs`. */
export async function runMeant(
  { pool }: House,
  named: string | undefined,
  runs: readonly Run[],
): Promise<Result<Run>> {
  const run = named === undefined ? (runs.length === 1 && runs[0]) || null : await runById(pool, named)
  if (!run) return failure(await unknownRun(pool, named ?? ''))
  return run.endedAt && run.ending
    ? failure({ code: 'run-ended', run: run.id, ending: run.ending, at: run.endedAt })
    : ok(run)
}

/** Asks which run is meant, by a field `run`. */
export function askForRun<Input>(title: string, input: Input, runs: readonly Run[]): Asked<Input> {
  const options = runs.map((run) => ({ value: run.id, label: `${run.id} · ${subjectOf(run.plan)}` }))
  return { form: selectForm(title, 'Go on', { name: 'run', label: 'Run' }, options), input, more: true }
}
