import { expect } from 'vitest'
import type { Outcome } from '../../src/domain/outcome.ts'
import type { Done } from '../../src/domain/step.ts'
import { keepBefore } from '../../src/engines/efcore/keep-before.ts'
import { countLoss } from '../../src/engines/loss.ts'
import { type Hrms, test, valueOf } from '../adapters/postgres/hrms.ts'
import { applying, prepared } from './scripts.ts'

interface Ways {
  made: string
  up?: string
  /** What users wrote since. */
  written: string
  down: string
}

/** A database that went up, and that users were in since. */
async function admitted(hrms: Hrms, { made, up = 'SELECT 1', written, down }: Ways) {
  const root = await hrms.client()
  await root.query(made)
  const { engine, ...ways } = await prepared(up, down)
  const target = hrms.target({ role: 'postgres' })
  expect(await engine.apply(target, ways.up, applying())).toMatchObject({ status: 'done' })
  await root.query(written)
  const back = ways.down!
  const { client, end } = valueOf(await target.connect({ settings: { readOnly: true } }))
  const loss = await countLoss(client, back)
  await end()
  return {
    loss,
    goBack: (): Promise<Outcome<Done['migrate']>> =>
      engine.apply(target, back, applying({ accepted: loss.rows })),
    keep: () => keepBefore(target, back, { ...applying(), accepted: loss.rows }),
    rows: async (query: string) => (await root.query(query)).rows,
  }
}

const kept = (hrms: Hrms, table: string): string => `lockkeeper_kept."${hrms.name}-TEST-1_${table}"`

test('rows without a value to which Down gives one before it asks for NOT NULL are no loss, and stay', async ({
  hrms,
}) => {
  const { loss, goBack, keep, rows } = await admitted(hrms, {
    made: `create table public.a (id int, n text not null, m text not null); insert into public.a values (1, 'x', 'x'), (2, 'y', 'y')`,
    up: 'ALTER TABLE a ALTER n DROP NOT NULL; ALTER TABLE a ALTER m DROP NOT NULL',
    written: 'update public.a set n = null where id = 1; update public.a set m = null where id = 2',
    down: `UPDATE a SET n = '' WHERE n IS NULL; ALTER TABLE a RENAME n TO o; ALTER TABLE a ALTER o SET NOT NULL; ALTER TABLE a ALTER m SET NOT NULL`,
  })
  expect(loss).toMatchObject({ violating: [{ column: 'm', rows: 1 }], rows: 1 })
  expect(await keep()).toMatchObject({ facts: { deletes: true } })
  expect(await goBack()).toMatchObject({ status: 'done' })
  expect(await rows('select * from public.a')).toEqual([{ id: 1, o: '', m: 'x' }])
})

test('a value that a foreign key refuses leaves its rows in the way; one that it takes does not', async ({
  hrms,
}) => {
  const { loss, goBack, rows } = await admitted(hrms, {
    made: `create table public.p (id int primary key); create table public.q (id int primary key); insert into public.p values (1);
      create table public.a (id int, p int not null references p, q int not null); insert into public.a values (1, 1, 1), (2, 1, 1), (3, 1, 1)`,
    up: 'ALTER TABLE a ALTER p DROP NOT NULL; ALTER TABLE a ALTER q DROP NOT NULL',
    written: 'update public.a set p = null where id = 1; update public.a set q = null where id = 2',
    down: `UPDATE a SET p = 1 WHERE p IS NULL; ALTER TABLE a ALTER p SET NOT NULL; UPDATE a SET q = 0 WHERE q IS NULL;
      ALTER TABLE a ALTER q SET NOT NULL; ALTER TABLE a ADD CONSTRAINT fk FOREIGN KEY (q) REFERENCES q (id) NOT VALID`,
  })
  expect(loss).toMatchObject({
    violating: [{ column: 'q', rows: 1 }],
    rows: 1,
  })
  expect(await goBack()).toMatchObject({ status: 'done' })
  expect(await rows('select id, p from public.a order by id')).toEqual([
    { id: 1, p: 1 },
    { id: 3, p: 1 },
  ])
})

