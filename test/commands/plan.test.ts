import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { makeDesk } from '../../commands/desk.ts'
import { aloneAt } from '../../src/store/locks.ts'
import { planById } from '../../src/store/plans.ts'
import {
  asha,
  dan,
  fill,
  formOf,
  mei,
  openOffice,
  openPlanOf,
  planned,
  saidBy,
  type Office,
} from './office.ts'
import { typist } from '../typist.ts'

let office: Office
beforeEach(async () => {
  office = await openOffice()
})
afterEach(() => office.close())

const typed = async (...words: string[]) => saidBy(await office.desk.typed(asha, words))

test('a plan is made and kept; in Slack its message is in the channel, in a terminal all of it is said', async () => {
  const said = await typed('plan', 'Add-Security-Enhancements', 'because', 'of', 'tokens')
  const id = await openPlanOf(office)
  expect(said).toBe(
    `Plan ${id} · AddSecurityEnhancements on ${office.target.name} is in #migrations. Nothing was run.`,
  )
  const { rows } = await office.pool.query(
    `select body -> 'asks' as asks from lockkeeper.event where plan = $1`,
    [id],
  )
  expect(rows).toEqual([{ asks: [dan.person, mei.person] }])
  await office.rewrite((written) => (written.purpose = ['Something else']))
  const here = saidBy(
    await office.desk.typed(await typist(office.pool, asha.person, office.house.config), [
      'plan',
      'add-security-enhancements',
    ]),
  )
  expect(here).toContain('0 of 2 approvals')
  expect(here).toContain('Warning:')
  expect(await planById(office.pool, id)).toMatchObject({
    author: asha.person,
    closed: { because: 'replaced', by: asha.person },
  })
})

test('a plan that is made again and says the same stays, with the approvals that it has', async () => {
  const id = await planned(office)
  await fill(office, dan, formOf(await office.desk.typed(dan, ['approve', id])))
  const said = await typed('plan')
  expect(said).toContain(
    `Nothing has changed since plan ${id} · AddSecurityEnhancements on ${office.target.name} was made: it stays, with its approvals, in #migrations. Nothing was run.\nWhat was measured in it is of now. It holds until `,
  )
  expect(said).toMatch(new RegExp(`; for a new one, approved anew, first type /migrate cancel ${id}\\.$`))
  const here = saidBy(
    await office.desk.typed(await typist(office.pool, asha.person, office.house.config), ['plan']),
  )
  expect(here).toContain(`Nothing has changed since plan ${id}`)
  expect(here).toContain('1 of 2 approvals')
  const { rows } = await office.pool.query('select id from lockkeeper.plan')
  expect(rows).toEqual([{ id }])
})

