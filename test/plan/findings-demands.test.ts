import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { finding, planTarget } from './target.ts'

it('says what the way down demands of rows: how many do not fit, and what cannot be counted', async () => {
  const target = await planTarget()
  const { folder, runbook } = target
  await writeFile(
    path.join(folder, `migrations/${runbook.migration}.down.sql`),
    `ALTER TABLE master."Tenants" ALTER COLUMN "CompanyName" TYPE varchar(3);
     ALTER TABLE master."Tenants" DROP COLUMN "Status" CASCADE;`,
  )
  const made = await target.plan()
  expect(finding(made, 'rollback-violates')).toEqual({
    level: 'warning',
    problem: {
      code: 'rollback-violates',
      table: 'master."Tenants"',
      column: '"CompanyName" varchar(3)',
      rows: 5,
    },
  })
  const uncounted = {
    code: 'rollback-uncounted',
    what: ['ALTER TABLE master."Tenants" DROP COLUMN "Status" CASCADE'],
  }
  expect(finding(made, 'rollback-uncounted')).toEqual({ level: 'note', problem: uncounted })
  await target.migrated()
  const back = await target.plan({ kind: 'rollback' })
  expect(finding(back, 'rollback-uncounted')).toEqual({ level: 'warning', problem: uncounted })
})

it('says who refers to rows that a rollback would delete, and refuses it while there are such rows', async () => {
  const target = await planTarget()
  await target.client.query(
    'create table master.devices (token uuid references master."RefreshTokens"); grant select on master.devices to lockkeeper',
  )
  const problem = {
    code: 'rollback-referenced',
    table: 'master."RefreshTokens"',
    columns: ['AdminUserId'],
    by: ['master.devices'],
  }
  expect(finding(await target.plan(), 'rollback-referenced')).toEqual({ level: 'warning', problem })
  await target.migrated()
  expect(finding(await target.plan({ kind: 'rollback' }), 'rollback-referenced')).toMatchObject({
    level: 'warning',
  })
  await target.client.query('update master."RefreshTokens" set "AdminUserId" = null')
  expect(finding(await target.plan({ kind: 'rollback' }), 'rollback-referenced')).toEqual({
    level: 'blocker',
    problem,
  })
})
