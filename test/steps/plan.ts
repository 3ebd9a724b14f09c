import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { readTables } from '../../src/adapters/postgres/catalog.ts'
import { makeTarget } from '../../src/adapters/postgres/target.ts'
import { targetAddress } from '../../src/adapters/postgres/target-address.ts'
import type { Plan, RunKind } from '../../src/domain/plan.ts'
import type { Result } from '../../src/domain/result.ts'
import type { Kind, Parameters, Route, Routes, Step } from '../../src/domain/step.ts'
import type { PlannedHistory } from '../../src/domain/script.ts'
import type { Engine } from '../../src/engines/engine.ts'
import { makeEngine } from '../../src/engines/make.ts'
import { samplePlan } from '../plans.ts'
import type { Hrms } from './hrms.ts'

/** A step of the example's window; the ones of a way back carry its name. */
export const stepOf = <K extends Kind>(kind: K, given: Parameters[K], route: Route = 'forward'): Step<K> =>
  ({ id: route === 'forward' ? kind : `${route}.${kind}`, kind, with: given, inWindow: true }) as Step<K>

const service = { service: 'hrms-api' }

const lettingUsersIn = (to: 'before' | 'after', route: Route): Step[] => [
  stepOf('verify', { as: to }, route),
  stepOf('open', {}, route),
  stepOf('release', { ...service, to }, route),
  stepOf('start', service, route),
  stepOf('smoke', { as: to }, route),
  stepOf('admit', { holds: false }, route),
]

const takingUsersOut = (route: Route): Step[] => [
  stepOf('stop', service, route),
  stepOf('close', {}, route),
  stepOf('drain', { seconds: 1 }, route),
]

/** The ways through a run of the example. */
export const hrmsRoutes = (): Routes => ({
  forward: [
    stepOf('backup', {}),
    stepOf('check', {}),
    stepOf('claim', {}),
    stepOf('card', {}),
    ...takingUsersOut('forward'),
    stepOf('before', {}),
    stepOf('deadline', { needsSeconds: 10 }),
    stepOf('migrate', { direction: 'up', accepted: null }),
    ...lettingUsersIn('after', 'forward'),
  ],
  'back-out': lettingUsersIn('before', 'back-out'),
  'roll-back': [
    ...takingUsersOut('roll-back'),
    stepOf('migrate', { direction: 'down', accepted: null }, 'roll-back'),
    ...lettingUsersIn('before', 'roll-back'),
  ],
})

/** Where the example's database is, and nothing that a migration needs. */
export async function barePlan(
  { runbook, environment }: Hrms,
  kind: RunKind,
  routes = hrmsRoutes(),
): Promise<Plan> {
  const address = valueOf(targetAddress(runbook.target.url, runbook.target.database, environment))
  const session = valueOf(await makeTarget(address, 'lockkeeper:plan', null).connect())
  await session.end()
  return samplePlan({ kind, routes, runbook, identity: session.identity })
}

/** The example's engine; with its history where a plan has one. */
export function engineOf(
  { runbook, environment, folder }: Pick<Hrms, 'runbook' | 'environment' | 'folder'>,
  history: PlannedHistory | null,
): Engine {
  const address = valueOf(targetAddress(runbook.target.url, runbook.target.database, environment))
  const builds = path.join(folder, 'builds')
  return makeEngine(runbook, { address, environment, builds, history })
}

/** The example's plan with what the steps read of it; nothing else is measured. */
export async function hrmsPlan(
  { runbook, environment, folder }: Hrms,
  kind: RunKind,
  routes: Routes = hrmsRoutes(),
): Promise<Plan> {
  const address = valueOf(targetAddress(runbook.target.url, runbook.target.database, environment))
  const target = makeTarget(address, 'lockkeeper:plan', null)
  const engine = engineOf({ runbook, environment, folder }, null)
  const session = valueOf(await target.connect())
  try {
    const history = valueOf(await engine.list(target))
    const { migrations } = history
    const last = migrations.findLast((migration) => migration.state === 'applied')?.id ?? null
    const previous = migrations.findLast((migration) => migration.id < runbook.migration)?.id ?? null
    const from = kind === 'rollback' ? previous : last
    const up = valueOf(await engine.prepare({ from, to: runbook.migration }))
    const down = valueOf(await engine.prepare({ from: runbook.migration, to: from }))
    const plan = samplePlan({ kind, routes, runbook, identity: session.identity })
    plan.approved.serverVersion = session.serverVersion
    plan.approved.prepared = { up, down }
    plan.approved.history = history
    plan.approved.schema = await readTables(session.client, up.touches)
    return plan
  } finally {
    await session.end()
  }
}

/** Moves the example's database by its own file, as somebody else might have done. */
export async function migrate({ database, runbook }: Hrms): Promise<void> {
  const file = path.join(runbook.folder, 'migrations', `${runbook.migration}.up.sql`)
  const client = await database.client()
  await client.query(await readFile(file, 'utf8'))
  await client.end()
}

export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.problem))
  return result.value
}
