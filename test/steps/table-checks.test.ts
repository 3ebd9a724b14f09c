import { expect } from 'vitest'
import { readTables } from '../../src/adapters/postgres/catalog.ts'
import { validityAfter } from '../../src/engines/statements/validity.ts'
import { allValid, takenBack } from '../../src/steps/table-checks.ts'
import { test } from '../adapters/postgres/hrms.ts'
import { prepared } from '../engines/scripts.ts'

test('a way down that renames a table and makes a column anew has taken back what it said', async ({
  hrms,
}) => {
  const way = `ALTER TABLE public.items ALTER COLUMN code SET NOT NULL; ALTER TABLE public.items DROP COLUMN total;
    ALTER TABLE public.items ADD total int GENERATED ALWAYS AS (id * 2) STORED; ALTER TABLE public.items DROP COLUMN note;
    ALTER TABLE public.items RENAME TO orders`
  const { down } = await prepared('SELECT 1', way)
  const client = await hrms.client()
  await client.query('create table public.items (id int, code text, total int, note text)')
  await client.query(way)
  const looked = async () => takenBack(down!, await readTables(client, ['public.items', 'public.orders']))
  expect(await looked()).toEqual([
    { check: 'public.orders.note', found: 'not there' },
    { check: 'public.orders.code', found: 'not null' },
  ])
  await client.query('alter table public.orders add note text')
  expect((await looked())[0]).toEqual({ check: 'public.orders.note', expected: 'not there', found: 'there' })
})

test('a column that another one takes the name of is there again', async ({ hrms }) => {
  const way = `ALTER TABLE public.c ADD amount_i int; UPDATE public.c SET amount_i = amount; ALTER TABLE public.c DROP COLUMN amount;
    ALTER TABLE public.c RENAME amount_i TO amount; ALTER TABLE public.c RENAME note TO memo; ALTER TABLE public.c DROP COLUMN memo`
  const { down } = await prepared('SELECT 1', way)
  const client = await hrms.client()
  await client.query('create table public.c (id int, amount numeric, note text)')
  await client.query(way)
  expect(takenBack(down!, await readTables(client, ['public.c']))).toEqual([
    { check: 'public.c.note', found: 'not there' },
  ])
})

test('what was not valid before, or is left so by the migration, is said; what it was to validate is a fault', async ({
  hrms,
}) => {
  const client = await hrms.client()
  await client.query(`create table public.a (id int, b int); create table public.p (id int) partition by range (id);
    create table public.p1 partition of public.p default;
    alter table public.a add constraint old check (id > 0) not valid, add constraint was check (id > 1) not valid,
      add constraint due check (id > 2) not valid`)
  const before = await readTables(client, ['public.a', 'public.p'])
  const way = `ALTER TABLE a ADD CONSTRAINT later CHECK (b > 0) NOT VALID, ADD CHECK (b > 1) NOT VALID;
    ALTER TABLE a ADD CONSTRAINT soon CHECK (b > 2) NOT VALID; ALTER TABLE a VALIDATE CONSTRAINT soon;
    ALTER TABLE a RENAME CONSTRAINT was TO is_now; ALTER TABLE a VALIDATE CONSTRAINT due;
    CREATE INDEX i ON ONLY p (id); CREATE INDEX ok ON a (b); ALTER TABLE a RENAME TO z`
  const { up } = await prepared(way)
  await client.query(way)
  const looked = async () =>
    allValid(await readTables(client, ['public.z', 'public.p']), before, validityAfter(up))
  const left = 'left not valid as before or as written'
  expect(await looked()).toEqual([
    { check: 'Constraints of public.z', found: `6, ${left}: a_b_check, is_now, later, old` },
    { check: 'Indexes of public.z', found: '1, all valid' },
    { check: 'Constraints of public.p', found: '0, all valid' },
    { check: 'Indexes of public.p', found: `1, ${left}: i` },
  ])
  await client.query(`alter table public.z add constraint other check (b > 3) not valid;
    update pg_constraint set convalidated = false where conname in ('soon', 'due');
    update pg_index set indisvalid = false where indexrelid = 'public.ok'::regclass`)
  expect((await looked()).slice(0, 2)).toEqual([
    // One without a name was made not valid on that table: which, nobody can tell.
    { check: 'Constraints of public.z', expected: 'all valid', found: 'not valid: due, soon' },
    { check: 'Indexes of public.z', expected: 'all valid', found: 'not valid: ok' },
  ])
  expect(allValid(await readTables(client, ['public.z']), before, validityAfter(null))[0]).toMatchObject({
    found: 'not valid: a_b_check, due, is_now, later, old, other, soon',
  })
})
