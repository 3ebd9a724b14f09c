import { afterEach, beforeEach, expect, test } from 'vitest'
import { schedule } from '../../src/runs/scheduling.ts'
import { announce } from '../../src/runs/announcing.ts'
import { makeNotice } from '../../src/runs/announcing.ts'
import { fanOut } from '../../src/deliveries/fan-out.ts'
import { recordRefused } from '../../src/store/deliveries.ts'
import { noticeKey } from '../../src/domain/delivery.ts'
import { noticesOf } from '../../src/store/notices.ts'
import { recordStanding } from '../../src/store/standing.ts'
import { transaction } from '../../src/store/transaction.ts'
import type { Schedule } from '../../src/domain/schedule.ts'
import { asha, eve, openOffice, saidBy, type Office } from './office.ts'
import { typist } from '../typist.ts'

let office: Office
beforeEach(async () => {
  office = await openOffice()
})
afterEach(() => office.close())

const name = 'add-security-enhancements'
const typed = async (...words: string[]) => saidBy(await office.desk.typed(eve, words))

/** Scheduled in four days; its first notice is made, and refused for one address. */
async function told(): Promise<Schedule> {
  const { pool, house } = office
  await recordStanding(pool, asha.person, ['migration-operators'], 60)
  const runbook = await house.runbooks.find(name)
  if (!runbook.ok) throw new Error(runbook.problem.code)
  const start = new Date(Date.now() + 4 * 86_400_000).toISOString()
  const made = await schedule(pool, { runbook: runbook.value, start, seen: null }, asha)
  if (!made.ok) throw new Error(made.problem.code)
  const [first] = await noticesOf(pool, made.value.schedule.id)
  if (!first) throw new Error('no notice')
  const to = [{ channel: '#general' }, { mail: 'cto@morishr.com' }]
  await transaction(pool, (tx) => makeNotice(tx, first, { to, untold: [] }))
  await fanOut(pool)
  await recordRefused(pool, noticeKey(first.id, { mail: 'cto@morishr.com' }), '550 5.1.1')
  return made.value.schedule
}

test('anybody reads what people would be told, and who', async () => {
  office.groups['S0OPERATOR'] = ['U_ASHA', 'U_MEI']
  const said = await typed('notices', name)
  expect(said).toMatch(/^Notices of AddSecurityEnhancements · not scheduled: nobody was told/)
  expect(said).toContain('72 hours before, to all stakeholders, development team and support team:')
  expect(said).toContain('[MAINTENANCE] Database Migration - Security Enhancements\nDear Team,')
  expect(said).toContain('• DevOps Lead: devops@morishr.com, +230-XXXX-XXXX')
  expect(said).toContain('on-call engineers: user group S0OPERATOR (2 people now), dba@morishr.com')
  expect(said).toContain('Called off: HRMS stays available on day')
})

test('once it is scheduled, with its times, what was sent, and what was refused; status says that, too', async () => {
  expect(await typed('status', name)).not.toContain('refused')
  await told()
  const said = await typed('notices', name)
  expect(said).toMatch(/^Notices of AddSecurityEnhancements · .* MUT \(.* UTC\) · 2 addresses told so far/)
  expect(said).toMatch(
    /Failed: 72 hours before, .*: 2 addresses \(1 on the way, 1 refused\): #general, cto@morishr\.com/,
  )
  expect(said).toContain(
    'cto@morishr.com (72 hours before): the mail server does not take it: 550 5.1.1. Correct the address',
  )
  expect(said).toMatch(/24 hours before \(.* UTC\), to operations team, support team and management:/)
  expect(await typed('status', name)).toContain(
    `1 message of its notices was refused. Whose, and what to do: /migrate notices ${name}.`,
  )
})

test('a file that says something else by now is said to', async () => {
  await told()
  expect(await typed('notices', name)).not.toContain('says something else by now')
  await office.rewrite((written) => (written.notices[1].subject = 'Tomorrow'))
  const said = await typed('notices', name)
  expect(said).toContain('The runbook’s file says something else by now.')
  expect(said).toMatch(/\[MAINTENANCE\] .*: Database Migration/)
})

test('what followed is told in its own words', async () => {
  const made = await told()
  await transaction(office.pool, (tx) => announce(tx, made, { is: 'called-off', reason: null, missed: true }))
  expect(await typed('notices', name)).toMatch(/When it was called off, .*: 2 addresses \(2 on the way\)/)
})

test('a whole plan of notices is one message of Slack, and a terminal shows all of it', async () => {
  await office.rewrite((written) => (written.notices[0].text = 'All of it is said. '.repeat(700)))
  const inSlack = await office.desk.typed(eve, ['notices', name])
  const inTerminal = await office.desk.typed(await typist(office.pool, eve.person, office.house.config), [
    'notices',
    name,
  ])
  expect('view' in inSlack && inSlack.view.files?.map((file) => file.name)).toEqual([`notices-${name}.txt`])
  expect('view' in inTerminal && inTerminal.view.files).toBeUndefined()
  expect(JSON.stringify(inTerminal)).toContain('All of it is said. '.repeat(700).trim())
})
