import { expect } from 'vitest'
import { test } from '../../adapters/postgres/hrms.ts'
import { applying, prepared } from '../scripts.ts'
import { noticed } from './noticed.ts'

// The statements are as EF Core with Npgsql generates them, unless people write them with migrationBuilder.Sql.

const tokens = 'master."RefreshTokens"'

test('a procedure that commits cannot be called in a transaction (call-commits)', async ({ hrms }) => {
  const root = await hrms.client()
  await root.query(`create procedure master.refill() language plpgsql as $$ begin commit; end $$;
                    create procedure master.count() language plpgsql as $$ begin perform 1; end $$;
                    grant execute on procedure master.refill to public`)
  const called = 'CALL master.refill()'
  const { engine, up } = await prepared(called)
  expect(await engine.check(hrms.target(), up)).toContainEqual({
    level: 'blocker',
    problem: { code: 'call-commits', procedure: 'master.refill', statement: called, surely: true },
  })
  expect(await engine.apply(hrms.target(), up, applying())).toMatchObject({ problem: { sqlstate: '2D000' } })
  const codes = async (sql: string): Promise<string[]> => {
    const made = await prepared(sql)
    return (await made.engine.check(hrms.target(), made.up)).map(({ problem }) => problem.code)
  }
  expect(await codes('CALL master.count(); CALL master.nobody()')).toEqual([])
  const make = (ends: string): string =>
    `CREATE OR REPLACE PROCEDURE master.refill() LANGUAGE plpgsql AS $$ BEGIN ${ends}; END $$; ${called}`
  expect(await codes(make('PERFORM 1'))).toEqual([])
  expect(await codes(make('ROLLBACK'))).toEqual(['call-commits'])
})

test('one that may commit is a warning; of several of its name, those that take as many arguments are meant', async ({
  hrms,
}) => {
  const body = (does: string): string => `language plpgsql as $$ begin ${does}; end $$`
  await (
    await hrms.client()
  ).query(`create procedure p() ${body('commit')}; create procedure p(a int) ${body('null')};
           create procedure p(a int, b int, c int default 1) ${body('rollback')};
           create procedure p(a int, b text, inout c int, d int) ${body('commit')};
           create procedure p(a int, b int, c int, d text) ${body('null')};
           create procedure q(a int, variadic b int[]) ${body('if a > 0 then commit; end if')}`)
  const levels = async (sql: string) => {
    const { engine, up } = await prepared(sql)
    const found = await engine.check(hrms.target(), up)
    return found.map(({ level, problem }) =>
      problem.code === 'call-commits' ? [level, problem.surely] : problem.code,
    )
  }
  const [blocked, warned] = [
    ['blocker', true],
    ['warning', false],
  ]
  for (const [sql, wanted] of [
    ['CALL p()', [blocked]],
    ['CALL p(1)', []],
    ['CALL p(1, 2); CALL p(1, 2, 3)', [blocked, blocked]],
    ['CALL p(1, NULL, 3, NULL)', [warned]],
    ['CALL q(1); CALL q(1, 2, 3)', [warned, warned]],
    ['DROP PROCEDURE p(); CALL p(1, 2)', []],
    [`CREATE PROCEDURE p(a int, b int) ${body('null')}; CALL p(1, 2)`, [warned]],
    [
      `CREATE PROCEDURE r(a int, b int DEFAULT 1) ${body('commit')}; CALL r(1); CALL public.r(1, 2)`,
      [blocked, blocked],
    ],
  ] as const)
    expect([sql, await levels(sql)]).toEqual([sql, wanted])
})

test('procedures and blocks that PostgreSQL takes and the parser of PL/pgSQL does not end nothing', async ({
  hrms,
}) => {
  const root = await hrms.client()
  const row = `DECLARE r ${tokens}%ROWTYPE; BEGIN r."Token" := 'x'; END`
  await root.query(`create procedure master.one() language sql begin atomic select 1; end;
                    create procedure master.two() language plpgsql as $$ ${row} $$;
                    grant execute on all procedures in schema master to public`)
  const make = `CREATE PROCEDURE three() LANGUAGE sql BEGIN ATOMIC SELECT 1; END;
    CREATE PROCEDURE four() LANGUAGE plpgsql AS $$ ${row} $$`
  const { engine, up } = await prepared(
    `${make}; DO $$ ${row} $$; CALL three(); CALL four(); CALL master.one(); CALL master.two()`,
  )
  expect(await engine.check(hrms.target({ role: 'postgres' }), up)).toEqual([])
  expect(await engine.apply(hrms.target({ role: 'postgres' }), up, applying())).toMatchObject({
    status: 'done',
  })
})

