import { expect } from 'vitest'
import { type Hrms, test } from '../../adapters/postgres/hrms.ts'
import { applying, prepared } from '../scripts.ts'

const tokens = 'master."RefreshTokens"'
const admins = 'master."AdminUsers"'

/** Two rows of ours, of which one refers to nothing, is empty, and too long for ten characters. */
const rows = `create table master.a (id int primary key, name text, parent int, code varchar(20));
  insert into master.a values (1, 'one', null, 'short'), (2, null, 7, 'longer than ten');
  alter table master.a owner to hrms_owner`

/** What stands in the way of a migration: level, rows and what they do not fit. */
async function inTheWay(hrms: Hrms, sql: string): Promise<unknown[]> {
  const { engine, up } = await prepared(sql)
  return (await engine.check(hrms.target(), up)).flatMap(({ level, problem }) =>
    problem.code === 'rows-in-the-way' ? [[level, problem.rows, problem.what]] : [],
  )
}

test('rows that the server would refuse block a plan, and are what it refuses', async ({ hrms }) => {
  const root = await hrms.client()
  await root.query(rows)
  for (const [sql, counted, what] of [
    ['ALTER TABLE master.a ALTER COLUMN name SET NOT NULL', 1, 'name NOT NULL'],
    ['ALTER TABLE master.a ADD size int NOT NULL', 2, 'size NOT NULL'],
    ['ALTER TABLE master.a ALTER COLUMN id TYPE numeric(1, 1)', 2, 'id numeric(1, 1)'],
    ['ALTER TABLE master.a ADD CONSTRAINT fk FOREIGN KEY (parent) REFERENCES master.a (id)', 1, 'fk'],
    ['ALTER TABLE master.a ADD CONSTRAINT ck CHECK (id < 2)', 1, 'ck'],
    ['ALTER TABLE master.a ALTER COLUMN code TYPE character varying(10)', 1, 'code varchar(10)'],
  ] as const) {
    expect([sql, await inTheWay(hrms, sql)]).toEqual([sql, [['blocker', counted, what]]])
    const { engine, up } = await prepared(sql)
    expect(await engine.apply(hrms.target(), up, applying())).toMatchObject({
      problem: { code: 'sql-error' },
    })
  }
})

test('a unique index and a key over rows that are alike', async ({ hrms }) => {
  const root = await hrms.client()
  await root.query(`${rows}; update master.a set code = 'same'`)
  expect(await inTheWay(hrms, 'CREATE UNIQUE INDEX ix ON master.a (code)')).toEqual([['blocker', 2, 'ix']])
  expect(await inTheWay(hrms, 'ALTER TABLE master.a ADD CONSTRAINT k UNIQUE (code)')).toEqual([
    ['blocker', 2, 'k'],
  ])
  expect(await inTheWay(hrms, 'CREATE UNIQUE INDEX ix ON master.a (id, code)')).toEqual([])
  await root.query('update master.a set code = null')
  const none = 'ALTER TABLE master.a ADD CONSTRAINT k UNIQUE NULLS NOT DISTINCT (code)'
  expect(await inTheWay(hrms, none)).toEqual([['blocker', 2, 'k']])
  expect(await inTheWay(hrms, none.replace('NULLS NOT DISTINCT', ''))).toEqual([])
  expect(await inTheWay(hrms, 'CREATE UNIQUE INDEX ix ON master.a (code) NULLS NOT DISTINCT')).toEqual([
    ['blocker', 2, 'ix'],
  ])
})

test('rows that cannot be counted are said not to have been', async ({ hrms }) => {
  await (await hrms.client()).query(rows)
  const { engine, up } = await prepared('ALTER TABLE master.a ADD CONSTRAINT ck CHECK (1 / (id - 1) > 0)')
  expect((await engine.check(hrms.target(), up)).map(({ problem }) => problem)).toContainEqual({
    code: 'rows-uncounted',
    what: ['ck'],
  })
})

test('values that USING would cut or a type round are a warning: the server takes them', async ({ hrms }) => {
  await (await hrms.client()).query(`${rows}; alter table master.a add n numeric default 1.5`)
  expect(await inTheWay(hrms, 'ALTER TABLE master.a ALTER n TYPE int')).toEqual([['warning', 2, 'n int4']])
  expect(await inTheWay(hrms, 'ALTER TABLE master.a ALTER code TYPE varchar(10) USING code::text')).toEqual([
    ['blocker', 1, 'code varchar(10)'],
  ])
  const cut = 'ALTER TABLE master.a ALTER COLUMN code TYPE varchar(10) USING code::varchar(10)'
  expect(await inTheWay(hrms, cut)).toEqual([['warning', 1, 'code varchar(10)']])
  const { engine, up } = await prepared(cut)
  expect((await engine.apply(hrms.target(), up, applying())).status).toBe('done')
})

