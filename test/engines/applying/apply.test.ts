import type pg from 'pg'
import { expect } from 'vitest'
import { readTables, shapeDifferences } from '../../../src/adapters/postgres/catalog.ts'
import type { Progress } from '../../../src/domain/step.ts'
import { type Hrms, test } from '../../adapters/postgres/hrms.ts'
import { waitingFor } from '../../locks.ts'
import {
  applying,
  before,
  engineOf,
  hrmsDown,
  hrmsEngine,
  hrmsUp,
  initial,
  prepared,
  security,
} from '../scripts.ts'

const tables = ['master."RefreshTokens"', 'master."AdminUsers"']
const tokens = 'master."RefreshTokens"'
const id = '20260101000000_Test'

const history = async (client: pg.Client): Promise<string[]> => {
  const { rows } = await client.query(
    'select "MigrationId" as id from master."__EFMigrationsHistory" order by 1',
  )
  return rows.map((row) => row.id)
}

/** Nothing of the run is left on the server. */
async function expectNobody(hrms: Hrms): Promise<void> {
  const ours = "select from pg_stat_activity where application_name like 'lockkeeper:%' and datname = $1"
  await expect.poll(async () => (await (await hrms.client()).query(ours, [hrms.name])).rowCount).toBe(0)
}

test('the example goes up as the bot’s own role: timed, with the log’s end after the commit', async ({
  hrms,
}) => {
  const seen: Progress[] = []
  const applied = await hrmsEngine().apply(
    hrms.target(),
    await hrmsUp(),
    applying({ progress: (one) => seen.push(one) }),
  )
  expect(applied).toMatchObject({
    status: 'done',
    facts: {
      move: { from: before, to: security },
      attempts: 1,
      seconds: expect.any(Number),
      lsn: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/),
      saved: [],
      reconciled: false,
    },
  })
  const facts = applied.status === 'done' ? applied.facts : null
  expect(facts?.statements.map(({ line, command }) => `${line} ${command}`)).toEqual([
    '2 LOCK TABLE',
    '2 SELECT',
    '2 ALTER TABLE',
    '4 ALTER TABLE',
    '6 ALTER TABLE',
    '8 ALTER TABLE',
    '10 ALTER TABLE',
    '12 ALTER TABLE',
    '14 ALTER TABLE',
    '16 ALTER TABLE',
    '18 INSERT INTO',
  ])
  expect(facts?.statements.every(({ milliseconds }) => milliseconds >= 0)).toBe(true)
  expect(seen.slice(-2)).toEqual([
    { done: 10, of: 11, unit: 'statements', at: 'INSERT INTO' },
    { done: 11, of: 11, unit: 'statements', at: 'COMMIT' },
  ])
  const root = await hrms.client()
  expect(await history(root)).toEqual([initial, before, security])
  const { rows } = await root.query(
    `select distinct "LastActivityAt"::text, "SessionTimeoutMinutes" from ${tokens}`,
  )
  expect(rows).toEqual([{ LastActivityAt: '-infinity', SessionTimeoutMinutes: 0 }])
  await expectNobody(hrms)
})

test('up and down again leave the schema as it was, but for the default that Down leaves behind', async ({
  hrms,
}) => {
  const root = await hrms.client()
  await root.query('set search_path = pg_catalog')
  const was = await readTables(root, tables)
  await hrmsEngine().apply(hrms.target(), await hrmsUp(), applying())
  expect(await hrmsEngine().apply(hrms.target(), await hrmsDown(), applying())).toMatchObject({
    status: 'done',
    facts: { move: { from: security, to: before }, saved: [] },
  })
  expect(await history(root)).toEqual([initial, before])
  expect(shapeDifferences(was, await readTables(root, tables))).toEqual([
    `${tokens}, column "AdminUserId": uuid NOT NULL → uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'::uuid`,
  ])
  const { rows } = await root.query("select from pg_namespace where nspname = 'lockkeeper_kept'")
  expect(rows).toEqual([])
})

test('what is applied already is not applied again, and is told as found', async ({ hrms }) => {
  await hrmsEngine().apply(hrms.target(), await hrmsUp(), applying())
  expect(await hrmsEngine().apply(hrms.target(), await hrmsUp(), applying())).toMatchObject({
    status: 'done',
    facts: { statements: [], reconciled: true, lsn: expect.stringContaining('/') },
  })
})

