import type { Runbook } from '../src/domain/runbook.ts'
import type { Migration } from '../src/domain/script.ts'
import { failure, ok, type Result } from '../src/domain/result.ts'
import { readTables } from '../src/adapters/postgres/catalog.ts'
import { makeTarget, targetAddress, withSession, type Target } from '../src/adapters/postgres/target.ts'
import { makeEngine } from '../src/engines/make.ts'
import { isApplied } from '../src/plan/moves.ts'
import { touchedBy } from '../src/plan/reading.ts'
import { applicationName } from '../src/runs/world.ts'
import { allValid, columnsAsExpected, takenBack, type Looked } from '../src/steps/verification.ts'
import { targetKey } from '../src/domain/identity.ts'
import { unfinishedRunOf } from '../src/store/runs.ts'
import { verificationView } from '../src/views/verification.ts'
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
    const looked = await look(runbook.value, target.value)
    if (!looked.ok) return looked
    const { applied, seen } = looked.value
    return ok({ view: verificationView(runbook.value, applied, seen, new Date().toISOString()) })
  },
})

/** While a run is under way its sessions are the only ones that its steps do not mind: then we are one of them. */
async function readingTarget({ pool, environment }: House, { target }: Runbook): Promise<Result<Target>> {
  const address = targetAddress(target.url, target.database, environment)
  if (!address.ok) return address
  const anonymous = makeTarget(address.value, applicationName('verify'), null)
  const identity = await withSession(anonymous, 'identify', async (session) => session.identity)
  if (!identity.ok) return identity
  const running = await unfinishedRunOf(pool, targetKey(identity.value))
  const name = applicationName(running?.id ?? 'verify')
  return ok(makeTarget(address.value, name, identity.value))
}

async function look(runbook: Runbook, target: Target): Promise<Result<{ applied: boolean; seen: Looked[] }>> {
  const engine = makeEngine(runbook.engine, runbook.folder)
  const listed = await engine.list(target)
  if (!listed.ok) return listed
  const { migrations } = listed.value
  const at = migrations.findIndex(({ id }) => id === runbook.migration)
  const wanted = migrations[at]
  if (!wanted)
    return failure({
      code: 'migration-unknown',
      migration: runbook.migration,
      known: migrations.map(({ id }) => id),
    })
  const from = migrations[at - 1]?.id ?? null
  const up = await engine.prepare({ from, to: wanted.id })
  if (!up.ok) return up
  const down = await engine.prepare({ from: wanted.id, to: from })
  const applied = isApplied(wanted)
  const seen = await withSession(
    target,
    'verify',
    async ({ client }): Promise<Looked[]> => {
      const { columns } = runbook.verification
      const names = columns.map(({ table }) => table)
      const tables = await readTables(client, touchedBy({ up: up.value, down: null }))
      return [
        lookAtHistory(wanted, migrations),
        ...(applied ? columnsAsExpected(columns, await readTables(client, names)) : []),
        ...(!applied && down.ok ? takenBack(down.value, tables) : []),
        ...allValid(tables),
      ]
    },
    { settings: { readOnly: true } },
  )
  return seen.ok ? ok({ applied, seen: seen.value }) : seen
}

/** A gap below a migration that is applied was left by somebody who passed one over. */
function lookAtHistory(wanted: Migration, migrations: readonly Migration[]): Looked {
  const last = migrations.findLast(isApplied)?.id ?? 'no migration'
  const missing = migrations.find((each) => !isApplied(each) && each.id < wanted.id)
  return isApplied(wanted) && missing
    ? { check: 'History', expected: missing.id, found: 'not applied' }
    : { check: 'History', found: last }
}