test('what is made, filled or corrected before by the same migration is not judged by the rows of now', async ({
  hrms,
}) => {
  await (await hrms.client()).query(rows)
  const demand = 'ALTER TABLE master.a ALTER COLUMN name SET NOT NULL'
  for (const sql of [
    `UPDATE master.a SET name = '' WHERE name IS NULL; ${demand}`,
    `DELETE FROM master.a WHERE name IS NULL; ${demand}`,
    `TRUNCATE master.a; ${demand}`,
    `WITH gone AS (DELETE FROM master.a RETURNING id) SELECT FROM gone; ${demand}`,
    `DO $$ BEGIN UPDATE master.a SET name = ''; END $$; ${demand}`,
    `UPDATE master.a SET name = ''; ALTER TABLE master.a RENAME TO b; ALTER TABLE master.b ALTER COLUMN name SET NOT NULL`,
    `ALTER TABLE master.a DROP name; ALTER TABLE master.a ADD name text NOT NULL DEFAULT ''; ${demand}`,
    `CREATE TABLE master.b (c int); ALTER TABLE master.b ADD d int NOT NULL`,
    `ALTER TABLE master.a ADD d int NOT NULL DEFAULT 5, ADD e serial, ADD f int NOT NULL GENERATED ALWAYS AS IDENTITY`,
    `ALTER TABLE master.a ADD CONSTRAINT ck CHECK (id < 2) NOT VALID`,
    `DO $$ BEGIN IF false THEN ${demand}; END IF; END $$`,
  ])
    expect([sql, await inTheWay(hrms, sql)]).toEqual([sql, []])
})

test('what may correct them unseen makes a warning of it: other writes, functions, renames, IF EXISTS', async ({
  hrms,
}) => {
  await (await hrms.client()).query(rows)
  const demand = 'ALTER TABLE master.a ALTER COLUMN name SET NOT NULL'
  for (const sql of [
    `DO $$ BEGIN EXECUTE 'DELETE FROM master.a'; END $$; ${demand}`,
    `SELECT master.correct_names(); ${demand}`,
    `CALL master.correct_names(); ${demand}`,
    `UPDATE master.a SET code = ''; ${demand}`,
    `UPDATE ${admins} SET "Email" = "Email"; ${demand}`,
    `INSERT INTO master.a VALUES (7); ${demand}`,
    `ALTER TABLE master.a RENAME TO b; ALTER TABLE master.b ALTER COLUMN name SET NOT NULL`,
    `ALTER TABLE master.a ALTER COLUMN code TYPE text, ALTER COLUMN name SET NOT NULL`,
    demand.replace('TABLE', 'TABLE IF EXISTS'),
  ])
    expect([sql, await inTheWay(hrms, sql)]).toEqual([sql, [['warning', 1, 'name NOT NULL']]])
  const check = 'ALTER TABLE master.a ADD CONSTRAINT ck CHECK (id < 2)'
  expect(await inTheWay(hrms, `ALTER TABLE master.a DROP code; ${check}`)).toEqual([['warning', 1, 'ck']])
  expect(await inTheWay(hrms, `UPDATE master.a SET id = id - 1; ${check}`)).toEqual([])
})

test('a column that is added counts with the value that rows get in it', async ({ hrms }) => {
  await (
    await hrms.client()
  ).query(`${rows}; create table master.tenants (id int primary key); insert into master.tenants values (1);
    alter table master.tenants owner to hrms_owner`)
  const add = (value: string) =>
    `ALTER TABLE master.a ADD "TenantId" int NOT NULL DEFAULT ${value}; CREATE INDEX i ON master.a ("TenantId");`
  const key = (to: string) =>
    `ALTER TABLE master.a ADD CONSTRAINT fk FOREIGN KEY ("TenantId") REFERENCES master.${to} (id)`
  const made = 'CREATE TABLE master.made (id int primary key);'
  for (const [sql, found] of [
    [add('0') + key('tenants'), [['blocker', 2, 'fk']]],
    [add('1') + key('tenants'), []],
    [made + add('1') + key('made'), [['blocker', 2, 'fk']]],
    [`${made} INSERT INTO master.made VALUES (1); ${add('1')} ${key('made')}`, []],
    [
      `ALTER TABLE master.a ADD "Slug" text NOT NULL DEFAULT ''; CREATE UNIQUE INDEX u ON master.a ("Slug")`,
      [['blocker', 2, 'u']],
    ],
    [`ALTER TABLE master.a ADD "Slug" text; CREATE UNIQUE INDEX u ON master.a ("Slug")`, []],
    [`ALTER TABLE master.a ADD "Slug" text, ALTER "Slug" SET NOT NULL`, [['blocker', 2, '"Slug" NOT NULL']]],
    [
      `ALTER TABLE master.a ADD "Slug" uuid DEFAULT gen_random_uuid(); CREATE UNIQUE INDEX u ON master.a ("Slug")`,
      [],
    ],
  ] as const) {
    expect([sql, await inTheWay(hrms, sql)]).toEqual([sql, found])
    const { engine, up } = await prepared(`${sql}; ${found.length ? '' : 'SELECT 1 / 0'}`)
    const code = found.length ? /^23/ : /^22012/
    expect(await engine.apply(hrms.target(), up, applying())).toMatchObject({
      problem: { sqlstate: expect.stringMatching(code) },
    })
  }
})

