import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Runbook } from '../../src/domain/runbook.ts'
import { insertPlan } from '../../src/store/plans.ts'
import { endRun, insertRun } from '../../src/store/runs.ts'
import { insertSchedule } from '../../src/store/schedules.ts'
import { samplePlan, sampleRunbook } from '../plans.ts'
import { approved, asha, fill, formOf, mei, planned, saidBy, type Office } from './office.ts'
import { inHours, name, openScheduling, type Scheduling } from './scheduling.ts'

let scheduling: Scheduling
let office: Office
beforeAll(async () => {
  scheduling = await openScheduling()
  office = scheduling.office
})
afterAll(() => office.close())
afterEach(() => scheduling.clear())

const type: Scheduling['type'] = (...words) => scheduling.type(...words)
const says: Scheduling['says'] = (...words) => scheduling.says(...words)

describe('a time is read back before it counts', () => {
  test('where it is meant, in UTC, and how far away it is', async () => {
    office.zones[asha.person] = 'Europe/Zurich'
    const said = await says(name, '2036-11-27', '04:00')
    expect(said).toContain(
      'HRMS is out: Thursday 27 November 2036, 04:00–04:30 MUT (00:00–00:30 UTC)\n' +
        'In UTC: Thursday 27 November 2036, 00:00–00:30 UTC\nThat is in ',
    )
    expect(said).toContain('The window is 30 min long, as the runbook says.')
    expect(said).toContain('New: it is not scheduled yet.')
    expect(said).toContain('Nothing is scheduled until you confirm it here.\nSchedule it')
    expect(await scheduling.open()).toBeNull()
  })

  test('with the same hour of the person’s own zone, where no zone was named', async () => {
    office.zones[asha.person] = 'Europe/Zurich'
    const hint = `You named no zone: the hour is that of MUT, the runbook’s. For your own, type /migrate schedule ${name} 2036-11-27 04:00 Europe/Zurich.`
    expect(await says(name, '27 nov 2036 04:00')).toContain(hint)
    expect(await says(name, '27 nov 2036 04:00 MUT')).not.toContain('You named no zone')
    expect(await says(name, 'in 50 hours')).not.toContain('You named no zone')
    office.zones[asha.person] = 'Indian/Mauritius'
    expect(await says(name, '27 nov 2036 04:00')).not.toContain('You named no zone')
    delete office.zones[asha.person]
    expect(await says(name, '27 nov 2036 04:00')).not.toContain('You named no zone')
  })

  test('with who is told at once, and who later', async () => {
    const said = await says(name, inHours(50))
    expect(said).toContain('- At once: users, operations. Its time, 72 h before the start, has passed\n')
    expect(said).toMatch(/\n- \w+ \d+ \w+, \d\d:\d\d MUT: users\n- When users are in again: users\n/)
    expect(await says(name, inHours(0.5))).toContain(
      '- At once: operations. Its time, 72 h before the start, has passed\n' +
        '- At once: users. Its time, 1 h before the start, has passed\n',
    )
  })

  test('with what has still to be done for it', async () => {
    expect(await says(name, inHours(50))).toMatch(
      /Note: No plan yet\. Make it after \w+ \d+ .* MUT \(.*\), so that its approvals last until the start: \/migrate plan add-security/,
    )
    expect(await says(name, inHours(20))).toContain('Warning: No plan yet. Make it now, and have it approved')
    const waiting = await planned(office)
    expect(await says(name, inHours(20))).toContain(
      `Warning: Plan ${waiting} still waits for 2 approvals: /migrate approve ${waiting}`,
    )
    const plan = await approved(office)
    expect(await says(name, inHours(20))).toContain(`Passed: Plan ${plan} is approved, and holds until`)
    expect(await says(name, inHours(50))).toMatch(
      new RegExp(
        `Note: Plan ${plan} holds until .* only\\. Plan again after .*, and have that plan approved`,
      ),
    )
  })

  test('with who starts it', async () => {
    expect(await says(name, inHours(50))).toContain('It does not start by itself. Operators are asked')
    await office.rewrite((written) => (written.window.startsBy = 'clock'))
    const asked = formOf(await type(name, inHours(50)))
    expect(saidBy(asked)).toContain('It starts by itself at that time')
    expect(asked.form.fields).toMatchObject([{ name: 'database', mustBe: office.target.name }])
    const mistyped = await fill(office, asha, asked, { database: 'hrms_mater' })
    expect(saidBy(mistyped)).toContain('database: You typed hrms_mater')
    expect(await scheduling.open()).toBeNull()
    expect(saidBy(await fill(office, asha, asked, { database: office.target.name }))).toMatch(/^Scheduled: /)
    await office.rewrite((written) => delete written.window.startsBy)
  })
})

describe('what clashes is said', () => {
  const other = async (changes: Partial<Runbook>) => {
    const { folder, ...mine } = await scheduling.runbook()
    const start = new Date(Date.now() + 50 * 3_600_000).toISOString()
    const window = { start, end: new Date(Date.parse(start) + 1_800_000).toISOString() }
    const theirs = { ...mine, folder, ...changes }
    return insertSchedule(office.pool, theirs, window, { by: mei.person })
  }
  const elsewhere = { ...sampleRunbook().target, url: 'PAYROLL_URL', database: 'payroll' }

  test.each<[string, Partial<Runbook>, string]>([
    [
      'the same database',
      { name: 'drop-legacy' },
      'Warning: drop-legacy (.*) is on test_\\w+ at the same time: one run a database at a time, so one of them cannot start',
    ],
    [
      'the same product',
      { name: 'payroll-keys', target: elsewhere },
      'Warning: payroll-keys (.*) takes HRMS away at the same time: users are told two windows',
    ],
    [
      'the time alone',
      { name: 'payroll-keys', target: elsewhere, product: 'Payroll' },
      'Note: payroll-keys (.*) is at the same time, on another database',
    ],
  ])('%s', async (_, changes, words) => {
    await other(changes)
    expect(await says(name, inHours(50))).toMatch(new RegExp(words))
    expect(await says(name, inHours(51.5))).not.toContain('at the same time')
  })

  test('by another variable, the server is what counts', async () => {
    const { target } = await scheduling.runbook()
    const environment = office.house.environment as Record<string, string | undefined>
    environment['OTHER_URL'] = environment[target.url]
    await other({ name: 'drop-legacy', target: { ...target, url: 'OTHER_URL' } })
    expect(await says(name, inHours(50))).toContain('Warning: drop-legacy')
    delete environment['OTHER_URL']
  })

  test('a run that is under way on the same database', async () => {
    const plan = samplePlan({ runbook: { ...(await scheduling.runbook()), name: 'drop-legacy' } })
    await insertPlan(office.pool, plan, 'clash')
    const run = await insertRun(office.pool, plan, 'clash', mei.person)
    expect(await says(name, inHours(50))).toMatch(
      new RegExp(
        `Note: Run ${run} of drop-legacy is under way on this database since .* UTC: this one starts only`,
      ),
    )
    await endRun(office.pool, run, 'done')
  })
})