test('a type that PostgreSQL does not make of the old one by itself is seen (type-unconvertible)', async ({
  hrms,
}) => {
  const found = ['blocker', tokens, 'Token', 'character varying(500)']
  for (const [sql, wanted] of [
    [`ALTER TABLE ${tokens} ALTER COLUMN "Token" TYPE jsonb`, [found]],
    [`ALTER TABLE ${tokens} ALTER COLUMN "Token" TYPE uuid`, [found]],
    [`ALTER TABLE ${tokens} RENAME TO t; ALTER TABLE master.t ALTER COLUMN "Token" TYPE integer`, [found]],
    [`CREATE TYPE mood AS ENUM ('ok'); ALTER TABLE ${tokens} ALTER COLUMN "Token" TYPE mood`, [found]],
    [`ALTER TABLE ${tokens} ALTER COLUMN "Token" TYPE jsonb USING "Token"::jsonb`, []],
    [`ALTER TABLE ${tokens} ALTER COLUMN "Token" TYPE text`, []],
    [`ALTER TABLE ${tokens} ALTER COLUMN "ExpiresAt" TYPE text`, []],
    [`ALTER TABLE ${tokens} ALTER COLUMN "ExpiresAt" TYPE timestamp without time zone`, []],
    [`CREATE EXTENSION citext; ALTER TABLE ${tokens} ALTER COLUMN "Token" TYPE citext`, []],
    [
      `ALTER TABLE ${tokens} DROP COLUMN "Token"; ALTER TABLE ${tokens} ADD "Token" text; ALTER TABLE ${tokens} ALTER COLUMN "Token" TYPE jsonb`,
      [['blocker', tokens, 'Token', 'text']],
    ],
    [
      `CREATE TABLE master.new (a text); ALTER TABLE master.new ALTER a TYPE jsonb`,
      [['blocker', 'master.new', 'a', 'text']],
    ],
    [`CREATE TABLE master.new (a text); ALTER TABLE master.new ALTER a TYPE jsonb USING a::jsonb`, []],
    [`CREATE TABLE master.new (a int); ALTER TABLE master.new ALTER a TYPE bigint`, []],
    [
      `CREATE TABLE master.new (a text); ALTER TABLE master.new RENAME a TO b; ALTER TABLE master.new ALTER b TYPE jsonb`,
      [],
    ],
    [
      `CREATE DOMAIN mood AS text; CREATE TABLE master.new (a mood); ALTER TABLE master.new ALTER a TYPE jsonb`,
      [],
    ],
  ] as const)
    expect([sql, await noticed(hrms, sql)]).toEqual([sql, wanted])
})