test('a foreign key to a table that the bot may not read counts as refusing a value', async ({ hrms }) => {
  const root = await hrms.client()
  await root.query(`create schema theirs; create table theirs.p (id int primary key); insert into theirs.p values (1);
    create table public.a (p int references theirs.p); insert into public.a values (null); grant select on public.a to lockkeeper`)
  const { down } = await prepared(
    'SELECT 1',
    'UPDATE a SET p = 1 WHERE p IS NULL; ALTER TABLE a ALTER p SET NOT NULL',
  )
  const { client, end } = valueOf(await hrms.target().connect())
  const refused = await countLoss(client, down!)
  await root.query('grant usage on schema theirs to lockkeeper; grant select on theirs.p to lockkeeper')
  expect([refused.rows, (await countLoss(client, down!)).rows]).toEqual([1, 0])
  await end()
})

test('no row is deleted of a table to which others refer: theirs would go with it, or keep it from going', async ({
  hrms,
}) => {
  const { goBack, keep, rows } = await admitted(hrms, {
    made: `create table public.a (id int primary key, n text not null) partition by list (id);
      create table public.a1 partition of public.a for values in (1, 2); insert into public.a values (1, 'x'), (2, 'y');
      create table public.kids (a int references public.a on delete cascade); insert into public.kids values (1), (1), (2);
      create table public.friends (a int references public.a1)`,
    up: 'ALTER TABLE a ALTER n DROP NOT NULL',
    written: 'update public.a set n = null where id = 1',
    down: 'ALTER TABLE a ALTER n SET NOT NULL',
  })
  const problem = {
    code: 'rollback-referenced',
    table: 'public.a',
    columns: ['n'],
    by: ['public.friends', 'public.kids'],
  }
  expect(await keep()).toMatchObject({ facts: { deletes: true } })
  expect(await goBack()).toEqual({ status: 'failed', problem })
  expect(await rows('select count(*)::int as kids from public.kids')).toEqual([{ kids: 3 }])
  await rows('drop table public.kids, public.friends')
  expect(await goBack()).toMatchObject({ status: 'done' })
})

test('a column that takes the name of one that Down renames is another one: what was in that one is kept', async ({
  hrms,
}) => {
  const { loss, goBack, rows } = await admitted(hrms, {
    made: 'create table public.a (id int, amount int); insert into public.a values (1, 5), (2, 6)',
    up: 'ALTER TABLE a ALTER amount TYPE numeric(10, 2)',
    written: 'update public.a set amount = 5.75 where id = 1',
    down: `ALTER TABLE a RENAME amount TO amount_new; ALTER TABLE a ADD amount int;
      UPDATE a SET amount = trunc(amount_new); ALTER TABLE a ALTER amount SET NOT NULL; ALTER TABLE a DROP amount_new`,
  })
  expect(loss).toMatchObject({ dropped: [{ column: 'amount', rows: 2 }], violating: [], rows: 2 })
  expect(await goBack()).toMatchObject({ facts: { saved: [{ rows: 2 }] } })
  expect(await rows(`select amount from ${kept(hrms, 'public.a')} where id = 1`)).toEqual([
    { amount: '5.75' },
  ])
})

test('a table that Down makes only where it is not there loses what is dropped of it', async ({ hrms }) => {
  const { loss, goBack } = await admitted(hrms, {
    made: 'create table public.a (id int); create table public.b (id int); insert into public.a values (1); insert into public.b values (1)',
    up: 'ALTER TABLE a ADD x text; ALTER TABLE b ADD x text',
    written: `update public.a set x = 'mine'; update public.b set x = 'mine'`,
    down: `CREATE TABLE IF NOT EXISTS a (id int); ALTER TABLE a DROP x; ALTER TABLE b ADD IF NOT EXISTS x text; ALTER TABLE b DROP x`,
  })
  expect(loss).toMatchObject({ dropped: [{ table: 'public.a' }, { table: 'public.b' }], rows: 2 })
  expect(await goBack()).toMatchObject({ facts: { saved: [{ rows: 1 }, { rows: 1 }] } })
})

