import { expect } from 'vitest'
import { countDemands } from '../../../src/engines/noticing/count-demands.ts'
import { type Hrms, test, valueOf } from '../../adapters/postgres/hrms.ts'
import { hrmsDown, hrmsUp, prepared } from '../scripts.ts'

/** A table as the way up left it, with what users wrote since. */
async function made(hrms: Hrms) {
  const root = await hrms.client()
  await root.query(`
    create table public.parents (id int primary key);
    create table public.t (id bigint, name text, code text, parent int, doc jsonb);
    insert into public.parents values (1);
    insert into public.t values (1, 'short', 'a', 1, '{}'), (3000000000, 'far too long', 'a', 2, '{}'), (null, null, null, null, null),
      (4, 'x', 'b', 2, '{}'), (5, 'abcde   ', 'b', 1, '{}');
    grant usage on schema public to lockkeeper; grant select on all tables in schema public to lockkeeper`)
  return async (down: string) => {
    const { client, end } = valueOf(await hrms.target().connect())
    const { down: way } = await prepared('SELECT 1;', down)
    try {
      return await countDemands(client, way!)
    } finally {
      await end()
    }
  }
}

const one = (what: string, rows: number) => ({
  violating: [{ table: 'public.t', what, rows }],
  uncounted: [],
})
const nothing = { violating: [], uncounted: [] }

test('rows that are too long or too large for a type that is narrower again are counted, cut or not', async ({
  hrms,
}) => {
  const count = await made(hrms)
  const name = 'ALTER TABLE public.t ALTER COLUMN name TYPE'
  expect(await count(`${name} varchar(5)`)).toEqual(one('name varchar(5)', 1))
  expect(await count(`${name} varchar(5) USING name::varchar(5)`)).toEqual(one('name varchar(5)', 1))
  expect(await count(`${name} varchar(12), ALTER COLUMN id TYPE integer`)).toEqual(one('id int4', 1))
  expect(await count(`${name} varchar`)).toEqual(nothing)
  expect(await count(`${name} text USING name::text`)).toEqual(nothing)
})

test('values that a narrower type would round are counted', async ({ hrms }) => {
  const count = await made(hrms)
  await (
    await hrms.client()
  ).query('alter table public.t add n numeric; update public.t set n = id / 2.0 where id < 9')
  const type = 'ALTER TABLE public.t ALTER COLUMN n TYPE'
  expect(await count(`${type} int`)).toEqual(one('n int4', 2))
  expect(await count(`${type} int USING n::int`)).toEqual(one('n int4', 2))
  expect(await count(`${type} numeric(9, 1)`)).toEqual(nothing)
})

test('rows that violate a constraint or a unique index that is there again are counted', async ({ hrms }) => {
  const count = await made(hrms)
  const add = 'ALTER TABLE public.t ADD CONSTRAINT it'
  expect(await count(`${add} CHECK ((id < 5) AND (code = ANY (ARRAY['a', 'b'])))`)).toEqual(one('it', 2))
  expect(await count(`${add} UNIQUE (code)`)).toEqual(one('it', 4))
  expect(await count(`${add} UNIQUE (code, parent)`)).toEqual(nothing)
  expect(await count(`${add} FOREIGN KEY (parent) REFERENCES public.parents (id)`)).toEqual(one('it', 2))
  expect(await count('CREATE UNIQUE INDEX "IX" ON public.t (code)')).toEqual(one('"IX"', 4))
  expect(await count(`${add} PRIMARY KEY (id)`)).toEqual(one('it', 1))
  expect(await count(`${add} PRIMARY KEY (code)`)).toEqual(one('it', 5))
  expect(await count(`${add} CHECK (id < 5) NOT VALID`)).toEqual(nothing)
})

test('a table that the way down renames first is counted by the name that it has now', async ({ hrms }) => {
  const count = await made(hrms)
  const back = `ALTER TABLE public.t RENAME TO old; ALTER TABLE public.old SET SCHEMA master;
    ALTER TABLE master.old RENAME COLUMN code TO tag; ALTER TABLE public.parents RENAME TO elders;`
  const add = `${back} ALTER TABLE master.old ADD CONSTRAINT it`
  expect(await count(`${add} UNIQUE (tag)`)).toEqual(one('it', 4))
  expect(await count(`${add} FOREIGN KEY (parent) REFERENCES public.elders (id)`)).toEqual(one('it', 2))
  expect(await count(`${back} CREATE UNIQUE INDEX it ON master.old (tag)`)).toEqual(one('it', 4))
  expect(await count(`${back} ALTER TABLE master.old ALTER COLUMN id TYPE integer`)).toEqual(
    one('id int4', 1),
  )
})