test('a column that a view or a policy reads is not to be changed or dropped under them (column-read)', async ({
  hrms,
}) => {
  await (
    await hrms.client()
  ).query(`create schema reports;
    create view reports."Held" as select "Token" from ${tokens};
    create materialized view reports.held as select "Token" from ${tokens} where "ReplacedByToken" is null;
    create policy own on ${tokens} using ("ReplacedByToken" is null)`)
  const type = `ALTER TABLE ${tokens} ALTER COLUMN "Token" TYPE text`
  const both = ['reports."Held"', 'reports.held']
  const drop = 'DROP VIEW reports."Held"; DROP MATERIALIZED VIEW reports.held'
  const schema = `DO $EF$ BEGIN IF NOT EXISTS(SELECT 1 FROM pg_namespace WHERE nspname = 'x') THEN CREATE SCHEMA x; END IF; END $EF$`
  for (const [sql, wanted] of [
    [type, [['blocker', tokens, 'Token', both]]],
    [`${schema}; ${type}`, [['blocker', tokens, 'Token', both]]],
    [`ALTER TABLE ${tokens} DROP COLUMN "Token"`, [['blocker', tokens, 'Token', both]]],
    [
      `ALTER TABLE ${tokens} DROP COLUMN "ReplacedByToken"`,
      [['blocker', tokens, 'ReplacedByToken', ['own', 'reports.held']]],
    ],
    [`DROP VIEW reports."Held"; ${type}`, [['blocker', tokens, 'Token', ['reports.held']]]],
    [`${drop}; ${type}`, []],
    [`${drop}; DROP POLICY own ON ${tokens}; ALTER TABLE ${tokens} DROP COLUMN "ReplacedByToken"`, []],
    [`ALTER TABLE ${tokens} DROP COLUMN "Token" CASCADE`, []],
    [`ALTER TABLE ${tokens} ALTER COLUMN "RevokedAt" TYPE text`, []],
    [
      `DO $$ BEGIN EXECUTE 'DROP SCHEMA reports CASCADE'; END $$; ${type}`,
      [['warning', tokens, 'Token', both]],
    ],
    [
      `DO $$ DECLARE r ${tokens}%ROWTYPE; BEGIN r."Token" := 'x'; END $$; ${type}`,
      [['warning', tokens, 'Token', both]],
    ],
  ] as const)
    expect([sql, await noticed(hrms, sql)]).toEqual([sql, wanted])
})

test('so do rules, triggers and generated columns; what is gone by then keeps nothing', async ({ hrms }) => {
  await (
    await hrms.client()
  ).query(`create schema reports; create table reports.log (id int);
    grant usage on schema reports to lockkeeper; grant select on reports.log to lockkeeper;
    create function reports.touch() returns trigger language plpgsql as 'begin return new; end';
    alter table ${tokens} add length int generated always as (length("Token")) stored;
    create trigger named before update of "Token" on ${tokens} for each row execute function reports.touch();
    create rule "Kept" as on insert to ${tokens} where new."Token" is null do nothing;
    create rule other as on insert to reports.log do also delete from ${tokens} where "Token" is null;
    create policy own on ${tokens} using ("Token" is null);
    create policy log on reports.log using (exists (select from ${tokens} where "Token" is null))`)
  const type = `ALTER TABLE ${tokens} ALTER COLUMN "Token" TYPE text`
  const all = ['"Kept"', 'length', 'log', 'named', 'other', 'own']
  const gone = `DROP RULE "Kept" ON ${tokens}; DROP TRIGGER named ON ${tokens}; DROP POLICY own ON ${tokens}; DROP TABLE reports.log`
  const but = (name: string) => [['blocker', tokens, 'Token', all.filter((one) => one !== name)]]
  for (const [sql, wanted] of [
    [type, but('')],
    [`ALTER TABLE ${tokens} DROP COLUMN "Token"`, but('')],
    [`DROP RULE "Kept" ON ${tokens}; ${type}`, but('"Kept"')],
    [`DROP RULE "Kept" ON reports.log; ${type}`, but('')],
    [`CREATE OR REPLACE RULE other AS ON INSERT TO reports.log DO NOTHING; ${type}`, but('other')],
    [`ALTER POLICY own ON ${tokens} USING (true); ${type}`, but('own')],
    [`ALTER POLICY own ON ${tokens} TO current_user; ${type}`, but('')],
    [`${gone}; ALTER TABLE ${tokens} ALTER COLUMN "Token" TYPE text, DROP COLUMN length`, []],
  ] as const) {
    expect([sql, await noticed(hrms, sql)]).toEqual([sql, wanted])
    const { engine, up } = await prepared(sql)
    const applied = await engine.apply(hrms.target({ role: 'postgres' }), up, applying())
    expect([sql, applied.status]).toEqual([sql, wanted.length > 0 ? 'failed' : 'done'])
  }
})

test('an extension that the server does not have is seen (extension-missing)', async ({ hrms }) => {
  expect(await noticed(hrms, 'CREATE EXTENSION IF NOT EXISTS "no-such"')).toEqual([['blocker', 'no-such']])
  expect(await noticed(hrms, 'CREATE EXTENSION IF NOT EXISTS "uuid-ossp"')).toEqual([])
})
