import type pg from 'pg'
import { readTables } from '../adapters/postgres/catalog.ts'
import { targetAddress } from '../adapters/postgres/target-address.ts'
import { makeTarget, withSession, type Target } from '../adapters/postgres/target.ts'
import type { Config, Environment } from '../config.ts'
import { sha256OfJson } from '../domain/digest.ts'
import { targetKey } from '../domain/identity.ts'
import type { Approved } from '../domain/plan.ts'
import { failure, ok, type Result } from '../domain/result.ts'
import type { Run } from '../domain/run.ts'
import type { Runbook } from '../domain/runbook.ts'
import type { TableShape } from '../domain/schema.ts'
import type { Migration } from '../domain/script.ts'
import type { BothWays } from '../engines/engine.ts'
import { compareMigrations } from '../engines/history.ts'
import { makeEngine } from '../engines/make.ts'
import { prepareBoth } from '../engines/prepare-up-down.ts'
import { validityAfter } from '../engines/statements/validity.ts'
import { isApplied, statesNow } from '../plan/moves.ts'
import { touchedBy } from '../plan/reading.ts'
import { allValid, columnsAsExpected, takenBack, type Looked } from '../steps/table-checks.ts'
import { newestPlanOf } from '../store/plans.ts'
import { unfinishedRunOf } from '../store/runs.ts'
import { buildsFolder } from './folders.ts'
import { applicationName } from './world.ts'

/** What verifying needs of the bot. */
export interface Verifying {
  pool: pg.Pool
  config: Pick<Config, 'folder'>
  environment: Environment
}

/** Whether the migration is applied, and what was looked at beside its row in the history. */
export interface Verified {
  applied: boolean
  seen: Looked[]
}

/**
 * Looks at the target in sessions that may only read. Fails as connecting to a target, listing and preparing migrations
 * do.
 */
export async function verifyTarget(from: Verifying, runbook: Runbook): Promise<Result<Verified>> {
  const target = await readingTarget(from, runbook)
  return target.ok ? look(from, runbook, target.value) : target
}

/** While a run is under way its sessions are the only ones that its steps do not mind: then we are one of them. */
async function readingTarget(
  { pool, environment }: Verifying,
  { target }: Runbook,
): Promise<Result<{ target: Target; running: Run | null }>> {
  const address = targetAddress(target.url, target.database, environment)
  if (!address.ok) return address
  const anonymous = makeTarget(address.value, applicationName('verify'), null)
  const identity = await withSession(anonymous, 'identify', async (session) => session.identity)
  if (!identity.ok) return identity
  const running = await unfinishedRunOf(pool, targetKey(identity.value))
  const name = applicationName(running?.id ?? 'verify')
  return ok({ target: makeTarget(address.value, name, identity.value), running })
}

/**
 * The plan that tells what the migration does, where reading it anew would take long: nothing is built while users wait,
 * and a project that was planned is not built again to be looked at. Null: it is read anew.
 */
async function plannedAs(
  { pool }: Verifying,
  runbook: Runbook,
  running: Run | null,
): Promise<Approved | null> {
  const { name, engine, migration } = runbook
  const underWay = running?.plan.approved
  if (underWay?.runbook.name === name && underWay.prepared) return underWay
  if (engine.kind === 'sql') return null
  const planned = (await newestPlanOf(pool, name))?.approved
  const isSame =
    planned?.runbook.migration === migration && sha256OfJson(planned.runbook.engine) === sha256OfJson(engine)
  return planned?.prepared && isSame ? planned : null
}

/** The tables as the last plan of the migration saw them; where there is none, nobody knows what was so before. */
async function shapesBefore(
  { pool }: Verifying,
  { name, migration }: Runbook,
  running: Run | null,
): Promise<TableShape[]> {
  const planned = running?.plan.approved ?? (await newestPlanOf(pool, name))?.approved
  return planned?.runbook.name === name && planned.runbook.migration === migration ? planned.schema : []
}

/** What the migration does. */
async function readMigrations(
  from: Verifying,
  runbook: Runbook,
  target: Target,
  running: Run | null,
): Promise<Result<{ migrations: Migration[]; prepared: BothWays }>> {
  const planned = await plannedAs(from, runbook, running)
  const history = planned?.history ?? null
  const { address } = target
  const { environment, config } = from
  const engine = makeEngine(runbook, { address, environment, builds: buildsFolder(config), history })
  try {
    if (planned?.prepared) {
      const applied = await engine.applied(target)
      if (!applied.ok) return applied
      return ok({
        migrations: statesNow(planned.history.migrations, applied.value),
        prepared: planned.prepared,
      })
    }
    const listed = await engine.list(target)
    if (!listed.ok) return listed
    const { migrations } = listed.value
    const at = migrations.findIndex(({ id }) => id === runbook.migration)
    if (at === -1)
      return failure({
        code: 'migration-unknown',
        migration: runbook.migration,
        known: migrations.map(({ id }) => id),
      })
    const [from, to] = [migrations[at - 1]?.id ?? null, runbook.migration]
    const prepared = await prepareBoth((move) => engine.prepare(move), {
      up: { from, to },
      down: { from: to, to: from },
    })
    return prepared.ok ? ok({ migrations, prepared: prepared.value }) : prepared
  } finally {
    await engine.close()
  }
}

async function look(
  from: Verifying,
  runbook: Runbook,
  { target, running }: { target: Target; running: Run | null },
): Promise<Result<Verified>> {
  const read = await readMigrations(from, runbook, target, running)
  if (!read.ok) return read
  const { migrations, prepared } = read.value
  const before = await shapesBefore(from, runbook, running)
  const wanted = migrations.find(({ id }) => id === runbook.migration)
  const applied = wanted !== undefined && isApplied(wanted)
  const seen = await withSession(
    target,
    'verify',
    async ({ client }): Promise<Looked[]> => {
      const { columns } = runbook.verification
      const names = columns.map(({ table }) => table)
      const tables = await readTables(client, touchedBy({ up: prepared.up, down: null }))
      return [
        lookAtHistory(runbook.migration, migrations),
        ...(applied ? columnsAsExpected(columns, await readTables(client, names)) : []),
        ...(!applied && prepared.down ? takenBack(prepared.down, tables) : []),
        ...allValid(tables, before, validityAfter(prepared.up)),
      ]
    },
    { settings: { readOnly: true } },
  )
  return seen.ok ? ok({ applied, seen: seen.value }) : seen
}

/** A gap below a migration that is applied was left by somebody who passed one over. */
function lookAtHistory(wanted: string, migrations: readonly Migration[]): Looked {
  const last = migrations.findLast(isApplied)?.id ?? 'no migration'
  const missing = migrations.find((each) => !isApplied(each) && compareMigrations(each.id, wanted) < 0)
  return migrations.some((each) => each.id === wanted && isApplied(each)) && missing
    ? { check: 'History', expected: missing.id, found: 'not applied' }
    : { check: 'History', found: last }
}