test('while a plan of a runbook is made, by any process, no other is (plan-under-way); a process that dies leaves it free', async () => {
  const [begun, dead] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const planning = aloneAt(
    office.pool,
    { name: 'migrate add-security-enhancements', by: mei.person },
    async () => {
      begun.resolve()
      await dead.promise
    },
  )
  await begun.promise
  expect(await typed('plan')).toMatch(
    /^@U_MEI is making a plan of add-security-enhancements, since [A-Z][a-z]{2} \d+ .* UTC\.\n/,
  )
  const { rows } = await office.pool.query('select from lockkeeper.plan')
  expect(rows).toEqual([])
  await office.pool.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'lockkeeper-plans ${mei.person}'`,
  )
  expect(await typed('plan')).toMatch(/^Plan /)
  dead.resolve()
  await planning
})

test('of two who ask for a plan at once one makes it', async () => {
  const said = await Promise.all([
    office.desk.typed(asha, ['plan']),
    office.desk.typed({ ...asha, person: mei.person }, ['plan']),
  ])
  expect(said.map(saidBy).filter((each) => each.startsWith('Plan '))).toHaveLength(1)
  const { rows } = await office.pool.query('select from lockkeeper.plan')
  expect(rows).toHaveLength(1)
})

test('with one runbook its name need not be typed; with two it is picked from a list', async () => {
  expect(await typed('plan')).toMatch(/^Plan [0-9A-Z]{4} · /)
  await office.rewrite((written) => (written.name = 'another'))
  const written = parse(await readFile(office.runbookFile, 'utf8'))
  await writeFile(
    path.join(office.house.config.runbooks, 'second.yml'),
    JSON.stringify({ ...written, name: 'second' }),
  )
  const asked = formOf(await office.desk.typed(asha, ['plan']))
  expect(saidBy(asked)).toContain('[Runbook | another | second]')
  expect(saidBy(await fill(office, asha, asked, { runbook: 'second' }))).toMatch(/^Plan [0-9A-Z]{4} · /)
  expect(await planById(office.pool, await openPlanOf(office))).toMatchObject({
    approved: { runbook: { name: 'second' } },
  })
})

test('a runbook with faults says each of them with its line, and is not used (runbook-broken)', async () => {
  await office.rewrite((written) => {
    written.window.drain = 'soon'
    written.migratoin = 'x'
  })
  const said = await typed('plan', 'add-security-enhancements')
  expect(said).toContain('add-security-enhancements.yml has 2 faults')
  expect(said).toMatch(/window.drain/)
  expect(said).toMatch(/migratoin/)
  expect(await typed('status')).toContain('has 2 faults')
})

test('the bot’s own database is never a target, whatever it is called (target-is-ours)', async () => {
  const ours = new URL(office.store.url)
  await office.rewrite((written) => (written.target.database = ours.pathname.slice(1)))
  const environment = { ...office.house.environment, HRMS_MASTER_URL: office.store.url }
  const reply = await makeDesk({ ...office.house, environment }).typed(asha, ['plan'])
  expect(saidBy(reply)).toContain('is Lockkeeper’s own database')
})

test('a target that nobody told of, or that is not there, is said by its variable (target-unset, target-missing)', async () => {
  const without = { ...office.house.environment, HRMS_MASTER_URL: undefined }
  expect(saidBy(await makeDesk({ ...office.house, environment: without }).typed(asha, ['plan']))).toContain(
    'HRMS_MASTER_URL',
  )
  await office.rewrite((written) => (written.target.database = 'not_there'))
  const gone = { ...office.house.environment, HRMS_MASTER_URL: new URL('/not_there', office.target.url).href }
  expect(saidBy(await makeDesk({ ...office.house, environment: gone }).typed(asha, ['plan']))).toContain(
    'no database not_there',
  )
})

test('status says how a runbook, a plan and everything stand', async () => {
  const id = await planned(office)
  expect(await typed('status')).toContain(`plan ${id}, 0 of 2 approvals`)
  const shown = await typed('status', 'add-security-enhancements')
  expect(shown).toContain(`Plan ${id}`)
  expect(await typed('status', id.toLowerCase())).toBe(shown)
})

test('status of what is not there says so: a run (run-unknown), a runbook (runbook-unknown)', async () => {
  expect(await typed('status', '7F3A-1')).toContain('There is no run 7F3A-1')
  expect(await typed('status', 'payroll')).toContain(
    'Neither a runbook nor a plan nor a run is called payroll',
  )
})

test('a plan says who could not be told of it, and is made all the same', async () => {
  office.channels['#hrms-news'] = 'not-in'
  office.groups['S0OPERATOR'] = []
  const here = saidBy(
    await office.desk.typed(await typist(office.pool, asha.person, office.house.config), [
      'plan',
      'add-security-enhancements',
    ]),
  )
  expect(here).toContain('Lockkeeper is not in #hrms-news. all users would not be told there.')
  expect(here).toContain('Nobody is in user group S0OPERATOR.')
  expect(here).toMatch(
    /would be told by e-mail, and no mail server is configured\. 5 addresses are told nothing\./,
  )
  expect(here).toContain('0 of 2 approvals')
})
