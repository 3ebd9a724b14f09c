import { afterEach, beforeEach, expect, test } from 'vitest'
import { makePlan } from '../../src/plan/make.ts'
import { stepOf, valueOf } from './plan.ts'
import { makeScene, type Scene } from './world.ts'

const check = stepOf('check', {})

let scene: Scene
beforeEach(async () => {
  scene = await makeScene({ change: (written) => delete written.backup.free })
  scene.run.plan = valueOf(
    await makePlan({
      runbook: scene.runbook,
      kind: 'migrate',
      id: '7F3A',
      author: 'U_ASHA',
      now: new Date().toISOString(),
      environment: scene.environment,
      backups: { folder: scene.world.backups.folder },
      builds: scene.world.builds,
      earlier: [],
      ours: null,
    }),
  )
})
afterEach(() => scene.end())

const change = async (sql: string) => {
  const client = await scene.database.client()
  await client.query(sql)
  await client.end()
}

test('a plan that still holds passes, with every check that was made again', async () => {
  const outcome = await scene.perform(check)
  expect(outcome).toMatchObject({ status: 'done' })
  expect(outcome.status === 'done' && outcome.facts.checks.length).toBeGreaterThan(10)
})

test('what people approved and is not so any more is named: plan-stale', async () => {
  await change('alter table master."AdminUsers" add column "Nickname" text')
  expect(await scene.perform(check)).toEqual({
    status: 'failed',
    problem: { code: 'plan-stale', plan: '7F3A', differs: ['schema'] },
  })
})

test('a blocker that nobody saw is asked about; gone, the check passes', async () => {
  const gid = `blocks-${scene.run.id}`
  await change(
    `begin; insert into master."Tenants" select gen_random_uuid(), 'a', '${gid}', '${gid}', 'a', 'a', 0, 0, 0, 0, 0, null, null, now(), null, false; prepare transaction '${gid}'`,
  )
  expect(await scene.perform(check)).toMatchObject({
    status: 'asks',
    question: {
      code: 'new-blockers',
      problems: [{ code: 'prepared-transactions' }],
      choices: ['retry', 'back-out', 'leave'],
    },
  })
  await change(`rollback prepared '${gid}'`)
  scene.answer(check, 'retry')
  expect(await scene.perform(check)).toMatchObject({ status: 'done' })
})

test('a process that died in it is followed by one that measures again', async () => {
  expect(await scene.resume(check)).toMatchObject({ status: 'done' })
})
