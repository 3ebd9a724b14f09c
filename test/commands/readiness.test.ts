import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startScheduled, whyNotNow } from '../../commands/readiness.ts'
import type { Schedule } from '../../src/domain/schedule.ts'
import { schedule } from '../../src/runs/scheduling.ts'
import { scheduleById } from '../../src/store/schedules.ts'
import { recordStanding } from '../../src/store/standing.ts'
import { approved, asha, dan, openOffice, planned, saidBy, type Office } from './office.ts'

let office: Office
beforeEach(async () => {
  office = await openOffice()
})
afterEach(() => office.close())

/** The example's runbook, a quarter of an hour from now if nothing else is said. */
async function scheduled(minutes = 14): Promise<Schedule> {
  await recordStanding(office.pool, asha.person, ['migration-operators'], 60)
  const runbook = await office.house.runbooks.find('add-security-enhancements')
  if (!runbook.ok) throw new Error(runbook.problem.code)
  const start = new Date(Date.now() + minutes * 60_000).toISOString()
  const made = await schedule(office.pool, { runbook: runbook.value, start, seen: null }, asha)
  if (!made.ok) throw new Error(made.problem.code)
  return made.value.schedule
}

const why = async (of: Schedule) => (await whyNotNow(office.house, of))?.code ?? 'ready'

test('a scheduled run could start once its plan is there, approved, and as it was approved', async () => {
  const book = await scheduled()
  expect(await why(book)).toBe('plan-missing')
  await planned(office)
  expect(await why(book)).toBe('approvals-missing')
  await approved(office)
  expect(await why(book)).toBe('ready')
  const changing = new pg.Client(office.target.url)
  await changing.connect()
  await changing.query('alter table master."RefreshTokens" add column late int')
  await changing.end()
  expect(await why(book)).toBe('plan-stale')
})

test('approvals that end before the start are no use to it', async () => {
  const book = await scheduled(25 * 60)
  await approved(office)
  expect(await why(book)).toBe('plan-expires')
})

test('the clock starts it for whoever scheduled it, as long as they may', async () => {
  const book = await scheduled()
  await approved(office)
  office.house.config.roles['migration-operators'] = { people: [dan.person], groups: [] }
  expect(await startScheduled(office.house, book)).toMatchObject({ code: 'not-allowed' })
  office.house.config.roles['migration-operators'] = { people: [asha.person], groups: [] }
  expect(await startScheduled(office.house, book)).toBeNull()
  const { run } = (await scheduleById(office.pool, book.id))!
  expect(run).toMatch(/-1$/)
  expect(await startScheduled(office.house, book)).toMatchObject({ code: 'run-under-way' })
})

test('it is not started far from its time, by whomever, and nobody is asked for a name before', async () => {
  const book = await scheduled(60)
  const plan = await approved(office)
  expect(saidBy(await office.desk.typed(asha, ['run', plan]))).toContain('is scheduled for')
  expect(await startScheduled(office.house, book)).toMatchObject({ code: 'schedule-later', told: 0 })
})
