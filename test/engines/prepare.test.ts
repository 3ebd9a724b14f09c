import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { sqlEngine } from '../../src/engines/sql.ts'
import {
  before,
  engineOf,
  hrmsDown,
  hrmsEngine,
  hrmsUp,
  initial,
  prepared,
  security,
  settings,
  statements,
} from './scripts.ts'

/** Of a statement that no transaction holds. */
const traceOf = async (sql: string) => {
  const unit = (await prepared(sql)).up.scripts[0]?.units[0]
  return unit?.in === 'none' ? unit.trace : 'in a transaction'
}

test('the example goes up in one transaction: what we add is marked, what the file says is as it is written', async () => {
  const up = await hrmsUp()
  expect(up.scripts).toHaveLength(1)
  const [script] = up.scripts
  expect(script).toMatchObject({ migration: security, file: `${security}.up.sql` })
  expect(script?.units).toHaveLength(1)
  expect(statements(up).slice(0, 3)).toEqual([
    { text: 'LOCK TABLE master."__EFMigrationsHistory" IN EXCLUSIVE MODE', line: 2, from: 'added' },
    {
      text: 'SELECT "MigrationId" FROM master."__EFMigrationsHistory" ORDER BY "MigrationId"',
      line: 2,
      from: 'added',
    },
    {
      text: 'ALTER TABLE master."RefreshTokens" ALTER COLUMN "AdminUserId" DROP NOT NULL',
      line: 2,
      from: 'file',
    },
  ])
  expect(statements(up).filter(({ from }) => from === 'added')).toHaveLength(2)
  for (const { text, from } of statements(up)) if (from === 'file') expect(script?.sql).toContain(text)
  expect(up.touches).toEqual(['master."AdminUsers"', 'master."RefreshTokens"'])
})

test('what existing rows get in new columns is known: -infinity, 0 and NULL', async () => {
  const { adds } = await hrmsUp()
  expect(adds.map(({ column, gives, notNull }) => [column, gives, notNull])).toEqual([
    ['EmployeeId', { value: null }, false],
    ['LastActivityAt', { value: '-infinity' }, true],
    ['SessionTimeoutMinutes', { value: '0' }, true],
    ['TenantId', { value: null }, false],
    ['ActivationTokenExpiry', { value: null }, false],
    ['PasswordResetToken', { value: null }, false],
    ['PasswordResetTokenExpiry', { value: null }, false],
  ])
})

test('the way down knows what it drops, what the way up had given, and what it restores', async () => {
  const down = await hrmsDown()
  expect(down.drops.find(({ column }) => column === 'LastActivityAt')).toEqual({
    table: 'master."RefreshTokens"',
    column: 'LastActivityAt',
    gave: { value: '-infinity' },
  })
  expect(down.drops).toHaveLength(7)
  const gets = '00000000-0000-0000-0000-000000000000'
  expect(down.restores).toEqual([{ table: 'master."RefreshTokens"', column: 'AdminUserId', gets }])
})

test('what a rollback after admit keeps and deletes is part of what is shown and digested', async () => {
  const { keeps } = await hrmsDown()
  const tokens = keeps.find(({ table }) => table === 'master."RefreshTokens"')
  expect(tokens?.into).toBe('lockkeeper_kept."{run}_master.RefreshTokens"')
  expect(tokens?.lock.text).toBe('LOCK TABLE master."RefreshTokens" IN ACCESS EXCLUSIVE MODE')
  expect(tokens?.statements.map(({ text }) => text)).toEqual([
    'CREATE SCHEMA IF NOT EXISTS lockkeeper_kept',
    'REVOKE ALL ON SCHEMA lockkeeper_kept FROM PUBLIC',
    'CREATE TABLE lockkeeper_kept."{run}_master.RefreshTokens" AS SELECT * FROM master."RefreshTokens" WHERE "EmployeeId" IS NOT NULL OR "LastActivityAt" IS DISTINCT FROM \'-infinity\' OR "SessionTimeoutMinutes" IS DISTINCT FROM \'0\' OR "TenantId" IS NOT NULL OR "AdminUserId" IS NULL',
    'REVOKE ALL ON TABLE lockkeeper_kept."{run}_master.RefreshTokens" FROM PUBLIC',
    'DELETE FROM master."RefreshTokens" WHERE "AdminUserId" IS NULL',
  ])
})

