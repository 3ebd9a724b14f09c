import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import type { EngineSettings } from '../../src/domain/runbook.ts'
import { type Prepared, type Statement, statementsOf } from '../../src/domain/script.ts'
import type { Applying, Engine } from '../../src/engines/engine.ts'
import { sqlEngine } from '../../src/engines/sql.ts'
import { valueOf } from '../adapters/postgres/hrms.ts'

/** The migrations of the example: what hrms_master has, and what comes next. */
export const initial = '20251031135011_InitialMasterSchema'
export const before = '20251111125329_InitialMasterDb'
export const security = '20251113040317_AddSecurityEnhancements'

export const settings: Extract<EngineSettings, { kind: 'sql' }> = {
  kind: 'sql',
  folder: 'migrations',
  history: {
    table: 'master."__EFMigrationsHistory"',
    column: 'MigrationId',
    values: { ProductVersion: '9.0.10' },
  },
}

/** The engine of the example runbook. */
export const hrmsEngine = (): Engine =>
  sqlEngine(settings, new URL('../../demo/runbooks/hrms', import.meta.url).pathname)

export const hrmsUp = async (): Promise<Prepared> =>
  valueOf(await hrmsEngine().prepare({ from: before, to: security }))
export const hrmsDown = async (): Promise<Prepared> =>
  valueOf(await hrmsEngine().prepare({ from: security, to: before }))

/** An engine over a folder with these files, removed with the test. */
export async function engineOf(
  files: Record<string, string>,
  owner?: string,
): Promise<Engine & { folder: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-migrations-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [name, sql] of Object.entries(files)) await writeFile(path.join(folder, name), sql)
  return { ...sqlEngine({ ...settings, folder: '.' }, folder, owner), folder }
}

/** Prepares a single migration after `before`, from the SQL of its ways. */
export async function prepared(
  up: string,
  down?: string,
  owner?: string,
): Promise<{ engine: Engine; up: Prepared; down: Prepared | null }> {
  const id = '20260101000000_Test'
  const files = { [`${id}.up.sql`]: up, ...(down !== undefined && { [`${id}.down.sql`]: down }) }
  const engine = await engineOf(files, owner)
  const way = valueOf(await engine.prepare({ from: before, to: id }))
  const back = down === undefined ? null : valueOf(await engine.prepare({ from: id, to: before }))
  return { engine, up: way, down: back }
}

/** How apply is called unless a test says otherwise. */
export const applying = (given: Partial<Applying> = {}): Applying => ({
  signal: new AbortController().signal,
  progress: () => {},
  onLine: () => {},
  lockTimeout: 500,
  lockAttempts: 10,
  statementTimeout: 30_000,
  endFirst: [],
  accepted: null,
  ...given,
})

/** All statements of a move, in the order in which they run. */
export const statements = ({ scripts }: Prepared): Statement[] =>
  scripts.flatMap(({ units }) => units.flatMap(statementsOf))
