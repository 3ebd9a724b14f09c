import { afterEach, beforeEach, expect, test } from 'vitest'
import { stepOf } from './plan.ts'
import { makeScene, type Scene } from './world.ts'

const before = stepOf('before', {})
const up = stepOf('migrate', { direction: 'up', accepted: null })
const down = stepOf('migrate', { direction: 'down', accepted: null }, 'roll-back')
const verify = stepOf('verify', { as: 'after' })
const again = stepOf('verify', { as: 'before' }, 'roll-back')
const backOut = stepOf('verify', { as: 'before' }, 'back-out')

let scene: Scene
const begin = async (change?: (written: any) => void) => {
  scene = await makeScene({ prepared: true, ...(change ? { change } : {}) })
}
beforeEach(() => begin())
afterEach(() => scene.end())

const query = async (sql: string) => {
  const client = await scene.database.client()
  const { rows } = await client.query(sql)
  await client.end()
  return rows
}
const migrated = async () => {
  await scene.perform(before)
  await scene.perform(up)
}
const anew = async (change: (written: any) => void) => {
  await scene.end()
  await begin(change)
}

test('a good migration passes, and everything that was looked at is said', async () => {
  await migrated()
  const outcome = await scene.perform(verify)
  expect(outcome).toMatchObject({
    status: 'done',
    facts: {
      passed: expect.arrayContaining([
        { check: 'History', found: '20251113040317_AddSecurityEnhancements' },
        { check: 'master."RefreshTokens".TenantId', found: 'uuid, nullable' },
        { check: 'master."RefreshTokens".SessionTimeoutMinutes', found: 'integer, not null, default 0' },
        { check: 'Rows of master."RefreshTokens"', found: '1000' },
        { check: 'Constraints of master."RefreshTokens"', found: '2, all valid' },
        { check: 'Try-out as hrms_app', found: 'passed, rolled back' },
        { check: 'Statistics of tables', found: '2 analyzed, 0 up to date' },
      ]),
    },
  })
})

test('the try-out leaves no row behind', async () => {
  await migrated()
  await scene.perform(verify)
  expect(await query(`select from master."AdminUsers" where "UserName" = 'test_migration_user'`)).toEqual([])
})

test('the tables have statistics of their new columns before users come', async () => {
  await migrated()
  await scene.perform(verify)
  expect(
    await query(
      `select from pg_stats where schemaname = 'master' and tablename = 'RefreshTokens' and attname = 'LastActivityAt'`,
    ),
  ).toHaveLength(1)
})

test('every fault is named at once, with what was expected: verification-failed', async () => {
  await migrated()
  await query(
    'alter table master."RefreshTokens" alter column "TenantId" type text, drop column "EmployeeId"',
  )
  await query('delete from master."Tenants"')
  expect(await scene.perform(verify)).toMatchObject({
    status: 'failed',
    problem: {
      code: 'verification-failed',
      failed: expect.arrayContaining([
        { check: 'master."RefreshTokens".TenantId', expected: 'uuid, nullable', found: 'text, nullable' },
        { check: 'master."RefreshTokens".EmployeeId', expected: 'uuid, nullable', found: 'no such column' },
        { check: 'Rows of master."Tenants"', expected: '5', found: '0' },
        expect.objectContaining({ check: 'Try-out as hrms_app', expected: 'passes' }),
      ]),
    },
  })
})

test('a history without the migration fails, whatever the columns look like', async () => {
  await migrated()
  await query(`delete from master."__EFMigrationsHistory" where "MigrationId" like '20251113%'`)
  expect(await scene.perform(verify)).toMatchObject({
    problem: {
      code: 'verification-failed',
      failed: [
        {
          check: 'History',
          expected: '20251113040317_AddSecurityEnhancements',
          found: '20251111125329_InitialMasterDb',
        },
      ],
    },
  })
})

test('a constraint that is not validated and an index that is not valid are named', async () => {
  await migrated()
  await query(
    `alter table master."RefreshTokens" add constraint "CK_Later" check ("SessionTimeoutMinutes" >= 0) not valid`,
  )
  await query(
    `update pg_index set indisvalid = false where indexrelid = 'master."IX_RefreshTokens_Token"'::regclass`,
  )
  expect(await scene.perform(verify)).toMatchObject({
    problem: {
      code: 'verification-failed',
      failed: [
        { check: 'Constraints of master."RefreshTokens"', found: 'not valid: CK_Later' },
        { check: 'Indexes of master."RefreshTokens"', found: 'not valid: IX_RefreshTokens_Token' },
      ],
    },
  })
})

test('what the migrator may do and the application may not is found: try-out-failed', async () => {
  await migrated()
  await query('revoke insert on master."RefreshTokens" from hrms_app')
  expect(await scene.perform(verify)).toMatchObject({
    status: 'failed',
    problem: { code: 'try-out-failed', sqlstate: '42501', condition: 'insufficient_privilege' },
  })
})

