import { expect, test } from 'vitest'
import { hrmsDatabase } from '../databases.ts'

test('a cloned hrms_master has the rows of the generator', async () => {
  const database = await hrmsDatabase()
  const client = await database.client()
  const { rows } = await client.query('select count(*)::int as tokens from master."RefreshTokens"')
  expect(rows).toEqual([{ tokens: 1000 }])
  await database.drop()
})
