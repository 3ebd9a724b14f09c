import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Routes } from '../../src/domain/step.ts'
import { stepOf } from './plan.ts'
import { makeScene, type Scene } from './world.ts'

// A rollback after admit: a plan of its own, made when the database was migrated and employees had signed in.

const before = stepOf('before', {})
const verify = stepOf('verify', { as: 'before' })
const down = stepOf('migrate', { direction: 'down', accepted: 2 })
const routes = (): Routes => ({ forward: [before, down, verify], 'back-out': [], 'roll-back': null })

let scene: Scene
beforeEach(
  async () =>
    void (scene = await makeScene({ kind: 'rollback', prepared: true, migrated: true, routes: routes() })),
)
afterEach(() => scene.end())

const query = async (sql: string) => {
  const client = await scene.database.client()
  const { rows } = await client.query(sql)
  await client.end()
  return rows
}
const employees = (count: number) =>
  query(`insert into master."RefreshTokens" ("Id", "TenantId", "EmployeeId", "Token", "ExpiresAt", "CreatedAt", "CreatedByIp")
    select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'employee' || i, now(), now(), '' from generate_series(1, ${count}) i`)

test('rows that somebody accepted to lose are kept aside, and the database is as before', async () => {
  await employees(2)
  await scene.perform(before)
  const outcome = await scene.perform(down)
  expect(outcome).toMatchObject({
    status: 'done',
    facts: { saved: expect.arrayContaining([expect.objectContaining({ rows: 2 })]) },
  })
  expect(await scene.perform(verify)).toMatchObject({
    status: 'done',
    facts: {
      passed: expect.arrayContaining([
        { check: 'History', found: '20251111125329_InitialMasterDb' },
        { check: 'Rows of master."RefreshTokens"', found: '1000, before 1002' },
        { check: 'Rows of master."AdminUsers"', found: '20' },
        { check: 'master."RefreshTokens".EmployeeId', found: 'not there' },
        { check: 'master."RefreshTokens".AdminUserId', found: 'not null' },
      ]),
    },
  })
})

test('more than was accepted: nothing is changed and people are asked; the number they then accept counts', async () => {
  await employees(3)
  expect(await scene.perform(down)).toMatchObject({
    status: 'asks',
    question: { code: 'loss-grew', accepted: 2, counted: 3, choices: ['go-on', 'back-out', 'leave'] },
  })
  expect(await query('select from master."RefreshTokens" where "EmployeeId" is not null')).toHaveLength(3)
  scene.answer(down, 'go-on', { accepted: 3 })
  expect(await scene.perform(down)).toMatchObject({ status: 'done' })
})

test('once more than what they accepted then: asked once more', async () => {
  await employees(3)
  await scene.perform(down)
  await employees2()
  scene.answer(down, 'go-on', { accepted: 3 })
  expect(await scene.perform(down)).toMatchObject({ status: 'asks', question: { accepted: 3, counted: 4 } })
})
const employees2 = () =>
  query(`insert into master."RefreshTokens" ("Id", "EmployeeId", "Token", "ExpiresAt", "CreatedAt", "CreatedByIp")
    values (gen_random_uuid(), gen_random_uuid(), 'one more', now(), now(), '')`)

test('a rollback that a dead process committed is found done, with what it kept', async () => {
  await employees(1)
  await scene.world.engine.apply(scene.world.target, scene.run.plan.approved.prepared!.down!, {
    signal: new AbortController().signal,
    progress: () => {},
    onLine: () => {},
    lockTimeout: 2_000,
    lockAttempts: 1,
    statementTimeout: 10_000,
    endFirst: [],
    accepted: 2,
  })
  expect(await scene.resume(down)).toMatchObject({
    status: 'done',
    facts: { reconciled: true, saved: expect.arrayContaining([expect.objectContaining({ rows: 1 })]) },
  })
})

test('given up before anything moved, the database is verified as it was planned: after the migration', async () => {
  await scene.perform(stepOf('close', {}))
  await scene.perform(before)
  scene.answer(before, 'back-out')
  expect(await scene.perform(stepOf('verify', { as: 'after' }, 'back-out'))).toMatchObject({ status: 'done' })
})
