import { ok, type Result } from '../../domain/result.ts'
import type { EfCoreSettings } from '../../domain/runbook.ts'
import type { PlannedHistory } from '../../domain/script.ts'
import { applyScripts } from '../applying/apply.ts'
import { checkScripts } from '../noticing/check.ts'
import type { BothWays, Engine } from '../engine.ts'
import { type History, historyOf } from '../history.ts'
import type { Place } from '../engine-parameters.ts'
import { appliedOn, reconcileMove } from '../standing.ts'
import { applyProgram } from './apply-program.ts'
import { planning } from './planning.ts'
import { holds } from './program.ts'
import { projectOf } from './project.ts'

/**
 * Migrations of Entity Framework Core. `dotnet ef` lists and scripts them while a plan is made; a run takes the scripts,
 * or the program, that the plan holds.
 */
export function efcoreEngine(settings: EfCoreSettings, place: Place): Engine {
  const plan = planning(settings, place)
  return {
    list: (target) => plan.list(target),
    prepare: (move) => plan.prepare(move),
    again,
    applied: (target) => appliedOn(target, approved(settings, place.history)),
    check: (target, prepared) =>
      checkScripts(target, plan.history() ?? approved(settings, place.history), prepared),
    reconcile: (target, move) => reconcileMove(target, approved(settings, place.history), move),
    close: () => plan.close(),
    apply(target, prepared, at) {
      const history = approved(settings, place.history)
      const { program } = prepared
      if (!program) return applyScripts(target, history, prepared, at)
      const project = projectOf(settings, place, program.build ?? place.builds)
      return applyProgram(project, target, history, { ...prepared, program }, at)
    },
  }
}

/** The scripts are the plan's own, and need nothing. A program must be the one that was approved. */
async function again(prepared: BothWays): Promise<Result<BothWays>> {
  for (const { program } of [prepared.up, prepared.down].filter((one) => one !== null)) {
    const held = program ? await holds(program) : ok(undefined)
    if (!held.ok) return held
  }
  return ok(prepared)
}

/** The history of a plan. Where another context shares the table, the rows that it had then are not ours. */
function approved({ shared }: EfCoreSettings, history: PlannedHistory | null): History {
  if (!history) throw new Error('a run of EF Core migrations without its plan')
  const { table, column, migrations, others } = history
  const place = { table, column, values: {} }
  if (!shared) return historyOf(place)
  if (others) return historyOf({ ...place, except: others })
  const only = migrations.filter(({ state }) => state !== 'unknown').map(({ id }) => id)
  return historyOf({ ...place, only })
}