test('what need not be there is kept where it is, and in nobody’s way where it is not', async ({ hrms }) => {
  const down = `DROP TABLE IF EXISTS legacy; ALTER TABLE IF EXISTS nowhere DROP x, ALTER y SET NOT NULL;
    DO $$ BEGIN IF to_regclass('public.older') IS NOT NULL THEN DROP TABLE older; END IF; END $$;
    CREATE TEMP TABLE ids AS SELECT id FROM a; SELECT id INTO TEMP more FROM a; DROP TABLE ids, more;
    ALTER TABLE a DROP COLUMN IF EXISTS x; ALTER TABLE a DROP COLUMN IF EXISTS "X ""2"; ALTER TABLE a DROP y;
    DO $$ BEGIN
      IF EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'a' AND column_name = 'z') THEN
        ALTER TABLE a ALTER z SET NOT NULL; ALTER TABLE a ALTER w SET NOT NULL;
      END IF; END $$`
  const made = 'create table public.a (id int, y text)'
  const written = `insert into public.a values (1, 'mine'), (2, null), (3, null)`
  const { loss, goBack, keep, rows } = await admitted(hrms, {
    made,
    up: `ALTER TABLE a ADD x int NOT NULL DEFAULT 5`,
    written: `${written}; update public.a set x = 6 where id = 2`,
    down,
  })
  expect(loss.rows).toBe(2)
  const saved = [{ table: kept(hrms, 'public.a'), rows: 2 }]
  expect(await keep()).toMatchObject({ status: 'done', facts: { saved, deletes: false } })
  await rows('drop schema lockkeeper_kept cascade')
  expect(await goBack()).toMatchObject({ status: 'done', facts: { saved } })
  expect(await rows(`select id, x from ${kept(hrms, 'public.a')} order by id`)).toEqual([
    { id: 1, x: 5 },
    { id: 2, x: 6 },
  ])
})

test('what need not be there and is there is counted, kept, and deleted where it is in the way', async ({
  hrms,
}) => {
  const { loss, goBack, rows } = await admitted(hrms, {
    made: 'create table public.a (id int, z text, v text); create table public.legacy (id int); insert into public.legacy values (1)',
    written: `insert into public.a values (1, 'z', null), (2, null, null), (3, 'z', 'mine')`,
    down: `DROP TABLE IF EXISTS legacy; DO $$ BEGIN ALTER TABLE a ALTER z SET NOT NULL; ALTER TABLE a DROP v; END $$`,
  })
  expect(loss.rows).toBe(3)
  expect(await goBack()).toMatchObject({
    facts: {
      saved: [
        { table: kept(hrms, 'public.a'), rows: 2 },
        { table: kept(hrms, 'public.legacy'), rows: 1 },
      ],
    },
  })
  expect(await rows('select * from public.a order by id')).toEqual([
    { id: 1, z: 'z' },
    { id: 3, z: 'z' },
  ])
})

test('a column that Down makes, fills and asks a value of is looked for in no row of now', async ({
  hrms,
}) => {
  const { loss, goBack, rows } = await admitted(hrms, {
    made: 'create table public.a (id int, full_name text)',
    written: `insert into public.a values (1, 'Ann Lee'), (2, null)`,
    down: `ALTER TABLE a ADD first text; UPDATE a SET first = coalesce(split_part(full_name, ' ', 1), '');
      ALTER TABLE a ALTER first SET NOT NULL; ALTER TABLE a DROP full_name`,
  })
  expect(loss).toEqual({
    dropped: [{ table: 'public.a', column: 'full_name', rows: 1 }],
    violating: [],
    rows: 1,
  })
  expect(await goBack()).toMatchObject({ facts: { saved: [{ rows: 1 }] } })
  expect(await rows('select first from public.a order by id')).toEqual([{ first: 'Ann' }, { first: '' }])
})

test('a table that has to be there and is not stops a rollback before anything is done', async ({ hrms }) => {
  const { goBack, rows } = await admitted(hrms, {
    made: 'create schema app; create table app.a (note text)',
    written: `insert into app.a values ('mine')`,
    down: 'ALTER TABLE a DROP note',
  })
  expect(await goBack()).toMatchObject({
    problem: { sqlstate: '42P01', statement: expect.stringContaining('LOCK TABLE') },
  })
  expect(await rows('select * from app.a')).toEqual([{ note: 'mine' }])
})

