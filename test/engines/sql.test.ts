import { expect } from 'vitest'
import { test, valueOf } from '../adapters/postgres/hrms.ts'
import {
  applying,
  before,
  engineOf,
  hrmsEngine,
  hrmsUp,
  initial,
  prepared,
  security,
  settings,
} from './scripts.ts'
import { sqlEngine } from '../../src/engines/sql.ts'

const historyOf = 'insert into master."__EFMigrationsHistory" values ($1, $2)'

test('the list says which migrations are applied, which are pending, and which only the history knows', async ({
  hrms,
}) => {
  await (await hrms.client()).query(historyOf, ['20251112000000_Hotfix', '9'])
  expect(valueOf(await hrmsEngine().list(hrms.target()))).toEqual({
    table: 'master."__EFMigrationsHistory"',
    column: 'MigrationId',
    migrations: [
      { id: initial, state: 'applied' },
      { id: before, state: 'applied' },
      { id: '20251112000000_Hotfix', state: 'unknown' },
      { id: security, state: 'pending' },
    ],
  })
})

test('a history table that is not there does not read as "nothing was applied"', async ({ hrms }) => {
  await (await hrms.client()).query('alter table master."__EFMigrationsHistory" set schema public')
  const problem = { code: 'history-missing', table: 'master."__EFMigrationsHistory"' }
  expect(await hrmsEngine().list(hrms.target())).toEqual({ ok: false, problem })
  expect(await hrmsEngine().reconcile(hrms.target(), { from: before, to: security })).toEqual({
    unknown: 'history-missing',
  })
  expect(await hrmsEngine().apply(hrms.target(), await hrmsUp(), applying())).toMatchObject({
    status: 'failed',
    problem: { code: 'history-missing' },
  })
})

test('a second history table elsewhere is a finding: an application at run time may read that one', async ({
  hrms,
}) => {
  await (
    await hrms.client()
  ).query('create table public."__EFMigrationsHistory" (like master."__EFMigrationsHistory")')
  expect((await hrmsEngine().check(hrms.target(), await hrmsUp()))[0]).toEqual({
    level: 'warning',
    problem: {
      code: 'history-twice',
      tables: ['master."__EFMigrationsHistory"', 'public."__EFMigrationsHistory"'],
    },
  })
})

test('a history of the same name with other migrations is another context’s, one that has ours is not', async ({
  hrms,
}) => {
  const root = await hrms.client()
  await root.query('create schema audit; create table audit."__EFMigrationsHistory" ("MigrationId" text)')
  await root.query(
    'grant usage on schema audit to lockkeeper; grant select on all tables in schema audit to lockkeeper',
  )
  await root.query(`insert into audit."__EFMigrationsHistory" values ('20260101000000_Audit')`)
  const noticed = async () => (await hrmsEngine().check(hrms.target(), await hrmsUp()))[0]
  const others = ['audit."__EFMigrationsHistory"']
  const table = 'master."__EFMigrationsHistory"'
  expect(await noticed()).toEqual({ level: 'note', problem: { code: 'history-beside', table, others } })
  await root.query(`insert into audit."__EFMigrationsHistory" values ('${before}')`)
  const twice = { level: 'warning', problem: { code: 'history-twice', tables: [table, ...others] } }
  expect(await noticed()).toEqual(twice)
  await root.query(`revoke select on audit."__EFMigrationsHistory" from lockkeeper`)
  expect(await noticed()).toEqual(twice)
})

test('where the history stands: at the start, between, at the end, or somewhere nobody planned', async ({
  hrms,
}) => {
  const root = await hrms.client()
  const engine = hrmsEngine()
  const target = hrms.target()
  const move = { from: initial, to: security }
  const back = { from: security, to: initial }
  expect(await engine.reconcile(target, move)).toEqual({ between: before })
  expect(await engine.reconcile(target, { from: before, to: security })).toEqual({ at: 'from' })
  expect(await engine.reconcile(target, { from: security, to: before })).toEqual({ at: 'to' })
  await root.query(historyOf, [security, '9'])
  expect(await engine.reconcile(target, move)).toEqual({ at: 'to' })
  expect(await engine.reconcile(target, back)).toEqual({ at: 'from' })
  await root.query(historyOf, ['20990101000000_Later', '9'])
  expect(await engine.reconcile(target, move)).toEqual({ unknown: '20990101000000_Later' })
  await root.query('delete from master."__EFMigrationsHistory"')
  expect(await engine.reconcile(target, move)).toEqual({ unknown: 'no migration' })
  expect(await engine.reconcile(target, { from: null, to: initial })).toEqual({ at: 'from' })
})

test('what the example does to existing rows is noticed with the number of rows', async ({ hrms }) => {
  const findings = await hrmsEngine().check(hrms.target(), await hrmsUp())
  expect(findings).toEqual([
    {
      level: 'warning',
      problem: {
        code: 'constant-default',
        table: 'master."RefreshTokens"',
        column: 'LastActivityAt',
        value: '-infinity',
        rows: 1000,
      },
    },
    {
      level: 'warning',
      problem: {
        code: 'constant-default',
        table: 'master."RefreshTokens"',
        column: 'SessionTimeoutMinutes',
        value: '0',
        rows: 1000,
      },
    },
  ])
})

