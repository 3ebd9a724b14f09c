import { expect } from 'vitest'
import { analyze, unknownToPlanner } from '../../../src/adapters/postgres/statistics.ts'
import { test } from './hrms.ts'

const admins = 'master."AdminUsers"'
const tokens = 'master."RefreshTokens"'

test('a table that was never analyzed is unknown, one that was is not, one that is not there is left out', async ({
  hrms,
}) => {
  const client = await hrms.client()
  await client.query(`create table master.fresh (id integer); analyze ${tokens}`)
  expect(await unknownToPlanner(client, ['master.fresh', 'master.gone', tokens])).toEqual([
    { relation: 'master.fresh', all: true, columns: ['id'] },
    { relation: tokens, all: false, columns: [] },
  ])
})

test('columns that are new or have another type are unknown, and only they are analyzed', async ({
  hrms,
}) => {
  const client = await hrms.client()
  await client.query(
    `analyze ${admins};
     alter table ${admins} add "ActivationTokenExpiry" timestamptz, alter "FirstName" type varchar(90) using left("FirstName", 90)`,
  )
  const [unknown] = await unknownToPlanner(client, [admins])
  expect(unknown).toEqual({ relation: admins, all: false, columns: ['FirstName', 'ActivationTokenExpiry'] })
  const statisticsOf = async (column: string) => {
    const { rows } = await client.query(
      `select n_distinct from pg_stats where tablename = 'AdminUsers' and attname = $1`,
      [column],
    )
    return rows
  }
  await client.query(`update ${admins} set "LastName" = 'the same one'`)
  const before = await statisticsOf('LastName')
  await analyze(client, unknown!)
  expect(await statisticsOf('ActivationTokenExpiry')).toHaveLength(1)
  expect(await statisticsOf('LastName')).toEqual(before)
  expect(await unknownToPlanner(client, [admins])).toEqual([{ relation: admins, all: false, columns: [] }])
})

test('a new index on an expression makes its table unknown', async ({ hrms }) => {
  const client = await hrms.client()
  await client.query(`analyze ${admins}; create index lower_email on ${admins} (lower("Email"))`)
  const [unknown] = await unknownToPlanner(client, [admins])
  expect(unknown).toMatchObject({ all: true })
  await analyze(client, unknown!)
  expect(await unknownToPlanner(client, [admins])).toMatchObject([{ all: false, columns: [] }])
})

test('a table of which much was written since is unknown again', async ({ hrms }) => {
  const client = await hrms.client()
  await client.query(`analyze ${tokens}`)
  await client.query(`update ${tokens} set "CreatedByIp" = '10.0.0.1'`)
  await expect.poll(() => unknownToPlanner(client, [tokens])).toMatchObject([{ all: true }])
})
