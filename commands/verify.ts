import type { Runbook } from '../src/domain/runbook.ts'
import type { Migration } from '../src/domain/script.ts'
import type { Run } from '../src/domain/run.ts'
import type { TableShape } from '../src/domain/schema.ts'
import { sha256OfJson } from '../src/domain/digest.ts'
import type { Approved } from '../src/domain/plan.ts'
import { newestPlanOf } from '../src/store/plans.ts'
import type { BothWays } from '../src/engines/engine.ts'
import { validityAfter } from '../src/engines/statements/validity.ts'
import { prepareBoth } from '../src/engines/prepare-up-down.ts'
import { failure, ok, type Result } from '../src/domain/result.ts'
import { readTables } from '../src/adapters/postgres/catalog.ts'
import { makeTarget, withSession, type Target } from '../src/adapters/postgres/target.ts'
import { targetAddress } from '../src/adapters/postgres/target-address.ts'
import { compareMigrations } from '../src/engines/history.ts'
import { makeEngine } from '../src/engines/make.ts'
import { isApplied, statesNow } from '../src/plan/moves.ts'
import { touchedBy } from '../src/plan/reading.ts'
import { applicationName, buildsFolder } from '../src/runs/world.ts'
import { allValid, columnsAsExpected, takenBack, type Looked } from '../src/steps/table-checks.ts'
import { targetKey } from '../src/domain/identity.ts'
import { unfinishedRunOf } from '../src/store/runs.ts'
import { verificationView } from '../src/views/run/verification.ts'
import { command, type House } from './command.ts'
import { askForRunbook, runbookInput, runbookOf, runbookWords, type RunbookInput } from './runbooks.ts'

/** Looks whether the migration is on the target, and whether the target is as the runbook says then. Reads only. */
export const verify = command<RunbookInput>({
  name: 'verify',
  summary: 'look whether a migration is on the database, as the runbook expects it; only reads',
  example: 'verify add-security-enhancements',
  role: 'operator',
  words: runbookWords,
  input: runbookInput,
  form: (house, _caller, input) => askForRunbook(house, 'Verify', input),
  async handle(house, _caller, input) {
    const runbook = await runbookOf(house, input)
    if (!runbook.ok) return runbook
    const target = await readingTarget(house, runbook.value)
    if (!target.ok) return target
    const looked = await look(house, runbook.value, target.value)
    if (!looked.ok) return looked
    const { applied, seen } = looked.value
    return ok({ view: verificationView(runbook.value, applied, seen, new Date().toISOString()) })
  },
})

/** While a run is under way its sessions are the only ones that its steps do not mind: then we are one of them. */
async function readingTarget(
  { pool, environment }: House,
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
async function plannedAs({ pool }: House, runbook: Runbook, running: Run | null): Promise<Approved | null> {
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
  { pool }: House,
  { name, migration }: Runbook,
  running: Run | null,
): Promise<TableShape[]> {
  const planned = running?.plan.approved ?? (await newestPlanOf(pool, name))?.approved
  return planned?.runbook.name === name && planned.runbook.migration === migration ? planned.schema : []
}

/** What the migration does. */
async function readMigrations(
  house: House,
  runbook: Runbook,
  target: Target,
  running: Run | null,
): Promise<Result<{ migrations: Migration[]; prepared: BothWays }>> {
  const planned = await plannedAs(house, runbook, running)
  const history = planned?.history ?? null
  const { address } = target
  const { environment, config } = house
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
  house: House,
  runbook: Runbook,
  { target, running }: { target: Target; running: Run | null },
): Promise<Result<{ applied: boolean; seen: Looked[] }>> {
  const read = await readMigrations(house, runbook, target, running)
  if (!read.ok) return read
  const { migrations, prepared } = read.value
  const before = await shapesBefore(house, runbook, running)
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