test('values of types that are not the server’s own are compared as text: a plan counts what the run does', async ({
  hrms,
}) => {
  const { loss, goBack } = await admitted(hrms, {
    made: `create extension citext schema public; create extension hstore schema public; create type public.mood as enum ('ok', 'sad');
      create collation public.blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      create table public.a (id int); insert into public.a select generate_series(1, 7)`,
    up: `ALTER TABLE a ADD c citext NOT NULL DEFAULT 'x', ADD h hstore NOT NULL DEFAULT '', ADD m mood DEFAULT 'ok', ADD p jsonpath DEFAULT '$',
      ADD n numeric(10, 2) DEFAULT 0, ADD b text COLLATE blind DEFAULT 'x', ADD j json DEFAULT '{}', ADD l int[] DEFAULT '{ 1 }',
      ADD d int DEFAULT 5; ALTER TABLE a ALTER d DROP DEFAULT, ALTER d TYPE date USING NULL; ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'`,
    written: `update public.a set m = 'sad';
      update public.a set c = 'X' where id = 1; update public.a set h = 'a=>1' where id = 2; update public.a set p = '$.a' where id = 3;
      update public.a set n = 0.5 where id = 4; update public.a set b = 'X' where id = 5; update public.a set j = '[]' where id = 6`,
    down: `ALTER TABLE a DROP c, DROP h, DROP p, DROP n, DROP b, DROP j, DROP l, DROP d, DROP m`,
  })
  expect(Object.fromEntries(loss.dropped.map(({ column, rows }) => [column, rows]))).toEqual({
    c: 1,
    h: 1,
    p: 1,
    n: 1,
    b: 1,
    j: 1,
    l: 0,
    m: 7,
    d: 0,
  })
  expect(await goBack()).toMatchObject({ facts: { saved: [{ rows: 7 }] } })
})

test('what the way up wrote by ON CONFLICT or MERGE is not taken for what a new column began with', async ({
  hrms,
}) => {
  const { loss } = await admitted(hrms, {
    made: 'create table public.a (id int primary key); insert into public.a values (1), (2)',
    up: `ALTER TABLE a ADD x int DEFAULT 5, ADD y int DEFAULT 5; INSERT INTO a VALUES (1, 5) ON CONFLICT (id) DO UPDATE SET x = 7;
      MERGE INTO a USING (SELECT 2 AS id) b ON a.id = b.id WHEN MATCHED THEN UPDATE SET y = 7`,
    written: 'update public.a set x = 5, y = 5',
    down: 'ALTER TABLE a DROP x, DROP y',
  })
  expect(loss).toMatchObject({
    dropped: [
      { column: 'x', rows: 2 },
      { column: 'y', rows: 2 },
    ],
  })
})

test('what is kept is of no type and no collation that Down drops', async ({ hrms }) => {
  const { goBack, keep, rows } = await admitted(hrms, {
    made: 'create extension hstore schema public; create table public.a (id int); insert into public.a values (1), (2)',
    up: `CREATE TYPE mood AS ENUM ('ok', 'it''s sad'); CREATE DOMAIN age AS int; CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      ALTER TABLE a ADD m mood, ADD "M s" mood[], ADD g age, ADD h hstore, ADD n int, ADD c text COLLATE blind`,
    written: `update public.a set m = 'it''s sad', "M s" = '{ok}', g = 5, h = 'a=>1', n = 7, c = 'C' where id = 1`,
    down: `ALTER TABLE a DROP m, DROP "M s", DROP g, DROP n, DROP c; DROP COLLATION blind; DROP TYPE mood; DROP DOMAIN age CASCADE; DROP EXTENSION hstore CASCADE`,
  })
  expect(await keep()).toMatchObject({ status: 'done' })
  await rows('drop schema lockkeeper_kept cascade')
  expect(await goBack()).toMatchObject({ status: 'done', facts: { saved: [{ rows: 1 }] } })
  expect(await rows(`select * from ${kept(hrms, 'public.a')}`)).toEqual([
    { id: 1, m: `it's sad`, 'M s': '{ok}', g: '5', h: '"a"=>"1"', n: 7, c: 'C' },
  ])
})
