import { expect } from 'vitest'
import { type Hrms, test } from '../../adapters/postgres/hrms.ts'
import { applying, prepared } from '../scripts.ts'

/** What is refused or warned of, and whether the server takes it. */
async function refusedOf(hrms: Hrms, sql: string): Promise<{ found: unknown[]; runs: boolean }> {
  const { engine, up } = await prepared(sql)
  const target = hrms.target({ role: 'postgres' })
  const found = (await engine.check(target, up)).flatMap(({ level, problem }): unknown[] => {
    if (problem.code === 'statement-refused') return [[level, problem.why]]
    if (problem.code === 'type-unconvertible' || problem.code === 'column-read')
      return [[level, problem.code]]
    return problem.code === 'table-needed' ? [[level, problem.tables, problem.by]] : []
  })
  return { found, runs: (await engine.apply(target, up, applying())).status === 'done' }
}

type Case = readonly [sql: string, found: unknown[], runs?: boolean]

/** Each begins with the schema as it is set up. What is found is true: the server refuses it, or takes it. */
async function judged(hrms: Hrms, setup: string, cases: readonly Case[]): Promise<void> {
  const root = await hrms.client()
  for (const [sql, found, runs = found.length === 0] of cases) {
    await root.query(`drop schema if exists shop cascade; create schema shop; ${setup};
      delete from master."__EFMigrationsHistory" where "MigrationId" like '2026%'`)
    expect([sql, await refusedOf(hrms, sql)]).toEqual([sql, { found, runs }])
  }
}

test('a default that does not become one of the new type keeps its column from changing, whatever USING says', async ({
  hrms,
}) => {
  const left = [['blocker', 'default-left']]
  const using = 'ALTER TABLE shop.a ALTER COLUMN s TYPE shop.mood USING s::shop.mood'
  await judged(
    hrms,
    `create type shop.mood as enum ('on', 'off');
     create table shop.a (id int default 1, s text not null default 'on', at date default now(), t text default 'x')`,
    [
      [using, left],
      [`${using}, ALTER COLUMN s SET DEFAULT 'on'`, left],
      [`ALTER TABLE shop.a ALTER COLUMN t TYPE int USING 1`, left],
      [`${using}, ALTER COLUMN s DROP DEFAULT`, []],
      [
        `ALTER TABLE shop.a ALTER COLUMN s DROP DEFAULT; ${using}; ALTER TABLE shop.a ALTER COLUMN s SET DEFAULT 'on'`,
        [],
      ],
      [`ALTER TABLE shop.a ALTER COLUMN id TYPE bigint, ALTER COLUMN t TYPE varchar(9) USING 'y'`, []],
      [`ALTER TABLE shop.a ALTER COLUMN at TYPE time USING '1:00'::time`, []],
      [`ALTER TABLE shop.a ALTER COLUMN t TYPE int`, [['blocker', 'type-unconvertible']]],
    ],
  )
})

test('a column that partitions its table stays as it is, and its indexes are made in one piece', async ({
  hrms,
}) => {
  await judged(
    hrms,
    `create table shop.p (id int, d int) partition by list (d); create table shop.p1 partition of shop.p default;
     create index i on shop.p (id); create index j on shop.p1 (id)`,
    [
      ['ALTER TABLE shop.p ALTER COLUMN d TYPE bigint', [['blocker', 'partition-key']]],
      ['ALTER TABLE shop.p DROP COLUMN d', [['blocker', 'partition-key']]],
      ['ALTER TABLE shop.p ALTER COLUMN id TYPE bigint', []],
      ['CREATE INDEX CONCURRENTLY k ON shop.p (d)', [['blocker', 'partitioned']]],
      ['CREATE INDEX CONCURRENTLY k ON ONLY shop.p (d)', [['blocker', 'partitioned']]],
      ['DROP INDEX CONCURRENTLY shop.i', [['blocker', 'partitioned']]],
      ['CREATE INDEX CONCURRENTLY k ON shop.p1 (d)', []],
      ['DROP INDEX CONCURRENTLY shop.j', []],
    ],
  )
})

