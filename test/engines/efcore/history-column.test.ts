import { expect } from 'vitest'
import { historyColumn } from '../../../src/engines/efcore/history-column.ts'
import { test } from '../../adapters/postgres/hrms.ts'

const table = 'master."__EFMigrationsHistory"'

test('the ids are in EF’s own column, or in the key that a naming convention has renamed', async ({
  hrms,
}) => {
  const client = await hrms.client()
  expect(await historyColumn(client, table)).toBe('MigrationId')
  await client.query(`alter table ${table} rename column "MigrationId" to migration_id`)
  await client.query(`alter table ${table} rename column "ProductVersion" to product_version`)
  expect(await historyColumn(client, table)).toBe('migration_id')
})

test('a key of one’s own beside EF’s column changes nothing, and a table that is not there has it', async ({
  hrms,
}) => {
  const client = await hrms.client()
  await client.query(`alter table ${table} drop constraint "PK___EFMigrationsHistory"`)
  await client.query(`alter table ${table} add number serial primary key`)
  expect(await historyColumn(client, table)).toBe('MigrationId')
  expect(await historyColumn(client, 'nowhere."None"')).toBe('MigrationId')
})
