import { appendFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeDesk } from '../../commands/desk.ts'
import { hrmsDatabase } from '../databases.ts'
import {
  approved,
  asha,
  dan,
  eve,
  fill,
  formOf,
  mei,
  openOffice,
  planned,
  saidBy,
  type Office,
} from './office.ts'

let office: Office
beforeEach(async () => {
  office = await openOffice()
})
afterEach(() => office.close())

const typed = async (caller: typeof asha, ...words: string[]) =>
  saidBy(await office.desk.typed(caller, words))

describe('approving', () => {
  test('it is read before it is approved, and each of two people says their own', async () => {
    const plan = await planned(office)
    const form = formOf(await office.desk.typed(dan, ['approve', plan.toLowerCase()]))
    const read = saidBy(form)
    expect(read).toContain(`AddSecurityEnhancements on ${office.target.name}`)
    expect(read).toContain('By approving you say that this is so:')
    expect(saidBy(await fill(office, dan, form))).toBe(
      `Recorded: you reviewed plan ${plan}.\nIt still waits for 1 approval.`,
    )
    const second = formOf(await office.desk.pressed(mei, 'approve', { plan }))
    expect(saidBy(await fill(office, mei, second))).toContain('It may be run now')
  })

  test('one tap approves nothing, whatever a button holds', async () => {
    const plan = await planned(office)
    const { input } = formOf(await office.desk.pressed(dan, 'approve', { plan }))
    formOf(await office.desk.pressed(dan, 'approve', input))
    expect(await typed(asha, 'status', plan)).toContain('0 of 2 approvals')
  })

  test('not by the one who planned it: it says who else (approval-own)', async () => {
    const plan = await planned(office)
    expect(await typed(asha, 'approve', plan)).toBe(
      `You made plan ${plan}; somebody else approves it.\nNext: Ask @U_DAN or @U_MEI.`,
    )
  })

  test('not twice (approval-again), and not by whom nobody asked (approval-not-yours)', async () => {
    const plan = await planned(office)
    const form = formOf(await office.desk.typed(dan, ['approve', plan]))
    await fill(office, dan, form)
    expect(saidBy(await fill(office, dan, form))).toContain(`You approved plan ${plan}`)
    const other = formOf(await office.desk.typed(eve, ['approve', plan]))
    expect(saidBy(await fill(office, eve, other))).toContain('needs cto')
  })

  test('a plan that is not there, was replaced, or needs to be picked (plan-unknown, plan-gone)', async () => {
    expect(await typed(dan, 'approve')).toContain('No plan is open')
    const first = await planned(office)
    await office.rewrite((written) => (written.purpose = ['Something else']))
    const second = await planned(office)
    expect(await typed(dan, 'approve', 'XXXX')).toContain(
      `There is no plan XXXX.\nNext: Open plans: ${second}`,
    )
    expect(await typed(dan, 'approve', first)).toContain(`Plan ${first} was replaced by a newer one`)
    const select = formOf(await office.desk.typed(dan, ['approve']))
    expect(saidBy(select)).toContain(`[Plan | ${second} · AddSecurityEnhancements on ${office.target.name}]`)
    const form = formOf(await fill(office, dan, select, { plan: second }))
    expect(saidBy(await fill(office, dan, form))).toContain('Recorded')
  })
})

