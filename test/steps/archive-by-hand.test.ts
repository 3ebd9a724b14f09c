import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keepsOf } from '../../src/engines/keeps.ts'
import { archiveByHand } from '../../src/steps/archive-by-hand.ts'
import { emptyDatabase, type TestDatabase } from '../databases.ts'

// What down.sql of the card does before the down migration's own statements, on a real server.

let database: TestDatabase
let client: pg.Client
beforeEach(async () => {
  database = await emptyDatabase()
  client = new pg.Client(database.url)
  await client.connect()
  await client.query('create table teams (id int primary key)')
  await client.query(`create table ${table} (id int primary key, team int references teams, note text)`)
})
afterEach(async () => {
  await client.end()
  await database.drop()
})

const table = `public."it's $archive$"`
const archived = `lockkeeper_kept."7F3A-1_public.it's $archive$"`

type Down = Parameters<typeof archiveByHand>[0]
const down = ({ gets }: { gets?: string } = {}): Down => {
  const lossy = {
    drops: [{ table, column: 'note', gave: { value: null } }],
    restores: [{ table, column: 'team', ...(gets !== undefined && { gets }) }],
  }
  return { ...lossy, keeps: keepsOf(lossy, 1, false) }
}

async function typed(given: Down): Promise<void> {
  await client.query('begin')
  for (const block of archiveByHand(given, '7F3A-1')) await client.query(block)
  await client.query('commit')
}

const ids = async (from: string): Promise<number[]> =>
  (await client.query<{ id: number }>(`select id from ${from} order by 1`)).rows.map(({ id }) => id)

test('rows that lose a value are archived, rows in the way of NOT NULL are archived and deleted', async () => {
  await client.query(
    `insert into teams values (1); insert into ${table} values (1, 1, null), (2, 1, 'kept'), (3, null, null)`,
  )
  await typed(down())
  expect(await ids(archived)).toEqual([2, 3])
  expect(await ids(table)).toEqual([1, 2])
})

test('where nothing is lost, nothing is archived or made', async () => {
  await client.query(`insert into teams values (1); insert into ${table} values (1, 1, null)`)
  await typed(down())
  expect((await client.query("select to_regnamespace('lockkeeper_kept') as made")).rows).toEqual([
    { made: null },
  ])
})

test.each([
  ['is in the way where no row has what Down writes', '7', [1]],
  ['stays where Down’s own value is there', '1', [1, 2]],
])('a row without a value %s', async (_what, gets, left) => {
  await client.query(
    `insert into teams values (1); insert into ${table} values (1, 1, 'lost'), (2, null, null)`,
  )
  await typed(down({ gets }))
  expect(await ids(table)).toEqual(left)
})

test('rows that others refer to are not deleted: it stops, says which table, and changes nothing', async () => {
  await client.query(
    `create table notes (about int references ${table}); insert into ${table} values (3, null, null)`,
  )
  await expect(typed(down())).rejects.toThrow(
    /^1 rows of public\."it's \$archive\$" are in the way, and public\.notes refers to them: .* Nothing was changed/,
  )
  await client.query('rollback')
  expect(await ids(table)).toEqual([3])
})
