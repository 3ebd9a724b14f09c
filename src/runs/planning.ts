import type { Check } from '../domain/finding.ts'
import type { Caller } from '../domain/person.ts'
import type { Identity } from '../domain/identity.ts'
import { countBlockers, type Loss, type Plan, type RunKind } from '../domain/plan.ts'
import type { Run } from '../domain/run.ts'
import type { Runbook } from '../domain/runbook.ts'
import { targetKey } from '../domain/identity.ts'
import { failure, ok, type Result } from '../domain/result.ts'
import { makeTarget, withSession } from '../adapters/postgres/target.ts'
import { targetAddress } from '../adapters/postgres/target-address.ts'
import { countLoss } from '../engines/loss.ts'
import { makeEngine } from '../engines/make.ts'
import { makePlan } from '../plan/make.ts'
import { planId } from '../plan/id.ts'
import { longestCount } from '../plan/loss-in-time.ts'
import { irreversible } from '../plan/reading.ts'
import { earlierSteps } from '../store/attempts.ts'
import { aloneAt } from '../store/locks.ts'
import { recentRuns } from '../store/runs.ts'
import { keepPlan, type Kept } from './starting.ts'
import { buildsFolder } from './folders.ts'
import { applicationName, type Surroundings } from './world.ts'

export interface PlanRequest {
  runbook: Runbook
  kind: RunKind
  caller: Caller
  /** The bot's own database: never a target. */
  ours: Identity | null
  /** What was looked at elsewhere than on the target. */
  besides?: readonly Check[]
  /** Who has a role: those who may approve the plan are asked. */
  peopleOf?: (role: string) => Promise<readonly string[]>
  /** A rollback: the run that it takes back, and what somebody accepted to lose. */
  rollback?: { run: Run; accepted: number }
}

/** Ids meet by chance; a few draws find a free one. */
const draws = 20

type House = Pick<Surroundings, 'pool' | 'config' | 'environment' | 'secrets'>

/** Reads the target, and says what a run would do. Nothing is kept. */
export async function drawPlan(
  { pool, config, environment, secrets }: House,
  request: PlanRequest,
): Promise<Result<Plan>> {
  const { runbook, kind, caller, ours, besides = [], rollback } = request
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
    besides,
    ...(rollback && {
      of: { run: rollback.run.id, approved: rollback.run.plan.approved },
      accepted: rollback.accepted,
    }),
  })
}

/**
 * The same, kept. `isWanted` may refuse it before that. Fails with `plan-under-way` while any process makes one of the
 * same kind for this runbook: it would be replaced, with the approvals that it got. Of backups runs know that.
 */
export async function planRunbook(
  house: House,
  request: PlanRequest,
  isWanted: (drawn: Plan) => Result<void> = () => ok(undefined),
): Promise<Result<Kept>> {
  const { runbook, kind } = request
  const make = async (): Promise<Result<Kept>> => {
    const drawn = await drawPlan(house, request)
    if (!drawn.ok) return drawn
    const wanted = isWanted(drawn.value)
    return wanted.ok ? keepDrawn(house, drawn.value, request) : wanted
  }
  if (kind === 'backup') return make()
  const made = await aloneAt(house.pool, { name: `${kind} ${runbook.name}`, by: request.caller.person }, make)
  return 'done' in made
    ? made.done
    : failure({ code: 'plan-under-way', runbook: runbook.name, as: kind, ...made.busy })
}

/** Who may approve a plan, its author aside; nobody while it cannot be run. */
async function approversOf(
  plan: Plan,
  peopleOf: (role: string) => Promise<readonly string[]>,
): Promise<string[]> {
  if (countBlockers(plan) > 0) return []
  const roles = plan.approved.runbook.approvals.map(({ role }) => role)
  const people = await Promise.all([...new Set(roles)].map(peopleOf))
  return [...new Set(people.flat())].filter((person) => person !== plan.author)
}

/** Keeps a plan under an id that is free. */
async function keepDrawn(
  house: House,
  drawn: Plan,
  { caller, peopleOf }: PlanRequest,
): Promise<Result<Kept>> {
  const asks = peopleOf ? await approversOf(drawn, peopleOf) : []
  for (let draw = 0; draw < draws; draw++) {
    const plan = draw === 0 ? drawn : { ...drawn, id: planId() }
    const kept = await keepPlan(house.pool, plan, caller, asks)
    if (!kept.ok) return kept
    if (kept.value) return ok(kept.value)
  }
  throw new Error(`no free plan id in ${draws} draws`)
}

/**
 * What taking a run back would lose now, by the way down that was approved with it: in seconds, so that a form can show
 * it. Fails with `migration-irreversible`, `migration-not-applied`, and as reading the history does.
 */
export async function lossOf(house: House, { id, plan }: Run): Promise<Result<Loss>> {
  const { runbook, prepared, history, identity } = plan.approved
  const { environment, config, secrets } = house
  const { migration } = runbook
  const down = prepared?.down
  if (!down) return failure(irreversible(migration, prepared))
  secrets.know(runbook)
  const address = targetAddress(runbook.target.url, runbook.target.database, environment)
  if (!address.ok) return address
  const target = makeTarget(address.value, applicationName(id), identity)
  const around = { address: address.value, environment, builds: buildsFolder(config), history }
  const applied = await makeEngine(runbook, around).applied(target)
  if (!applied.ok) return applied
  if (!applied.value.includes(migration)) return failure({ code: 'migration-not-applied', migration })
  return withSession(target, 'count the loss', ({ client }) => countLoss(client, down), {
    settings: { statementTimeout: longestCount },
  })
}