test('what a column is added with counts for the constraints that are written beside it', async ({
  hrms,
}) => {
  await (
    await hrms.client()
  ).query(`${rows}; create table master.tenants (id int primary key); insert into master.tenants values (1);
    alter table master.tenants owner to hrms_owner`)
  const add = 'ALTER TABLE master.a ADD n int NOT NULL DEFAULT'
  for (const [sql, found] of [
    [`${add} 0 REFERENCES master.tenants`, 2],
    [`${add} 0 CHECK (n > 0)`, 2],
    [`${add} 0 UNIQUE`, 2],
    [`${add} 1 REFERENCES master.tenants (id) CHECK (n > 0)`, 0],
    ['ALTER TABLE master.a ADD n int REFERENCES master.tenants UNIQUE CHECK (n > 0)', 0],
    ['ALTER TABLE master.a ADD CONSTRAINT fk FOREIGN KEY (parent) REFERENCES master.tenants', 1],
  ] as const) {
    expect([sql, await inTheWay(hrms, sql)]).toEqual([
      sql,
      found ? [['blocker', found, sql.includes('CONSTRAINT') ? 'fk' : sql]] : [],
    ])
    const { engine, up } = await prepared(`${sql}; ${found ? '' : 'SELECT 1 / 0'}`)
    expect(await engine.apply(hrms.target(), up, applying())).toMatchObject({
      problem: { sqlstate: expect.stringMatching(found ? /^23/ : /^22012/) },
    })
  }
})

test('a foreign key that names no column is counted by the primary key, unless another one is made', async ({
  hrms,
}) => {
  await (
    await hrms.client()
  ).query(
    `${rows}; create table master.kids (a int); insert into master.kids values (7); alter table master.kids owner to hrms_owner`,
  )
  const key = 'ALTER TABLE master.kids ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES master.a'
  expect(await inTheWay(hrms, key)).toEqual([['blocker', 1, 'fk']])
  const other = 'ALTER TABLE master.a ADD PRIMARY KEY (parent)'
  expect(await inTheWay(hrms, `ALTER TABLE master.a DROP CONSTRAINT a_pkey; ${other}; ${key}`)).toEqual([
    ['blocker', 1, other],
  ])
})

test('a constraint that is added NOT VALID is counted where it is validated, also long after', async ({
  hrms,
}) => {
  const root = await hrms.client()
  await root.query(rows)
  const sql = `ALTER TABLE master.a ADD CONSTRAINT ck CHECK (id < 2) NOT VALID; ALTER TABLE master.a VALIDATE CONSTRAINT ck`
  expect(await inTheWay(hrms, sql)).toEqual([['blocker', 1, 'ck']])
  await root.query(
    `alter table master.a add constraint "Old" foreign key (parent) references master.a (id) not valid`,
  )
  const later = 'ALTER TABLE master.a VALIDATE CONSTRAINT "Old"'
  expect(await inTheWay(hrms, later)).toEqual([['blocker', 1, '"Old"']])
})

test('what EF calls besides says nothing of other rows: a schema that is ensured, a sequence that goes on', async ({
  hrms,
}) => {
  await (await hrms.client()).query(rows)
  const sql = `DO $EF$ BEGIN IF NOT EXISTS(SELECT 1 FROM pg_namespace WHERE nspname = 'x') THEN CREATE SCHEMA x; END IF; END $EF$;
    SELECT setval(pg_get_serial_sequence('master.a', 'id'), GREATEST((SELECT MAX(id) FROM master.a) + 1, 1), false);
    ALTER TABLE ${tokens} ADD "Note" text; CREATE TABLE master.b (c int);
    ALTER TABLE master.a ALTER COLUMN name SET NOT NULL`
  expect(await inTheWay(hrms, sql)).toEqual([['blocker', 1, 'name NOT NULL']])
})

test('what an earlier try of the migration committed has been through the rows', async ({ hrms }) => {
  const root = await hrms.client()
  await root.query(rows)
  const { engine, up } = await prepared(
    `UPDATE master.a SET name = ''; VACUUM master.a; ALTER TABLE master.a ALTER COLUMN parent SET NOT NULL`,
  )
  const found = async (): Promise<string[]> =>
    (await engine.check(hrms.target(), up)).flatMap(({ level, problem }) =>
      problem.code === 'rows-in-the-way' ? [level] : [],
    )
  expect(await found()).toEqual(['warning'])
  expect(await engine.apply(hrms.target(), up, applying())).toMatchObject({ problem: { sqlstate: '23502' } })
  expect(await found()).toEqual(['blocker'])
})
