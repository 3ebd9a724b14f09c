import type { Identity } from '../domain/identity.ts'
import type { Instant } from '../domain/json.ts'
import type { EarlierStep, Measured, Plan } from '../domain/plan.ts'
import type { Difference } from '../domain/problem.ts'
import type { Engine } from '../engines/engine.ts'
import type { Runbook } from '../domain/runbook.ts'
import { readTables, shapeDifferences } from '../adapters/postgres/catalog.ts'
import { makeTarget, withSession, type Target } from '../adapters/postgres/target.ts'
import { targetAddress } from '../adapters/postgres/target-address.ts'
import { makeEngine } from '../engines/make.ts'
import { targetKey } from '../domain/identity.ts'
import { failure, ok, type Result } from '../domain/result.ts'
import { sha256OfJson } from '../domain/digest.ts'
import type { Environment } from './looked.ts'
import { applicationNameOf } from './make.ts'
import { measure } from './measure.ts'
import { isApplied, statesNow } from './moves.ts'
import { touchedBy, type Reading } from './reading.ts'
import { routesFor } from './routes.ts'

export interface RemeasureInput {
  now: Instant
  environment: Environment
  backups: { folder: string }
  /** Where what is built for plans is kept. */
  builds: string
  earlier: readonly EarlierStep[]
  ours: Identity | null
  /** The runbook as its file has it now, to notice a change; without it, the file is not looked at. */
  runbook?: Runbook
  /** The run's own target, so that its sessions are not counted as somebody's; without it, one is made. */
  target?: Target
}

/**
 * Reads everything again, hours later. `differs` names what of the approved part is not what people approved; sessions,
 * sizes and findings may come and go without that. Another server is a failure (`target-is-another`): nothing is said
 * to it, so there is nothing to compare.
 */
export async function remeasure(
  plan: Plan,
  input: RemeasureInput,
): Promise<Result<{ measured: Measured; differs: Difference[] }>> {
  const { approved } = plan
  const { runbook } = approved
  if (input.ours && targetKey(input.ours) === targetKey(approved.identity))
    return failure({
      code: 'target-is-ours',
      database: runbook.target.database,
      host: approved.identity.host,
    })
  const target = input.target ? ok(input.target) : targetOf(plan, input.environment)
  if (!target.ok) return target
  const engine = makeEngine(runbook, {
    ...input,
    address: target.value.address,
    history: approved.history,
  })
  const version = await withSession(target.value, 'identify', async (session) => session.serverVersion)
  if (!version.ok) return version
  const read = await readAgain(engine, target.value, approved)
  if (!read.ok) return read
  const measured = await measure(target.value, {
    ...input,
    kind: plan.kind,
    runbook,
    engine,
    read: read.value,
    routes: approved.routes,
    serverVersion: version.value,
  })
  if (!measured.ok) return measured
  const differs: [Difference, boolean][] = [
    ['sql', !sameSql(approved.prepared, read.value.prepared)],
    ['steps', !sameSteps(plan, read.value, input.runbook)],
    ['server', version.value !== approved.serverVersion],
    ['schema', shapeDifferences(approved.schema, read.value.schema).length > 0],
    ['history', sha256OfJson(appliedIn(approved.history)) !== sha256OfJson(appliedIn(read.value.history))],
    ['runbook', input.runbook !== undefined && sha256OfJson(input.runbook) !== sha256OfJson(runbook)],
  ]
  return ok({ measured: measured.value, differs: differs.filter(([, yes]) => yes).map(([what]) => what) })
}

function targetOf({ id, approved }: Plan, environment: Environment): Result<Target> {
  const { url, database } = approved.runbook.target
  const address = targetAddress(url, database, environment)
  return address.ok ? ok(makeTarget(address.value, applicationNameOf(id), approved.identity)) : address
}

/** What is not kept with the plan: the history, the files and the tables. */
async function readAgain(
  engine: Engine,
  target: Target,
  approved: Plan['approved'],
): Promise<Result<Reading>> {
  const { prepared } = approved
  if (!prepared) return ok({ history: approved.history, prepared, schema: approved.schema })
  const applied = await engine.applied(target)
  if (!applied.ok) return applied
  const again = await engine.again(prepared)
  if (!again.ok) return again
  const schema = await withSession(target, 'read tables', ({ client }) =>
    readTables(client, touchedBy(prepared)),
  )
  if (!schema.ok) return schema
  const history = { ...approved.history, migrations: statesNow(approved.history.migrations, applied.value) }
  return ok({ history, prepared: again.value, schema: schema.value })
}

const sameSql = (a: Reading['prepared'], b: Reading['prepared']): boolean =>
  a?.up.sha256 === b?.up.sha256 && a?.down?.sha256 === b?.down?.sha256

/** The steps that the runbook of today would give, a way back that came or went included. */
function sameSteps({ kind, approved }: Plan, { prepared }: Reading, runbook = approved.runbook): boolean {
  const deadline = approved.routes.forward.find((step) => step.kind === 'deadline')
  const routes = routesFor(runbook, kind, {
    hasDown: prepared?.down != null,
    accepted: approved.accepted,
    needsSeconds: deadline?.with.needsSeconds ?? 0,
  })
  return sha256OfJson(routes) === sha256OfJson(approved.routes)
}

/** Migrations that wait in the folder change nothing; what is on the database does. */
const appliedIn = ({ table, migrations }: Reading['history']): unknown => [
  table,
  ...migrations.filter(isApplied).map((each) => each.id),
]