const tokens = 'master."RefreshTokens"'
const weights = {
  [`ALTER TABLE ${tokens} ALTER "Token" TYPE varchar(600)`]: [],
  [`ALTER TABLE ${tokens} ALTER "Token" TYPE text`]: [],
  [`ALTER TABLE ${tokens} ALTER "Token" TYPE varchar(400)`]: ['rewrites-table'],
  [`ALTER TABLE ${tokens} ALTER "ExpiresAt" TYPE timestamp`]: ['rewrites-table'],
  [`ALTER TABLE ${tokens} ALTER "Token" TYPE text USING upper("Token")`]: ['rewrites-table'],
  [`ALTER TABLE ${tokens} ADD a timestamptz DEFAULT now()`]: [],
  [`ALTER TABLE ${tokens} ADD a timestamptz DEFAULT clock_timestamp()`]: ['rewrites-table'],
  [`ALTER TABLE ${tokens} ADD a bigserial`]: ['rewrites-table'],
  [`ALTER TABLE ${tokens} ALTER "RevokedAt" SET NOT NULL`]: ['rows-in-the-way', 'scans-table'],
  [`ALTER TABLE ${tokens} ADD CONSTRAINT a CHECK ("Token" <> '')`]: ['scans-table'],
  [`ALTER TABLE ${tokens} ADD CONSTRAINT a CHECK ("Token" <> '') NOT VALID`]: [],
  [`ALTER TABLE ${tokens} ADD a uuid REFERENCES master."Tenants"`]: ['scans-table'],
  [`CREATE INDEX a ON ${tokens} ("RevokedAt")`]: ['scans-table'],
  [`CREATE INDEX CONCURRENTLY a ON ${tokens} ("RevokedAt")`]: [],
  [`DO $$ BEGIN CREATE INDEX a ON ${tokens} ("RevokedAt"); END $$`]: ['scans-table'],
  [`CREATE TABLE master.a (b int); CREATE INDEX c ON master.a (b); ALTER TABLE master.a ALTER b SET NOT NULL`]:
    [],
  [`ALTER TABLE ${tokens} RENAME TO t; ALTER TABLE master.t ALTER "Token" TYPE varchar(400)`]: [
    'rewrites-table',
  ],
  [`ALTER TABLE ${tokens} RENAME "Token" TO u; ALTER TABLE ${tokens} SET SCHEMA public; ALTER TABLE "RefreshTokens" ALTER u TYPE text`]:
    [],
  [`ALTER TABLE ${tokens} RENAME TO t; CREATE TABLE ${tokens} (a int); CREATE INDEX b ON ${tokens} (a)`]: [],
  [`DELETE FROM ${tokens}`]: [],
}

test('a statement that reads or writes every row under its lock is noticed, one that does not is not', async ({
  hrms,
}) => {
  for (const [sql, codes] of Object.entries(weights)) {
    const { engine, up } = await prepared(sql)
    const findings = await engine.check(hrms.target(), up)
    expect([sql, findings.map(({ problem }) => problem.code)]).toEqual([sql, codes])
  }
})

test('SET NOT NULL behind a valid CHECK reads nothing', async ({ hrms }) => {
  await (
    await hrms.client()
  ).query(`alter table ${tokens} add constraint nn check ("CreatedByIp" is not null)`)
  const { engine, up } = await prepared(`ALTER TABLE ${tokens} ALTER "CreatedByIp" SET NOT NULL`)
  expect(await engine.check(hrms.target(), up)).toEqual([])
})

test('a type of an extension is found without its schema, as EF writes it', async ({ hrms }) => {
  await (await hrms.client()).query('create extension citext schema public')
  const { engine, up } = await prepared(`ALTER TABLE ${tokens} ALTER "Token" TYPE citext`)
  expect(await engine.check(hrms.target(), up)).toEqual([])
})

test('a scan of a small table is a note with its rows and bytes; an empty table has none', async ({
  hrms,
}) => {
  const { engine, up } = await prepared(`CREATE INDEX a ON ${tokens} ("RevokedAt")`)
  expect(await engine.check(hrms.target(), up)).toEqual([
    {
      level: 'note',
      problem: {
        code: 'scans-table',
        table: tokens,
        statement: `CREATE INDEX a ON ${tokens} ("RevokedAt")`,
        rows: 1000,
        bytes: expect.any(Number),
      },
    },
  ])
  await (await hrms.client()).query(`truncate ${tokens}`)
  expect(await engine.check(hrms.target(), up)).toEqual([])
})

test('a server that cannot be reached is a blocker, not a silence', async ({ hrms }) => {
  const target = { ...hrms.target(), connect: hrms.target({ role: 'hrms_nobody' }).connect }
  expect(await hrmsEngine().check(target, await hrmsUp())).toMatchObject([
    { level: 'blocker', problem: { code: 'target-refused' } },
  ])
})

test('a folder is relative to its runbook, and a history table that is no name is a bug of the runbook’s check', async () => {
  const engine = await engineOf({ '1_a.up.sql': 'SELECT 1' })
  expect(
    (await sqlEngine({ ...settings, folder: '.' }, engine.folder).prepare({ from: null, to: '1_a' })).ok,
  ).toBe(true)
  const odd = { ...settings, history: { ...settings.history, table: 'a b c' } }
  expect(() => sqlEngine(odd, engine.folder)).toThrow("is not a table's name")
})