test('what cannot be counted is named: conversions, other constraints, what takes more with it', async ({
  hrms,
}) => {
  const count = await made(hrms)
  const statements = [
    'ALTER TABLE public.t ALTER COLUMN name TYPE varchar(5) USING left(name, 5)',
    'ALTER TABLE public.t ADD EXCLUDE (id WITH =)',
    'ALTER TABLE public.t DROP COLUMN code CASCADE',
    'DROP TABLE public.parents CASCADE',
    'DELETE FROM public.t WHERE id > 3',
    'TRUNCATE public.t',
    'WITH gone AS (DELETE FROM public.t RETURNING id) SELECT FROM gone',
    'MERGE INTO public.t USING public.parents p ON p.id = t.parent WHEN MATCHED THEN DELETE',
    `INSERT INTO public.parents VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 7`,
    `ALTER TABLE public.t ALTER COLUMN name TYPE text USING NULL`,
    'ALTER TABLE public.t ALTER COLUMN id TYPE int USING parent::int',
    'SELECT public.wipe()',
    'CALL public.wipe()',
    `DO $$ BEGIN EXECUTE 'DELETE FROM public.t'; END $$`,
    'UPDATE public.t SET name = NULL',
    `UPDATE public.t SET name = '', code = '' WHERE name IS NULL`,
    `UPDATE public.t SET name = '' WHERE code IS NULL`,
    `UPDATE public.t SET name = '' WHERE name IS NULL OR id > 3`,
    `UPDATE public.t SET name = '' FROM public.parents AS other (name) WHERE other.name IS NULL`,
  ]
  for (const statement of statements)
    expect(await count(statement)).toEqual({ violating: [], uncounted: [statement] })
  expect(
    await count('ALTER TABLE public.t ALTER COLUMN doc TYPE uuid USING doc::uuid, ADD CHECK (nowhere(id))'),
  ).toMatchObject({ violating: [], uncounted: ['doc uuid', expect.stringContaining('nowhere')] })
})

test('an UPDATE that fills in what is missing, or a column that the way down makes, takes nothing', async ({
  hrms,
}) => {
  const count = await made(hrms)
  expect(await count(`UPDATE public.t SET name = '' WHERE name IS NULL`)).toEqual(nothing)
  expect(await count(`UPDATE public.t AS t SET name = '' WHERE t.name IS NULL`)).toEqual(nothing)
  expect(
    await count(
      `ALTER TABLE public.t RENAME name TO title; ALTER TABLE public.t ADD name text; UPDATE public.t SET name = (SELECT id FROM public.parents LIMIT 1)`,
    ),
  ).toEqual(nothing)
  expect(await count(`CREATE TABLE public.u (name text); UPDATE public.u SET name = ''`)).toEqual(nothing)
  const back = `ALTER TABLE public.t RENAME name TO title; ALTER TABLE public.t ADD name text`
  const overwrites = 'WITH gone AS (UPDATE public.t SET title = name RETURNING id) SELECT 1'
  expect(await count(`${back}; ${overwrites}`)).toEqual({ violating: [], uncounted: [overwrites] })
})

test('a CHECK that would change something is not let: it is not counted', async ({ hrms }) => {
  const count = await made(hrms)
  const root = await hrms.client()
  await root.query(`create function public.sly(int) returns boolean language plpgsql security definer as
    'begin delete from public.parents; return true; end'`)
  expect(await count('ALTER TABLE public.t ADD CONSTRAINT it CHECK (public.sly(parent))')).toEqual({
    violating: [],
    uncounted: ['it'],
  })
  expect((await root.query('select from public.parents')).rowCount).toBe(1)
})

test('what is not there demands nothing: the way up has not run, or the way down makes it', async ({
  hrms,
}) => {
  const count = await made(hrms)
  expect(await count('ALTER TABLE public.gone ADD CONSTRAINT it CHECK (a > 0)')).toEqual(nothing)
  expect(await count('ALTER TABLE public.t ADD CONSTRAINT it UNIQUE (not_yet)')).toEqual(nothing)
})

test('the way up demands nothing, and neither does the example’s way down: its history is no loss', async () => {
  expect((await hrmsUp()).demands).toBeUndefined()
  expect((await hrmsDown()).demands).toEqual([])
})
