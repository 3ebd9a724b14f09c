import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Runbook } from '../../src/domain/runbook.ts'
import { insertPlan } from '../../src/store/plans.ts'
import { endRun, insertRun } from '../../src/store/runs.ts'
import { bindSchedule, endSchedule, insertSchedule } from '../../src/store/schedules.ts'
import { samplePlan, sampleRunbook } from '../plans.ts'
import { asha, eve, mei, openOffice, saidBy, type Office } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office.close())

const says = async (...days: string[]) => saidBy(await office.desk.typed(eve, ['calendar', ...days]))
const runbookNamed = (name: string, changes: Partial<Runbook> = {}): Runbook => ({
  ...sampleRunbook(),
  name,
  timeZone: 'Indian/Mauritius',
  timeZoneName: 'MUT',
  ...changes,
})
const elsewhere = { ...sampleRunbook().target, url: 'PAYROLL_URL', database: 'payroll' }

async function inDays(days: number, runbook: Runbook): Promise<string> {
  const start = new Date(Date.now() + days * 86_400_000 + 45_000).toISOString()
  const end = new Date(Date.parse(start) + 1_800_000).toISOString()
  const made = await insertSchedule(office.pool, runbook, { start, end }, { by: asha.person })
  return made?.id ?? ''
}
const over = (id: string) => endSchedule(office.pool, id, { as: 'called-off', by: 'test', reason: null })

test('where nothing is scheduled it says so, and what to type', async () => {
  const said = await says()
  expect(said).toContain('Nothing is scheduled in the next 14 days\n')
  expect(said).toContain('/migrate schedule RUNBOOK thursday 04:00')
})

test('what is scheduled comes in the order of its times, with what has still to be done', async () => {
  const made = [
    await inDays(9, runbookNamed('later')),
    await inDays(0.5, runbookNamed('sooner', { product: 'Payroll', target: elsewhere })),
    await inDays(40, runbookNamed('much-later')),
  ]
  const lines = (await says()).split('\n')
  expect(lines[0]).toBe('2 scheduled in the next 14 days')
  expect(lines[1]).toMatch(
    /^- \w+ \d+ \w+ \d{4}, .* MUT \(.* UTC\) · sooner · Payroll on payroll · by @U_ASHA · in 12 hours\. No plan yet\. Make it now, and have it approved: \/migrate plan sooner$/,
  )
  expect(lines[2]).toMatch(
    / · later · HRMS on hrms_master · by @U_ASHA · in 9 days\. No plan yet\. Make it after /,
  )
  expect(lines[3]).toBe('1 more is scheduled later, the next one in 40 days: /migrate calendar 41')
  expect(await says('41')).toContain('3 scheduled in the next 41 days')
  expect(await says('1')).toContain(
    '2 more are scheduled later, the next one in 9 days: /migrate calendar 41',
  )
  await Promise.all(made.map(over))
})

test('a plan is told as far as it is known', async () => {
  const runbook = runbookNamed('planned')
  const id = await inDays(0.5, runbook)
  const plan = samplePlan({ runbook })
  await insertPlan(office.pool, plan, 'planned')
  expect(await says()).toContain(`Plan ${plan.id} still waits for 2 approvals: /migrate approve ${plan.id}`)
  await office.pool.query(
    `insert into lockkeeper.approval (plan, person, says, role, digest)
     values ($1, 'U_DAN', 'reviewed', 'database-team', $2), ($1, 'U_MEI', 'approved', 'cto', $2)`,
    [plan.id, plan.digest],
  )
  expect(await says()).toContain(`Plan ${plan.id} is approved, and holds until`)
  await over(id)
})

test('windows that clash are marked, both of them', async () => {
  const made = [
    await inDays(3, runbookNamed('one')),
    await inDays(3, runbookNamed('two')),
    await inDays(3, runbookNamed('three', { product: 'Payroll', target: elsewhere })),
  ]
  const lines = (await says()).split('\n').filter((line) => line.startsWith('-'))
  const lineOf = (name: string) => lines.find((line) => line.includes(`· ${name} ·`))
  expect(lineOf('one')).toMatch(/\. Clash: two \(.*\) is on hrms_master at the same time: one run a database/)
  expect(lineOf('two')).toMatch(/\. Clash: one \(/)
  expect(lineOf('three')).toMatch(/\. one \(.*\) is at the same time, on another database/)
  expect(lineOf('three')).not.toContain('Clash')
  await Promise.all(made.map(over))
})

test('what runs is told, scheduled or not; and what nobody started', async () => {
  const waits = await inDays(-0.01, runbookNamed('waits'))
  const runs = await inDays(0, runbookNamed('runs'))
  const start = async (name: string) => {
    const plan = samplePlan({ runbook: runbookNamed(name) })
    await insertPlan(office.pool, plan, name)
    return insertRun(office.pool, plan, name, mei.person)
  }
  const [scheduled, alone] = [await start('runs'), await start('alone')]
  await bindSchedule(office.pool, runs, scheduled)
  const said = await says()
  expect(said).toContain('1 scheduled in the next 14 days; 2 runs under way\n')
  expect(said).toMatch(
    new RegExp(
      `- Now: run ${alone} of alone · HRMS on hrms_master · by @U_MEI, under way since .* UTC: /migrate status ${alone}\n`,
    ),
  )
  expect(said).toMatch(/ · waits · .* · Its time has come, and nobody has started it/)
  expect(said).toMatch(
    new RegExp(` · runs · .* · Now: run ${scheduled} is under way since .* UTC: /migrate status`),
  )
  for (const run of [scheduled, alone]) await endRun(office.pool, run, 'done')
  await Promise.all([waits, runs].map(over))
})

test.each(['0', '367', 'two', '1.5', '-3'])('%s is no number of days (input-wrong)', async (days) => {
  expect(await says(days)).toContain(
    'calendar was not understood: days: is not a number of days from 1 to 366.\nNext: For example: /migrate calendar 30.',
  )
})
