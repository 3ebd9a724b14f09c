import { expect } from 'vitest'
import { keepBefore } from '../../../src/engines/efcore/keep-before.ts'
import { type Hrms, test } from '../../adapters/postgres/hrms.ts'
import { applying, hrmsDown, hrmsEngine, hrmsUp } from '../scripts.ts'

/** Migrated, with employees' tokens that the way back would lose. */
async function migrated(hrms: Hrms, tokens: number) {
  await hrmsEngine().apply(hrms.target(), await hrmsUp(), applying())
  const client = await hrms.client()
  await client.query(
    `update master."RefreshTokens" set "EmployeeId" = gen_random_uuid()
     where "Id" in (select "Id" from master."RefreshTokens" limit $1)`,
    [tokens],
  )
  return client
}

test('a second life of a run leaves what the first one kept as it is', async ({ hrms }) => {
  const client = await migrated(hrms, 3)
  const kept = await keepBefore(hrms.target(), await hrmsDown(), 3)
  expect(kept).toMatchObject({ status: 'done', facts: { saved: [{ rows: 3 }], deletes: false } })
  await client.query(
    `update master."RefreshTokens" set "EmployeeId" = null
     where "Id" in (select "Id" from master."RefreshTokens" where "EmployeeId" is not null limit 2)`,
  )
  expect(await keepBefore(hrms.target(), await hrmsDown(), 3)).toEqual(kept)
})

test('where rows would have to be deleted nothing is kept, and nothing deleted', async ({ hrms }) => {
  const client = await migrated(hrms, 1)
  await client.query('update master."RefreshTokens" set "AdminUserId" = null where "EmployeeId" is not null')
  expect(await keepBefore(hrms.target(), await hrmsDown(), 1)).toEqual({
    status: 'done',
    facts: { saved: [], deletes: true },
  })
  const { rows } = await client.query(`select count(*)::int as without from master."RefreshTokens"
    where "AdminUserId" is null union all select count(*)::int from pg_namespace where nspname = 'lockkeeper_kept'`)
  expect(rows).toEqual([{ without: 1 }, { without: 0 }])
})
