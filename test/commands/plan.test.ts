import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { makeDesk } from '../../commands/desk.ts'
import { planById } from '../../src/store/plans.ts'
import { asha, fill, formOf, openOffice, openPlanOf, planned, saidBy, type Office } from './office.ts'

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
  const here = saidBy(
    await office.desk.typed({ ...asha, via: 'terminal' }, ['plan', 'add-security-enhancements']),
  )
  expect(here).toContain('0 of 2 approvals')
  expect(here).toContain('Warning:')
  expect(await planById(office.pool, id)).toMatchObject({
    author: asha.person,
    closed: { because: 'replaced', by: asha.person },
  })
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
    await office.desk.typed({ ...asha, via: 'terminal' }, ['plan', 'add-security-enhancements']),
  )
  expect(here).toContain('Lockkeeper is not in #hrms-news. all users would not be told there.')
  expect(here).toContain('Nobody is in user group S0OPERATOR.')
  expect(here).toMatch(
    /would be told by e-mail, and no mail server is configured\. 5 addresses are told nothing\./,
  )
  expect(here).toContain('0 of 2 approvals')
})