test('a history that moved since the plan stops the run before it begins', async ({ hrms }) => {
  const root = await hrms.client()
  await root.query('insert into master."__EFMigrationsHistory" values ($1, $2)', [
    '20251112000000_Hotfix',
    '9',
  ])
  expect(await hrmsEngine().apply(hrms.target(), await hrmsUp(), applying())).toEqual({
    status: 'failed',
    problem: { code: 'history-unlike', expected: before, found: '20251112000000_Hotfix' },
  })
})

test('a history that moves while we wait for its lock stops the run: it is read again under the lock', async ({
  hrms,
}) => {
  const other = await hrms.client()
  await other.query('begin')
  await other.query('insert into master."__EFMigrationsHistory" values ($1, $2)', [
    '20251112000000_Hotfix',
    '9',
  ])
  const applied = hrmsEngine().apply(hrms.target(), await hrmsUp(), applying({ lockTimeout: 20_000 }))
  await expect.poll(() => waitingFor(other, 'master."__EFMigrationsHistory"')).toBe(1)
  await other.query('commit')
  expect(await applied).toMatchObject({ problem: { code: 'history-unlike', found: '20251112000000_Hotfix' } })
  const root = await hrms.client()
  expect(await history(root)).not.toContain(security)
})

test('a script that writes another row than its own is rolled back', async ({ hrms }) => {
  const { engine, up } = await prepared(
    `CREATE TABLE master.a (); INSERT INTO master."__EFMigrationsHistory" VALUES ('20270101000000_Other', '9');`,
  )
  expect(await engine.apply(hrms.target(), up, applying())).toEqual({
    status: 'failed',
    problem: { code: 'history-unlike', expected: id, found: '20270101000000_Other' },
  })
  expect((await (await hrms.client()).query("select to_regclass('master.a') as a")).rows).toEqual([
    { a: null },
  ])
})

test('a failing statement is named with its file and line, and no row data is in the problem', async ({
  hrms,
}) => {
  const { engine, up } = await prepared(
    `CREATE TABLE master.a ();\n\nALTER TABLE master."AdminUsers"\n  ALTER "Email" TYPE integer\n  USING "Email"::integer;\n`,
  )
  const applied = await engine.apply(hrms.target(), up, applying())
  expect(applied).toEqual({
    status: 'failed',
    problem: {
      code: 'sql-error',
      sqlstate: '22P02',
      condition: 'invalid_text_representation',
      schema: null,
      table: null,
      column: null,
      constraint: null,
      statement: 'ALTER TABLE master."AdminUsers"\n  ALTER "Email" TYPE integer\n  USING "Email"::integer',
      file: `${id}.up.sql`,
      line: 3,
      find: 'select distinct "Email" from master."AdminUsers" where "Email" is not null',
    },
  })
  expect(JSON.stringify(applied)).not.toContain('@')
  const root = await hrms.client()
  expect((await root.query("select to_regclass('master.a') as a")).rows).toEqual([{ a: null }])
  expect(await history(root)).toEqual([initial, before])
  await expectNobody(hrms)
})

test('the line of an error is the one where the server stopped, not the statement’s first', async ({
  hrms,
}) => {
  const { engine, up } = await prepared(`SELECT 1;\nSELECT 'ä',\n  2,\n  "Nothing" FROM ${tokens};`)
  expect(await engine.apply(hrms.target(), up, applying())).toMatchObject({
    problem: { code: 'sql-error', condition: 'undefined_column', line: 4 },
  })
})

test('a constraint that is checked at the commit fails there, and nothing is left', async ({ hrms }) => {
  const { engine, up } = await prepared(
    `CREATE TABLE master.a (b int PRIMARY KEY, c int REFERENCES master.a DEFERRABLE INITIALLY DEFERRED);
     INSERT INTO master.a VALUES (1, 2)`,
  )
  expect(await engine.apply(hrms.target(), up, applying())).toMatchObject({
    problem: { code: 'sql-error', sqlstate: '23503', statement: 'COMMIT', constraint: 'a_c_fkey' },
  })
  expect(await history(await hrms.client())).toEqual([initial, before])
})

