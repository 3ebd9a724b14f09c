import type pg from 'pg'
import { expect } from 'vitest'
import { countLoss } from '../../src/engines/loss.ts'
import { type Hrms, test, valueOf } from '../adapters/postgres/hrms.ts'
import type { Prepared } from '../../src/domain/script.ts'
import { waitingFor } from '../locks.ts'
import { applying, before, hrmsDown, hrmsEngine, hrmsUp, prepared, security } from './scripts.ts'

const tokens = 'master."RefreshTokens"'
const kept = (hrms: Hrms, table: string): string => `lockkeeper_kept."${hrms.name}-TEST-1_${table}"`

/** The example after admit: 50 employees have signed in, two admins asked for a new password. */
async function afterAdmit(hrms: Hrms, employees = 50): Promise<pg.Client> {
  await hrmsEngine().apply(hrms.target(), await hrmsUp(), applying())
  const root = await hrms.client()
  await root.query(
    `insert into ${tokens} ("Id", "Token", "ExpiresAt", "CreatedAt", "CreatedByIp", "EmployeeId", "TenantId", "LastActivityAt", "SessionTimeoutMinutes")
     select gen_random_uuid(), 'employee ' || i, now(), now(), '10.0.0.1', gen_random_uuid(), gen_random_uuid(), now(), 15
     from generate_series(1, $1::int) i`,
    [employees],
  )
  await root.query(
    `update master."AdminUsers" set "PasswordResetToken" = 'secret', "PasswordResetTokenExpiry" = now() where "UserName" in ('admin1', 'admin2')`,
  )
  return root
}

const lossOf = async (hrms: Hrms, down: Prepared) => {
  const { client, end } = valueOf(await hrms.target().connect({ settings: { readOnly: true } }))
  try {
    return await countLoss(client, down)
  } finally {
    await end()
  }
}

const rowsOf = async (client: pg.Client, table: string): Promise<number> =>
  (await client.query(`select count(*)::int as rows from ${table}`)).rows[0].rows

test('before the migration a rollback would lose nothing, and right after it nothing either', async ({
  hrms,
}) => {
  const down = await hrmsDown()
  expect(await lossOf(hrms, down)).toEqual({ dropped: [], violating: [], rows: 0 })
  await hrmsEngine().apply(hrms.target(), await hrmsUp(), applying())
  const loss = await lossOf(hrms, down)
  expect(loss.rows).toBe(0)
  expect(loss.dropped.map(({ column, rows }) => [column, rows])).toEqual([
    ['ActivationTokenExpiry', 0],
    ['PasswordResetToken', 0],
    ['PasswordResetTokenExpiry', 0],
    ['EmployeeId', 0],
    ['LastActivityAt', 0],
    ['SessionTimeoutMinutes', 0],
    ['TenantId', 0],
  ])
  expect(loss.violating).toEqual([{ table: tokens, column: 'AdminUserId', rows: 0 }])
})

test('what a rollback would lose is counted per column, and each row once', async ({ hrms }) => {
  const root = await afterAdmit(hrms)
  await root.query(
    `update ${tokens} set "LastActivityAt" = now() where "Token" in (select "Token" from ${tokens} where "AdminUserId" is not null limit 30)`,
  )
  const loss = await lossOf(hrms, await hrmsDown())
  expect(Object.fromEntries(loss.dropped.map(({ column, rows }) => [column, rows]))).toEqual({
    ActivationTokenExpiry: 0,
    PasswordResetToken: 2,
    PasswordResetTokenExpiry: 2,
    EmployeeId: 50,
    LastActivityAt: 80,
    SessionTimeoutMinutes: 50,
    TenantId: 50,
  })
  expect(loss.violating).toEqual([{ table: tokens, column: 'AdminUserId', rows: 50 }])
  expect(loss.rows).toBe(82)
})

test('tokens of admins that hold values although none is NULL are counted: NULL alone would say nothing is lost', async ({
  hrms,
}) => {
  const root = await afterAdmit(hrms, 0)
  await root.query(`update ${tokens} set "SessionTimeoutMinutes" = 15`)
  expect(await lossOf(hrms, await hrmsDown())).toMatchObject({
    violating: [{ column: 'AdminUserId', rows: 0 }],
    rows: 1002,
  })
})

test('without an accepted loss Down fails on employees’ tokens, as it would by hand, and nothing is changed', async ({
  hrms,
}) => {
  const root = await afterAdmit(hrms)
  expect(await hrmsEngine().apply(hrms.target(), await hrmsDown(), applying())).toMatchObject({
    status: 'failed',
    problem: {
      code: 'sql-error',
      sqlstate: '23503',
      constraint: 'FK_RefreshTokens_AdminUsers_AdminUserId',
      table: 'RefreshTokens',
      line: 16,
    },
  })
  expect(await rowsOf(root, tokens)).toBe(1050)
})

