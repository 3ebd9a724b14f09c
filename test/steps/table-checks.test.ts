import { expect } from 'vitest'
import { readTables } from '../../src/adapters/postgres/catalog.ts'
import { takenBack } from '../../src/steps/table-checks.ts'
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
    { check: 'public.orders.note', found: 'gone' },
    { check: 'public.orders.code', found: 'not null' },
  ])
  await client.query('alter table public.orders add note text')
  expect((await looked())[0]).toEqual({ check: 'public.orders.note', expected: 'gone', found: 'still there' })
})
