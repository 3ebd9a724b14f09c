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