test('what is unique in a partitioned table holds what partitions it', async ({ hrms }) => {
  const left = [['blocker', 'partition-key-left']]
  await judged(
    hrms,
    `create table shop.p (id int not null, d int not null) partition by list (d); create table shop.p1 partition of shop.p default;
     create table shop.e (id int, d int) partition by list ((d + 1)); create unique index there on shop.p (d)`,
    [
      ['CREATE UNIQUE INDEX i ON shop.p (id)', left],
      ['ALTER TABLE shop.p ADD CONSTRAINT k PRIMARY KEY (id)', left],
      ['ALTER TABLE shop.e ADD UNIQUE (id, d)', left],
      [
        'ALTER TABLE shop.p RENAME d TO day; ALTER TABLE shop.p ADD d int; CREATE UNIQUE INDEX i ON shop.p (d)',
        left,
      ],
      ['ALTER TABLE shop.p RENAME d TO day; ALTER TABLE shop.p ADD PRIMARY KEY (day, id)', []],
      ['CREATE UNIQUE INDEX IF NOT EXISTS there ON shop.p (id)', left],
      ['CREATE INDEX i ON shop.p (id); CREATE UNIQUE INDEX j ON shop.p1 (id)', []],
    ],
  )
})

test('a key to which foreign keys refer is not to be dropped without them', async ({ hrms }) => {
  const needed = [['blocker', 'key-needed']]
  const code = 'ALTER TABLE shop.l DROP CONSTRAINT l_code_fkey'
  await judged(
    hrms,
    `create table shop.a (id int primary key, code text unique, up int references shop.a, other text unique);
     create table shop.k (a int references shop.a); create table shop.l (code text references shop.a (code))`,
    [
      ['ALTER TABLE shop.a DROP CONSTRAINT a_pkey', needed],
      ['ALTER TABLE shop.a DROP COLUMN code', needed],
      ['DROP TABLE shop.k; ALTER TABLE shop.a DROP COLUMN id', needed],
      ['DROP TABLE shop.k; ALTER TABLE shop.a DROP up, DROP COLUMN id', []],
      [`${code}; ALTER TABLE shop.a DROP CONSTRAINT a_code_key`, []],
      [`ALTER TABLE shop.l DROP code; ALTER TABLE shop.a DROP code`, []],
      ['ALTER TABLE shop.a DROP CONSTRAINT a_other_key; ALTER TABLE shop.a DROP COLUMN other', []],
      ['ALTER TABLE shop.a DROP CONSTRAINT a_pkey CASCADE; ALTER TABLE shop.a DROP COLUMN id', []],
      ['ALTER TABLE shop.a ALTER COLUMN id TYPE bigint', []],
    ],
  )
})

test('names are quoted as the catalogue quotes them', async ({ hrms }) => {
  await judged(
    hrms,
    `create table shop.a$b (id int primary key, name$ text); create view shop.v$1 as select name$ from shop.a$b`,
    [
      ['DROP VIEW shop.v$1; ALTER TABLE shop.a$b ALTER name$ TYPE varchar(9)', []],
      ['DROP VIEW shop.v$1; DROP TABLE shop.a$b', []],
    ],
  )
})

test('a table that others need is not to be dropped alone (table-needed)', async ({ hrms }) => {
  const keys = 'ALTER TABLE shop.k DROP CONSTRAINT k_a_fkey; ALTER TABLE shop.l DROP COLUMN a'
  const views = 'DROP VIEW shop.v; DROP POLICY o ON shop.m'
  await judged(
    hrms,
    `create table shop.a (id int primary key, up int references shop.a, g int generated always as (id * 2) stored);
     create policy own on shop.a using (id > 0); create view shop.v as select count(*) from shop.a;
     create table shop.k (a int references shop.a) partition by list (a); create table shop.k1 partition of shop.k default;
     create table shop.l (a int references shop.a); create table shop.m (id int);
     create policy o on shop.m using (id in (select id from shop.a))`,
    [
      ['DROP TABLE shop.a', [['blocker', ['shop.a'], ['k_a_fkey', 'l_a_fkey', 'o', 'shop.v']]]],
      [`${views}; DROP TABLE shop.a, shop.l`, [['blocker', ['shop.a'], ['k_a_fkey']]]],
      [`${views}; DROP TABLE shop.k, shop.l; DROP TABLE IF EXISTS shop.a, shop.nowhere`, []],
      [`${views}; ${keys}; DROP TABLE shop.a`, []],
      ['DROP TABLE shop.a CASCADE', []],
      [
        'DROP VIEW shop.v CASCADE; DROP TABLE shop.a',
        [['warning', ['shop.a'], ['k_a_fkey', 'l_a_fkey', 'o']]],
      ],
      ['ALTER TABLE shop.a RENAME TO b; CREATE TABLE shop.a (); DROP TABLE shop.a', []],
    ],
  )
})