test('a statement that takes longer than it may is ended', async ({ hrms }) => {
  const { engine, up } = await prepared('SELECT pg_sleep(60)')
  expect(await engine.apply(hrms.target(), up, applying({ statementTimeout: 200 }))).toMatchObject({
    problem: {
      code: 'sql-error',
      sqlstate: '57014',
      statement: 'SELECT pg_sleep(60)',
      limit: { seconds: 0.2, key: 'window.statementTimeout', isOver: true },
    },
  })
})

test('a statement that somebody cancels is not said to have had too little time', async ({ hrms }) => {
  const client = await hrms.client()
  const { engine, up } = await prepared('SELECT pg_sleep(60)')
  const applied = engine.apply(hrms.target(), up, applying())
  await expect
    .poll(async () => {
      const { rowCount } = await client.query(
        "select pg_cancel_backend(pid) from pg_stat_activity where state = 'active' and query = 'SELECT pg_sleep(60)'",
      )
      return rowCount
    })
    .toBe(1)
  expect(await applied).toMatchObject({ problem: { sqlstate: '57014', limit: { isOver: false } } })
})

test('names without a schema mean public', async ({ hrms }) => {
  await (await hrms.client()).query('grant create on schema public to hrms_owner')
  const { engine, up } = await prepared('CREATE TABLE plain (); SELECT count(*) FROM pg_class')
  expect((await engine.apply(hrms.target(), up, applying())).status).toBe('done')
  const { rows } = await (await hrms.client()).query("select to_regclass('public.plain')::text as name")
  expect(rows).toEqual([{ name: 'plain' }])
})

test('of two migrations the first stays when the second fails, and a retry goes on after it', async ({
  hrms,
}) => {
  const [first, second] = ['20260101000000_First', '20260102000000_Second']
  const engine = await engineOf({
    [`${first}.up.sql`]: 'CREATE TABLE master.a (b int); INSERT INTO master.a VALUES (1)',
    [`${first}.down.sql`]: 'DROP TABLE master.a',
    [`${second}.up.sql`]: 'ALTER TABLE master.a ADD CONSTRAINT c CHECK (b > 1)',
    [`${second}.down.sql`]: 'ALTER TABLE master.a DROP CONSTRAINT c',
  })
  const move = { from: before, to: second }
  const up = await engine.prepare(move)
  if (!up.ok) throw new Error(up.problem.code)
  expect(await engine.apply(hrms.target(), up.value, applying())).toMatchObject({
    problem: { code: 'sql-error', condition: 'check_violation' },
  })
  expect(await engine.reconcile(hrms.target(), move)).toEqual({ between: first })
  const root = await hrms.client()
  await root.query('update master.a set b = 2')
  const retried = await engine.apply(hrms.target(), up.value, applying())
  expect(retried).toMatchObject({ status: 'done', facts: { reconciled: false } })
  expect(await history(root)).toEqual([initial, before, first, second])
  const down = await engine.prepare({ from: second, to: before })
  if (!down.ok) throw new Error(down.problem.code)
  expect((await engine.apply(hrms.target(), down.value, applying())).status).toBe('done')
  expect(await history(root)).toEqual([initial, before])
})

test('locks are noted beside the statement that took them, of a series of changed rows beside the last', async ({
  hrms,
}) => {
  const { engine, up } = await prepared(
    `CREATE FUNCTION master.takes() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN LOCK TABLE master."Tenants" IN SHARE MODE; RETURN NEW; END';
     CREATE TABLE master.seed (id int);
     CREATE TRIGGER takes BEFORE INSERT ON master.seed FOR EACH ROW EXECUTE FUNCTION master.takes();
     INSERT INTO master.seed VALUES (1);
     UPDATE master.seed SET id = 2;
     DELETE FROM master.seed;
     ALTER TABLE master."AdminUsers" ADD a int;`,
  )
  const applied = await engine.apply(hrms.target(), up, applying())
  const facts = applied.status === 'done' ? applied.facts : null
  expect(facts?.statements.slice(2).map(({ command, locks }) => [command, ...locks])).toEqual([
    ['CREATE FUNCTION'],
    ['CREATE TABLE', 'ACCESS EXCLUSIVE on master.seed'],
    ['CREATE TRIGGER', 'SHARE ROW EXCLUSIVE on master.seed'],
    ['INSERT INTO'],
    ['UPDATE'],
    ['DELETE FROM', 'SHARE on master."Tenants"'],
    ['ALTER TABLE', 'ACCESS EXCLUSIVE on master."AdminUsers"'],
    ['INSERT INTO'],
  ])
})