test('the same files give the same digest; another byte, another move or another history table another one', async () => {
  const [one, two, down] = [await hrmsUp(), await hrmsUp(), await hrmsDown()]
  expect(one.sha256).toBe(two.sha256)
  expect(one.sha256).toMatch(/^[0-9a-f]{64}$/)
  expect(down.sha256).not.toBe(one.sha256)
  const engine = await engineOf({ '1_a.up.sql': 'SELECT 1' })
  const first = await engine.prepare({ from: null, to: '1_a' })
  await writeFile(path.join(engine.folder, '1_a.up.sql'), 'SELECT 1 -- changed')
  const second = await engine.prepare({ from: null, to: '1_a' })
  expect(first.ok && second.ok && first.value.sha256 === second.value.sha256).toBe(false)
})

test('a move runs every migration between, up by their ids and down in reverse', async () => {
  const files = Object.fromEntries(
    ['2_b', '10_c', '1_a'].flatMap((id) => [
      [`${id}.up.sql`, `CREATE TABLE t${id} ()`],
      [`${id}.down.sql`, `DROP TABLE t${id}`],
    ]),
  )
  const engine = await engineOf(files)
  const migrations = async (from: string | null, to: string | null) => {
    const way = await engine.prepare({ from, to })
    return way.ok ? way.value.scripts.map(({ migration }) => migration) : way.problem
  }
  expect(await migrations(null, '10_c')).toEqual(['1_a', '2_b', '10_c'])
  expect(await migrations('1_a', '10_c')).toEqual(['2_b', '10_c'])
  expect(await migrations('10_c', '1_a')).toEqual(['10_c', '2_b'])
  expect(await migrations('10_c', null)).toEqual(['10_c', '2_b', '1_a'])
  expect(await migrations('1_unknown_but_applied', '2_b')).toEqual(['2_b'])
  expect(await migrations('1_a', '3_x')).toEqual({
    code: 'migration-unknown',
    migration: '3_x',
    known: ['1_a', '2_b', '10_c'],
  })
  expect(await migrations('2_b', '2_b')).toEqual({ code: 'migration-applied', migration: '2_b' })
})

test('a migration without a way back has none', async () => {
  const engine = await engineOf({ '1_a.up.sql': 'SELECT 1' })
  expect(await engine.prepare({ from: '1_a', to: null })).toEqual({
    ok: false,
    problem: { code: 'migration-irreversible', migration: '1_a' },
  })
})

test('a folder that is missing, and files that are no migrations, are refused by name', async () => {
  const problemOf = async (files: Record<string, string>) => {
    const way = await (await engineOf(files)).prepare({ from: null, to: '1_a' })
    return way.ok ? null : way.problem
  }
  const up = { '1_a.up.sql': 'SELECT 1' }
  expect(await problemOf({ ...up, 'seed.sql': 'SELECT 1' })).toEqual({
    code: 'migration-file-odd',
    file: 'seed.sql',
    why: 'name',
  })
  expect(await problemOf({ ...up, '2_b.down.sql': 'SELECT 1' })).toMatchObject({
    file: '2_b.down.sql',
    why: 'no-up',
  })
  expect(await problemOf({ '1_a.up.sql': '-- nothing\nSTART TRANSACTION; COMMIT;' })).toMatchObject({
    why: 'empty',
  })
  expect(await problemOf({ ...up, 'README.md': 'not SQL' })).toBeNull()
  expect(await sqlEngine(settings, '/nowhere').prepare({ from: null, to: '1_a' })).toEqual({
    ok: false,
    problem: { code: 'migrations-folder', folder: '/nowhere/migrations', errno: 'ENOENT' },
  })
})

test('statements without a transaction of their own are one transaction, and the history row is added', async () => {
  const { up, down } = await prepared('CREATE TABLE a ();\nCREATE TABLE b ();', 'DROP TABLE b; DROP TABLE a;')
  expect(statements(up).map(({ text, from }) => [from, text.split(' (')[0]])).toEqual([
    ['added', 'LOCK TABLE master."__EFMigrationsHistory" IN EXCLUSIVE MODE'],
    ['added', 'SELECT "MigrationId" FROM master."__EFMigrationsHistory" ORDER BY "MigrationId"'],
    ['file', 'CREATE TABLE a'],
    ['file', 'CREATE TABLE b'],
    ['added', 'INSERT INTO master."__EFMigrationsHistory"'],
  ])
  expect(statements(up).at(-1)?.text).toContain(`VALUES ('20260101000000_Test', '9.0.10')`)
  expect(statements(down!).at(-1)).toMatchObject({
    from: 'added',
    text: `DELETE FROM master."__EFMigrationsHistory" WHERE "MigrationId" = '20260101000000_Test'`,
  })
})

