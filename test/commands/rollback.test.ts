import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { closePlan, planById } from '../../src/store/plans.ts'
import { endRun } from '../../src/store/runs.ts'
import { approved, asha, fill, formOf, openOffice, openPlanOf, saidBy, type Office } from './office.ts'

let office: Office
beforeEach(async () => {
  office = await openOffice()
})
afterEach(() => office.close())

const typed = async (...words: string[]) => saidBy(await office.desk.typed(asha, words))
const sql = async (statement: string) => (await office.target.client()).query(statement)

/** The migration as its own file does it. */
async function applied(): Promise<void> {
  const file = '20251113040317_AddSecurityEnhancements.up.sql'
  await sql(await readFile(path.join(office.house.config.runbooks, 'migrations', file), 'utf8'))
}

/** A finished run of it, as the bot would have left it. */
async function migrated(): Promise<string> {
  const plan = await approved(office)
  const form = formOf(await office.desk.typed(asha, ['run', plan]))
  const begun = await fill(office, asha, form, { database: office.target.name })
  const run = ('view' in begun && begun.run) || saidBy(begun)
  await applied()
  await endRun(office.pool, run, 'done')
  await closePlan(office.pool, plan, 'used', asha.person)
  return run
}

/** Sessions of employees, which do not fit the schema from before. */
const employees = (many: number) =>
  sql(`insert into master."RefreshTokens" ("Id", "EmployeeId", "Token", "ExpiresAt", "CreatedAt", "CreatedByIp")
       select gen_random_uuid(), gen_random_uuid(), 'employee ' || n, now(), now(), '' from generate_series(1, ${many}) n`)

describe('rolling back', () => {
  test('the form says what would be lost now, and the number that is accepted becomes part of the plan', async () => {
    const run = await migrated()
    await employees(7)
    const form = formOf(await office.desk.typed(asha, ['rollback']))
    const said = saidBy(form)
    expect(said).toContain('It would lose 7 rows now')
    expect(said).toContain('master."RefreshTokens"')
    expect(saidBy(await fill(office, asha, form, { accepted: '10' }))).toMatch(
      /^Plan [0-9A-Z]{4} · Rollback of AddSecurityEnhancements/,
    )
    expect(await planById(office.pool, await openPlanOf(office))).toMatchObject({
      kind: 'rollback',
      of: run,
      approved: { accepted: 10 },
    })
  })

  test('a number that is none (number-mistyped), or less than would be lost now (loss-larger), is said at its field', async () => {
    const run = await migrated()
    await employees(7)
    const form = formOf(await office.desk.pressed(asha, 'rollback', { run }))
    const faults = async (accepted: string) => await fill(office, asha, form, { accepted })
    expect(await faults('seven')).toEqual({
      faults: [{ field: 'accepted', why: expect.stringContaining('seven is not a number of rows') }],
    })
    expect(await faults('6')).toEqual({
      faults: [{ field: 'accepted', why: expect.stringContaining('would lose 7 rows now; 6 rows were') }],
    })
    const { rows } = await office.pool.query(`select from lockkeeper.plan where kind = 'rollback'`)
    expect(rows).toEqual([])
  })

  test('what cannot be taken back says why (nothing-to-roll-back, run-unknown, runbook-unknown)', async () => {
    const nothing =
      'There is nothing to roll back: no migration is finished and still in place.\n' +
      'Next: A rollback takes the run of a finished migration, /migrate rollback RUN, or its runbook. See what was run: /migrate status.'
    expect(await typed('rollback')).toBe(nothing)
    expect(await typed('rollback', 'add-security-enhancements')).toContain('it was never run to its end')
    expect(await typed('rollback', 'add-securty-enhancements')).toContain('Did you mean add-security')
    expect(await typed('rollback', '7F3A-1')).toContain('There is no run 7F3A-1')
    expect(await typed('rollback', 'payroll')).toBe(
      'Neither a runbook nor a run is called payroll.\nNext: Runbooks: add-security-enhancements.',
    )
    const run = await migrated()
    await fill(office, asha, formOf(await office.desk.typed(asha, ['rollback', run])), { accepted: '0' })
    const plan = await openPlanOf(office)
    await office.pool.query(
      `insert into lockkeeper.run (id, plan, kind, runbook, target, started_by, ended_at, ending)
       select id || '-1', id, kind, runbook, target, author, now(), 'done' from lockkeeper.plan where id = $1`,
      [plan],
    )
    expect(await typed('rollback', run)).toContain('it was rolled back already')
    expect(await typed('rollback', `${plan}-1`)).toContain('this run did not end with its migration done')
    expect(await typed('rollback')).toBe(nothing)
  })

  test('somebody took it off the database by hand: there is nothing to plan (migration-not-applied)', async () => {
    const run = await migrated()
    const file = '20251113040317_AddSecurityEnhancements.down.sql'
    await sql(await readFile(path.join(office.house.config.runbooks, 'migrations', file), 'utf8'))
    expect(await typed('rollback', run)).toContain('is not on this database')
  })
})

describe('looking', () => {
  test('a migration that is not there leaves nothing of itself', async () => {
    const said = await typed('verify', 'add-security-enhancements')
    expect(said).toContain(`AddSecurityEnhancements is not on ${office.target.name}. Passed: `)
    expect(said).toContain('Passed: History: 20251111125329_InitialMasterDb')
    expect(said).toContain('Passed: master."RefreshTokens".TenantId: not there')
  })

  test('one that is there is as the runbook expects it; nothing is written', async () => {
    await applied()
    const newest = 'select count(*)::int as rows, max(xmin::text::int8) as newest from master."RefreshTokens"'
    const writes = async () => (await sql(newest)).rows
    const before = await writes()
    const said = await typed('verify')
    expect(said).toContain(`AddSecurityEnhancements is on ${office.target.name}. Passed: `)
    expect(said).toContain(
      'Passed: master."RefreshTokens".SessionTimeoutMinutes: integer, not null, default 0',
    )
    expect(said).toContain('The database was only read.')
    expect(said).not.toContain('Try-out as')
    expect(await writes()).toEqual(before)
  })

  test('what is not as expected comes first', async () => {
    await applied()
    await sql('alter table master."RefreshTokens" alter "SessionTimeoutMinutes" drop not null')
    await sql('alter table master."RefreshTokens" add constraint late check ("Token" <> \'\') not valid')
    const said = await typed('verify')
    expect(said).toMatch(/is on .*, but 2 of \d+ verifications failed\nFailed: master."RefreshTokens"/)
    expect(said).toContain('expected integer, not null, default 0, found integer, nullable, default 0')
    expect(said).toContain('expected all valid, found not valid: late')
  })

  test('a migration that the folder does not have is said (migration-unknown)', async () => {
    await office.rewrite((written) => (written.migration = '20251113040317_AddSecurity'))
    expect(await typed('verify')).toContain('20251113040317_AddSecurity')
  })
})

describe('backing up', () => {
  test('a backup begins at once, without approvals, and its list is empty until it is made', async () => {
    const said = await typed('backup')
    expect(said).toMatch(/^Run [0-9A-Z]{4}-1 · Backup of test_\w+ has begun/)
    expect(await typed('backup')).toContain('is under way on this database')
    expect(await typed('backup', 'list')).toContain('No backup')
    expect(await typed('backup', 'list', 'add-security-enhancements')).toContain('No backup')
    expect(await typed('backup', 'list', 'payroll')).toContain('No runbook payroll')
  })
})