test('names in the try-out mean what they mean in the migration: tables of public need no schema', async () => {
  await anew((written) => {
    written.verification.tryOut.sql = 'select count(*) from unqualified'
  })
  await query('create table public.unqualified (id int)')
  await query('grant select on public.unqualified to hrms_app')
  await migrated()
  expect(await scene.perform(verify)).toMatchObject({ status: 'done' })
})

test('a deferred constraint is made to speak before the rollback', async () => {
  await migrated()
  await query(
    `alter table master."RefreshTokens" add constraint "FK_Deferred" foreign key ("TenantId") references master."Tenants" ("Id") deferrable initially deferred`,
  )
  expect(await scene.perform(verify)).toMatchObject({
    problem: { code: 'try-out-failed', sqlstate: '23503', constraint: 'FK_Deferred' },
  })
})

test('a try-out that would commit cannot: nothing of it stays', async () => {
  await anew((written) => {
    written.verification.tryOut.sql = `insert into master."Tenants" select * from master."Tenants" where false; delete from master."AdminUsers" where "UserName" = 'admin1'; commit`
  })
  await migrated()
  expect(await scene.perform(verify)).toMatchObject({
    problem: { code: 'try-out-failed', sqlstate: '0A000' },
  })
  expect(await query(`select from master."AdminUsers" where "UserName" = 'admin1'`)).toHaveLength(1)
})

test('after a rollback the tables are as people saw them; the default that the way down leaves is said, and stops nobody', async () => {
  await migrated()
  scene.answer(up, 'roll-back')
  await scene.perform(down)
  const outcome = await scene.perform(again)
  expect(outcome).toMatchObject({
    status: 'done',
    facts: {
      passed: expect.arrayContaining([
        { check: 'Tables as before, but for a default', found: expect.stringContaining(`"AdminUserId"`) },
        { check: 'History', found: '20251111125329_InitialMasterDb' },
        { check: 'Rows of master."RefreshTokens"', found: '1000' },
      ]),
    },
  })
})

test('after a rollback that left more than a default, what differs is named', async () => {
  await migrated()
  scene.answer(up, 'roll-back')
  await scene.perform(down)
  await query('alter table master."RefreshTokens" alter column "AdminUserId" drop not null')
  expect(await scene.perform(again)).toMatchObject({
    status: 'failed',
    problem: {
      code: 'verification-failed',
      failed: [
        {
          check: 'Tables as before',
          expected: 'no difference',
          found: expect.stringContaining('AdminUserId'),
        },
      ],
    },
  })
})

test('a default that a way down has left stops no second migration, unless the runbook says that there is none', async () => {
  const left = `alter table master."RefreshTokens" alter column "AdminUserId" set default '${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}'`
  await migrated()
  await query(left)
  expect(await scene.perform(verify)).toMatchObject({ status: 'done' })
  await anew((written) => {
    written.verification.columns.find((one: any) => one.column === 'AdminUserId').default = null
  })
  await migrated()
  await query(left)
  expect(await scene.perform(verify)).toMatchObject({
    problem: {
      failed: [
        {
          check: 'master."RefreshTokens".AdminUserId',
          expected: 'uuid, nullable',
          found: expect.stringContaining('default'),
        },
      ],
    },
  })
})

test('rows are not compared with a count from before the application ran', async () => {
  await migrated()
  await scene.perform(stepOf('start', { service: 'hrms-api' }))
  await query(`delete from master."RefreshTokens" where "CreatedByIp" like '10.1.%'`)
  scene.answer(up, 'roll-back')
  await scene.perform(down)
  expect(await scene.perform(again)).toMatchObject({
    status: 'done',
    facts: {
      passed: expect.arrayContaining([{ check: 'Rows', found: expect.stringContaining('not compared') }]),
    },
  })
})

test('on the way back where nothing was taken there is nothing to look at', async () => {
  await scene.perform(before)
  scene.answer(before, 'back-out')
  expect(await scene.perform(backOut)).toEqual({ status: 'unneeded', because: 'nothing-taken' })
})

test('on the way back from a closed database it has to be as it was planned', async () => {
  await scene.perform(stepOf('close', {}))
  await scene.perform(before)
  scene.answer(before, 'back-out')
  expect(await scene.perform(backOut)).toMatchObject({
    status: 'done',
    facts: { passed: expect.arrayContaining([{ check: 'Tables as before', found: '2, no difference' }]) },
  })
})

test('a process that died in it is followed by one that looks again', async () => {
  await migrated()
  expect(await scene.resume(verify)).toMatchObject({ status: 'done' })
})