test('a history row that an idempotent script writes inside of a DO block is not added again', async () => {
  const sql = `DO $EF$ BEGIN IF NOT EXISTS(SELECT 1 FROM master."__EFMigrationsHistory" WHERE "MigrationId" = '20260101000000_Test') THEN
    ALTER TABLE master."RefreshTokens" ADD "TenantId" uuid;
    INSERT INTO master."__EFMigrationsHistory" ("MigrationId", "ProductVersion") VALUES ('20260101000000_Test', '9.0.10');
    END IF; END $EF$`
  const { up } = await prepared(sql)
  expect(statements(up).filter(({ from }) => from === 'added')).toHaveLength(2)
  expect(up.touches).toEqual(['master."RefreshTokens"'])
  expect(up.adds).toMatchObject([
    { table: 'master."RefreshTokens"', column: 'TenantId', gives: { value: null } },
  ])
})

test('what no transaction may hold is a unit of its own, with what the catalogue will tell of it', async () => {
  const { up } = await prepared('CREATE TABLE a (b int);\nCREATE INDEX CONCURRENTLY "IX" ON a (b);')
  expect(up.scripts[0]?.units.map((unit) => unit.in)).toEqual(['transaction', 'none', 'transaction'])
  expect(up.scripts[0]?.units[1]).toMatchObject({
    statement: { line: 2 },
    trace: { makes: 'public."IX"', undo: 'DROP INDEX CONCURRENTLY IF EXISTS public."IX"' },
  })
  expect(await traceOf('DROP INDEX CONCURRENTLY "IX"')).toEqual({ drops: 'public."IX"' })
  expect(await traceOf('ALTER TABLE x.a DETACH PARTITION b CONCURRENTLY')).toEqual({
    detaches: 'public.b',
    from: 'x.a',
    finish: 'ALTER TABLE x.a DETACH PARTITION public.b FINALIZE',
  })
  expect(await traceOf('VACUUM a')).toBeUndefined()
  const alone = [
    'VACUUM a',
    'REINDEX TABLE CONCURRENTLY a',
    'ALTER SYSTEM SET x.y = 1',
    'CREATE DATABASE x',
    'DROP INDEX CONCURRENTLY i',
  ]
  for (const statement of alone) {
    expect((await prepared(statement)).up.scripts[0]?.units[0]).toMatchObject({ in: 'none' })
  }
  for (const statement of [`ALTER TYPE t ADD VALUE 'x'`, 'ANALYZE a', 'REINDEX TABLE a', 'DROP INDEX i']) {
    expect((await prepared(statement)).up.scripts[0]?.units[0]).toMatchObject({ in: 'transaction' })
  }
})

test('tables are named with their schema, and nothing else is taken for one', async () => {
  const { up } = await prepared(`
    WITH c AS (SELECT 1) INSERT INTO x.a SELECT * FROM c JOIN "B" ON true JOIN pg_catalog.pg_class ON true;
    CREATE VIEW v AS SELECT * FROM d;
    ALTER INDEX ix RENAME TO iy;
    ALTER SEQUENCE s RESTART;
    DROP TABLE IF EXISTS x.e, f;
    CREATE TEMP TABLE g ();
    ALTER TABLE ONLY h ADD CONSTRAINT k FOREIGN KEY (i) REFERENCES y.j;
    DO $$ BEGIN UPDATE x.l SET m = 1; END $$;
  `)
  expect(up.touches).toEqual(['public."B"', 'public.d', 'public.f', 'public.h', 'x.a', 'x.e', 'x.l', 'y.j'])
})

test('EF looks into the catalogue whether a schema exists: that is no table of the migration', async () => {
  const { up } =
    await prepared(`DO $EF$ BEGIN IF NOT EXISTS(SELECT 1 FROM pg_namespace WHERE nspname = 'x') THEN
    CREATE SCHEMA x; END IF; END $EF$; CREATE TABLE x.y ();`)
  expect(up.touches).toEqual(['x.y'])
})

test('scripts hold their files byte for byte', async () => {
  const up = await hrmsEngine().prepare({ from: initial, to: security })
  expect(up.ok && up.value.scripts.map(({ migration }) => migration)).toEqual([before, security])
  const file = new URL(`../../demo/runbooks/hrms/migrations/${security}.up.sql`, import.meta.url)
  expect(up.ok && up.value.scripts[1]?.sql).toBe(await readFile(file, 'utf8'))
})