describe('running', () => {
  test('the database’s name is typed; capitals and spaces around it do not matter; the second click is refused (run-under-way)', async () => {
    const plan = await approved(office)
    const form = formOf(await office.desk.typed(asha, ['run', 'add-security-enhancements']))
    expect(saidBy(form)).toContain('[Type the database’s name]')
    const name = ` ${office.target.name.toUpperCase()} `
    const reply = await fill(office, asha, form, { database: name })
    expect(saidBy(reply)).toContain(`Run ${plan}-1 · AddSecurityEnhancements`)
    expect(reply).toMatchObject({ run: `${plan}-1` })
    expect(saidBy(await fill(office, mei, form, { database: name }))).toContain(
      `Run ${plan}-1 of add-security-enhancements is under way on this database, started by @U_ASHA`,
    )
    expect(await typed(mei, 'run', plan)).toContain('is under way')
    expect(await typed(asha, 'status')).toContain('run ' + plan)
  })

  test('a wrong name is said at its field, and nothing is begun (name-mistyped)', async () => {
    const plan = await approved(office)
    const form = formOf(await office.desk.pressed(asha, 'run', { plan }))
    const reply = await fill(office, asha, form, { database: 'hrms_mater' })
    expect(reply).toEqual({
      faults: [{ field: 'database', why: expect.stringContaining(`You typed hrms_mater. This is about`) }],
    })
    expect(saidBy(await fill(office, asha, form, {}))).toContain('database: You typed .')
    expect(await typed(asha, 'status')).toContain('2 of 2 approvals')
  })

  test('what would refuse it is said before a name is typed: approvals (approvals-missing), the time (plan-expired)', async () => {
    const plan = await planned(office)
    expect(await typed(asha, 'run', plan)).toMatch(
      /still waits for reviewed by one of database-team, approved by one of cto/,
    )
    await office.pool.query(
      `update lockkeeper.plan set body = jsonb_set(body, '{madeAt}', '"2025-01-01T00:00:00.000Z"')`,
    )
    expect(await typed(asha, 'run', plan)).toContain(`Plan ${plan} expired`)
  })

  test('and blockers (plan-blocked)', async () => {
    const client = await office.target.client()
    await client.query('revoke all on master."RefreshTokens" from hrms_owner cascade')
    await client.query('alter table master."RefreshTokens" owner to postgres')
    const plan = await planned(office)
    expect(await typed(asha, 'run', plan)).toMatch(/has [12] blockers?: it cannot be run/)
  })

  test('a plan is picked where none was named, and then confirmed', async () => {
    const plan = await approved(office)
    const select = formOf(await office.desk.typed(asha, ['run']))
    const form = formOf(await fill(office, asha, select, { plan }))
    const said = saidBy(await fill(office, asha, form, { database: office.target.name }))
    expect(said).toContain(`Run ${plan}-1`)
  })

  test('neither a plan nor a runbook: both are looked for (plan-unknown)', async () => {
    expect(await typed(asha, 'run', 'ABCD')).toContain('There is no plan ABCD')
    expect(await typed(asha, 'run', 'add-security-enhancements')).toContain('There is no plan add-security')
  })
})

describe('a plan that is out of date runs nothing (plan-stale)', () => {
  const stale = async (change: () => Promise<unknown>): Promise<string> => {
    const plan = await approved(office)
    const form = formOf(await office.desk.typed(asha, ['run', plan]))
    await change()
    const said = saidBy(await fill(office, asha, form, { database: office.target.name }))
    const { rows } = await office.pool.query('select from lockkeeper.run')
    expect(rows).toEqual([])
    return said
  }
  const sql = (statement: string) => async () => (await office.target.client()).query(statement)

  test('the SQL changed', async () => {
    const file = path.join(
      office.house.config.runbooks,
      'migrations/20251113040317_AddSecurityEnhancements.up.sql',
    )
    expect(await stale(() => appendFile(file, '\n-- later\n'))).toMatch(/is out of date: the SQL changed/)
  })

  test('a table that it touches changed', async () => {
    expect(await stale(sql('alter table master."AdminUsers" add column "Nick" text'))).toContain(
      'the tables that it touches changed',
    )
  })

  test('another migration was applied since', async () => {
    const insert = `insert into master."__EFMigrationsHistory" values ('20251119000000_AddPasswordExpiry', '9')`
    expect(await stale(sql(insert))).toContain('a migration was applied or removed since')
  })

  test('the runbook changed', async () => {
    expect(await stale(() => office.rewrite((written) => (written.window.lockAttempts = 3)))).toContain(
      'the runbook changed',
    )
  })

  test('another database answers under the same address (target-is-another)', async () => {
    const other = await hrmsDatabase()
    const plan = await approved(office)
    const form = formOf(await office.desk.typed(asha, ['run', plan]))
    const environment = {
      ...office.house.environment,
      HRMS_MASTER_URL: other.as('lockkeeper', 'lockkeeper'),
    }
    await office.pool.query(
      `update lockkeeper.plan set body = jsonb_set(body, '{approved,runbook,target,database}', to_jsonb($1::text))`,
      [other.name],
    )
    const desk = makeDesk({ ...office.house, environment })
    const reply = await desk.submitted(asha, form.command, form.input, { database: other.name })
    expect(saidBy(reply)).toContain('This is another database than the planned one')
    await other.drop()
  })
})