test('a loss larger than accepted is asked about: counted under lock, nothing done', async ({ hrms }) => {
  const root = await afterAdmit(hrms)
  expect(await hrmsEngine().apply(hrms.target(), await hrmsDown(), applying({ accepted: 51 }))).toEqual({
    status: 'asks',
    question: { code: 'loss-grew', accepted: 51, counted: 52, choices: ['go-on', 'back-out', 'leave'] },
  })
  expect(await rowsOf(root, tokens)).toBe(1050)
  expect((await root.query("select from pg_namespace where nspname = 'lockkeeper_kept'")).rowCount).toBe(0)
  expect(await hrmsEngine().reconcile(hrms.target(), { from: security, to: before })).toEqual({ at: 'from' })
})

test('with the loss accepted Down goes through: rows are kept, those in its way deleted, in one transaction', async ({
  hrms,
}) => {
  const root = await afterAdmit(hrms)
  const applied = await hrmsEngine().apply(hrms.target(), await hrmsDown(), applying({ accepted: 52 }))
  expect(applied).toMatchObject({
    status: 'done',
    facts: {
      saved: [
        { table: kept(hrms, 'master.AdminUsers'), rows: 2 },
        { table: kept(hrms, 'master.RefreshTokens'), rows: 50 },
      ],
    },
  })
  expect(await rowsOf(root, tokens)).toBe(1000)
  expect(await rowsOf(root, 'master."AdminUsers"')).toBe(20)
  const { rows } = await root.query(
    `select count(*)::int as tokens, count("EmployeeId")::int as employees, min("SessionTimeoutMinutes") as minutes
     from ${kept(hrms, 'master.RefreshTokens')} where "Token" like 'employee %'`,
  )
  expect(rows).toEqual([{ tokens: 50, employees: 50, minutes: 15 }])
  expect(await hrmsEngine().reconcile(hrms.target(), { from: security, to: before })).toEqual({ at: 'to' })
})

test('kept rows are readable by nobody but the role that kept them', async ({ hrms }) => {
  await afterAdmit(hrms)
  await hrmsEngine().apply(hrms.target(), await hrmsDown(), applying({ accepted: 100 }))
  const read = `select count(*) from ${kept(hrms, 'master.RefreshTokens')}`
  for (const role of ['hrms_app', 'hrms_reporting', 'hrms_batch']) {
    await expect((await hrms.session(role)).query(read)).rejects.toMatchObject({ code: '42501' })
  }
  expect((await (await hrms.session('lockkeeper')).query(read)).rows).toEqual([{ count: '50' }])
})

test('tables that lose nothing are not kept', async ({ hrms }) => {
  const root = await afterAdmit(hrms)
  await root.query(
    'update master."AdminUsers" set "PasswordResetToken" = null, "PasswordResetTokenExpiry" = null',
  )
  const applied = await hrmsEngine().apply(hrms.target(), await hrmsDown(), applying({ accepted: 50 }))
  expect(applied).toMatchObject({
    facts: { saved: [{ table: kept(hrms, 'master.RefreshTokens'), rows: 50 }] },
  })
})

test('a row that is written while the rollback waits for its locks is counted too', async ({ hrms }) => {
  const root = await afterAdmit(hrms)
  const writer = await hrms.session()
  await writer.query('begin')
  await writer.query(
    `update ${tokens} set "SessionTimeoutMinutes" = 30 where "Token" in (select "Token" from ${tokens} where "AdminUserId" is not null limit 1)`,
  )
  const applied = hrmsEngine().apply(
    hrms.target(),
    await hrmsDown(),
    applying({ accepted: 52, lockTimeout: 20_000 }),
  )
  await expect.poll(() => waitingFor(root, tokens)).toBe(1)
  await writer.query('commit')
  expect(await applied).toMatchObject({ question: { code: 'loss-grew', accepted: 52, counted: 53 } })
})

test('a Down that fails after rows were kept and deleted leaves everything as it was', async ({ hrms }) => {
  const root = await hrms.client()
  const { engine, up, down } = await prepared(
    'ALTER TABLE master."Tenants" ADD a int',
    'ALTER TABLE master."Tenants" DROP a; SELECT 1/0',
  )
  await engine.apply(hrms.target(), up, applying())
  await root.query('update master."Tenants" set a = 1')
  expect(await engine.apply(hrms.target(), down!, applying({ accepted: 5 }))).toMatchObject({
    problem: { code: 'sql-error', sqlstate: '22012', line: 1 },
  })
  expect((await root.query('select sum(a)::int as a from master."Tenants"')).rows).toEqual([{ a: 5 }])
  expect((await root.query("select from pg_namespace where nspname = 'lockkeeper_kept'")).rowCount).toBe(0)
})

test('a table that Down drops is kept whole', async ({ hrms }) => {
  const { engine, up, down } = await prepared(
    'CREATE TABLE master.new (a int, b json)',
    'DROP TABLE master.new',
  )
  await engine.apply(hrms.target(), up, applying())
  const root = await hrms.client()
  await root.query(`insert into master.new select i, '{}' from generate_series(1, 3) i`)
  expect(await lossOf(hrms, down!)).toEqual({
    dropped: [{ table: 'master.new', column: '*', rows: 3 }],
    violating: [],
    rows: 3,
  })
  expect(await engine.apply(hrms.target(), down!, applying({ accepted: 3 }))).toMatchObject({
    facts: { saved: [{ table: kept(hrms, 'master.new'), rows: 3 }] },
  })
  expect(await rowsOf(root, kept(hrms, 'master.new'))).toBe(3)
})
