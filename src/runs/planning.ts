import type { Caller } from '../domain/person.ts'
import type { Identity } from '../domain/identity.ts'
import type { Plan, RunKind } from '../domain/plan.ts'
import type { Move } from '../domain/script.ts'
import type { Runbook } from '../domain/runbook.ts'
import { targetKey } from '../domain/identity.ts'
import { ok, type Result } from '../domain/result.ts'
import { makePlan } from '../plan/make.ts'
import { planId } from '../plan/id.ts'
import { earlierSteps } from '../store/attempts.ts'
import { recentRuns } from '../store/runs.ts'
import { keepPlan } from './starting.ts'
import { buildsFolder, type Surroundings } from './world.ts'

export interface PlanRequest {
  runbook: Runbook
  kind: RunKind
  caller: Caller
  /** The bot's own database: never a target. */
  ours: Identity | null
  /** A rollback: the run that it takes back, and what somebody accepted to lose. */
  rollback?: { run: string; move: Move; accepted: number }
}

/** Ids meet by chance; a few draws find a free one. */
const draws = 20

type House = Pick<Surroundings, 'pool' | 'config' | 'environment' | 'secrets'>

/** Reads the target, and says what a run would do. Nothing is kept. */
export async function drawPlan(
  { pool, config, environment, secrets }: House,
  request: PlanRequest,
): Promise<Result<Plan>> {
  const { runbook, kind, caller, ours, rollback } = request
  secrets.know(runbook)
  const [last] = await recentRuns(pool, { runbook: runbook.name }, 1)
  return makePlan({
    runbook,
    kind,
    id: planId(),
    author: caller.person,
    now: new Date().toISOString(),
    environment,
    backups: { folder: config.backups },
    builds: buildsFolder(config),
    earlier: last ? await earlierSteps(pool, targetKey(last.plan.approved.identity)) : [],
    ours,
    ...(rollback && { of: { run: rollback.run, move: rollback.move }, accepted: rollback.accepted }),
  })
}

/** The same, kept under an id that is free. */
export async function planRunbook(house: House, request: PlanRequest): Promise<Result<Plan>> {
  const made = await drawPlan(house, request)
  if (!made.ok) return made
  for (let draw = 0; draw < draws; draw++) {
    const plan = draw === 0 ? made.value : { ...made.value, id: planId() }
    const kept = await keepPlan(house.pool, plan, request.caller)
    if (!kept.ok) return kept
    if (kept.value) return ok(plan)
  }
  throw new Error(`no free plan id in ${draws} draws`)
}
