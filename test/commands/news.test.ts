import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeDesk } from '../../commands/desk.ts'
import { asha, min, openDiary, type Diary } from '../notices/diary.ts'
import { asha as operator, dan, fill, formOf, openOffice, saidBy, type Office } from './office.ts'

let office: Office
let diary: Diary
beforeAll(async () => {
  ;[office, diary] = await Promise.all([openOffice(), openDiary()])
  office.house.config.roles['migration-operators']?.people.push(asha.person)
})
afterAll(() => Promise.all([office.close(), diary.close()]))

const deskOf = () => makeDesk({ ...office.house, pool: diary.pool })

/** A run whose users were told, and are out. */
async function runUnderWay(): Promise<string> {
  const planned = await diary.plan(5 * min)
  await diary.lookIn(0)
  const driven = await diary.run(planned.runbook)
  await diary.step(driven, 'stop', false)
  await diary.lookIn(0)
  return driven.run.id
}

test('who waits is told what somebody has to say, and when they hear more', async () => {
  const desk = deskOf()
  const run = await runUnderWay()
  const form = formOf(await desk.typed(operator, ['news', run]))
  expect(saidBy(form)).toContain('everybody who was told that HRMS is unavailable')
  const said = saidBy(await fill({ ...office, desk }, operator, form, { says: 'The database is fine.' }))
  expect(said).toMatch(/^Told: 5 addresses\. More is promised by \d\d:\d\d:\d\d UTC/)
  const { rows } = await diary.pool.query(
    "select body from lockkeeper.event where body ->> 'is' = 'notice.made' order by seq desc limit 1",
  )
  const made = await diary.pool.query('select about, told from lockkeeper.notice where id = $1', [
    rows[0].body.notice,
  ])
  expect(made.rows[0].about).toMatchObject({ is: 'overrun', says: 'The database is fine.' })
  expect(made.rows[0].told).toHaveLength(5)
})

test('nobody but operators says it, and nobody while users are in (news-unwanted)', async () => {
  const desk = deskOf()
  const run = await runUnderWay()
  expect(saidBy(await desk.typed(dan, ['news', run, 'all is well']))).toContain(
    'Only migration-operators may',
  )
  const quiet = await diary.run((await diary.plan(5 * min)).runbook)
  expect(saidBy(await desk.typed(operator, ['news', quiet.run.id, 'all is well']))).toContain(
    'users are not out',
  )
})

test('a secret in it is not told', async () => {
  const desk = deskOf()
  const run = await runUnderWay()
  const runbook = await office.house.runbooks.find('add-security-enhancements')
  if (runbook.ok) office.house.secrets.know(runbook.value)
  await desk.typed(operator, ['news', run, 'the', 'password', 'is', 'Test123!'])
  const { rows } = await diary.pool.query<{ about: { says: string } }>(
    "select about from lockkeeper.notice where about ->> 'says' like 'the password is%'",
  )
  expect(rows).toHaveLength(1)
  expect(rows[0]?.about.says).not.toContain('Test123!')
})
