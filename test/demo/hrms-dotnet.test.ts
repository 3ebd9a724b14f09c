import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { execa } from 'execa'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { readTables, shapeDifferences } from '../../src/adapters/postgres/catalog.ts'
import type { TableShape } from '../../src/domain/schema.ts'
import { emptyDatabase, type TestDatabase } from '../databases.ts'
import { connectionString, hrmsBuild, type HrmsBuild } from '../dotnet.ts'
import { dotnet, needing } from '../needs.ts'

const ids = [
  '20251031135011_InitialMasterSchema',
  '20251111125329_InitialMasterDb',
  '20251113040317_AddSecurityEnhancements',
] as const

describe('The migrations of the .NET HRMS', needing(dotnet), () => {
  let build: HrmsBuild
  beforeAll(async () => {
    build = await hrmsBuild('after')
  })

  /** `dotnet ef`, which ends as it ends. */
  const ef = (args: string[], database?: TestDatabase) =>
    execa(
      'dotnet',
      ['ef', ...args, '--project', build.project, '--startup-project', build.startupProject].concat([
        '--context',
        build.context,
        '--no-build',
        '--no-color',
        '--prefix-output',
      ]),
      {
        cwd: build.directory,
        env: {
          ...build.environment,
          ConnectionStrings__MasterDb: database && connectionString(database.url),
        },
        reject: false,
      },
    )

  test('EF Core makes of an empty database what the runbook’s SQL makes of it, up and down', async () => {
    const [byEf, bySql] = [await empty(), await empty()]
    for (const id of ids) await apply(bySql, `${id}.up`)
    expect(await ef(['database', 'update'], byEf)).toMatchObject({ exitCode: 0 })
    expect(await shapes(byEf)).toEqual(await shapes(bySql))
    expect(await history(byEf)).toEqual(ids)

    const before = await empty()
    for (const id of ids.slice(0, 2)) await apply(before, `${id}.up`)
    await apply(bySql, `${ids[2]}.down`)
    expect(await ef(['database', 'update', 'InitialMasterDb'], byEf)).toMatchObject({ exitCode: 0 })
    expect(await shapes(byEf)).toEqual(await shapes(bySql))
    expect(await history(byEf)).toEqual(ids.slice(0, 2))
    // EF Core gives a column that is NOT NULL again a default for its rows, and leaves it behind.
    expect(shapeDifferences(await shapes(before), await shapes(byEf))).toEqual([
      'master."RefreshTokens", column "AdminUserId": uuid NOT NULL → ' +
        `uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'::uuid`,
    ])
  })

  test('the model has no change without a migration', async () => {
    const database = await empty()
    expect(await ef(['migrations', 'has-pending-model-changes'], database)).toMatchObject({ exitCode: 0 })
  })

  test('without a connection in the environment dotnet ef names the variable and touches no database', async () => {
    const ended = await ef(['database', 'update'])
    expect(ended.exitCode).toBe(1)
    expect(ended.stdout).toMatch(/^error: .*ConnectionStrings__MasterDb is not set\. /m)
  })
})

async function empty(): Promise<TestDatabase> {
  const database = await emptyDatabase()
  onTestFinished(() => database.drop())
  return database
}

async function apply(database: TestDatabase, file: string): Promise<void> {
  const folder = path.join(import.meta.dirname, '../../demo/runbooks/hrms/migrations')
  const client = await database.client()
  await client.query(await readFile(path.join(folder, `${file}.sql`), 'utf8'))
}

/** Every table of the schema `master`, columns in their order. */
async function shapes(database: TestDatabase): Promise<TableShape[]> {
  const client = await database.client()
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', nspname, relname) as name
     from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = 'master' and relkind = 'r' order by 1`,
  )
  return readTables(
    client,
    rows.map(({ name }) => name),
  )
}

async function history(database: TestDatabase): Promise<string[]> {
  const client = await database.client()
  const { rows } = await client.query<{ id: string }>(
    'select "MigrationId" as id from master."__EFMigrationsHistory" order by 1',
  )
  return rows.map(({ id }) => id)
}
