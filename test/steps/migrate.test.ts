import { afterEach, beforeEach, expect, test } from 'vitest'
import { waitingClient } from './clients.ts'
import { stepOf } from './plan.ts'
import { makeScene, type Scene } from './world.ts'
import type { Outcome } from '../../src/domain/outcome.ts'
import type { Reached } from '../../src/domain/reached.ts'

const migration = '20251113040317_AddSecurityEnhancements'
const up = stepOf('migrate', { direction: 'up', accepted: null })
const down = stepOf('migrate', { direction: 'down', accepted: null }, 'roll-back')

let scene: Scene
beforeEach(
  async () =>
    void (scene = await makeScene({
      prepared: true,
      change(written) {
        written.window.lockTimeout = '50ms'
        written.window.lockAttempts = 2
      },
    })),
)
afterEach(() => scene.end())

const query = async (sql: string) => {
  const client = await scene.database.client()
  const { rows } = await client.query(sql)
  await client.end()
  return rows
}
const isApplied = async () =>
  (await query(`select from master."__EFMigrationsHistory" where "MigrationId" = '${migration}'`)).length ===
  1
const codeOf = (outcome: Outcome) => (outcome.status === 'failed' ? outcome.problem.code : outcome.status)

test('up moves the database to the migration that the runbook names', async () => {
  expect(await scene.perform(up)).toMatchObject({
    status: 'done',
    facts: { move: { to: migration }, attempts: 1, reconciled: false, saved: [] },
  })
  expect(await isApplied()).toBe(true)
})

test('what is done already is found, not done twice', async () => {
  await scene.perform(up)
  expect(await scene.perform(up)).toMatchObject({
    status: 'done',
    facts: { reconciled: true, statements: [] },
  })
})

test('told to stop after a first commit, it says how far it came: the way back is down from there', async () => {
  const cancel = new AbortController()
  const { engine } = scene.world
  scene.world.engine = {
    ...engine,
    async apply() {
      cancel.abort()
      return { status: 'failed', problem: { code: 'cancelled', by: '' } }
    },
    reconcile: async () => ({ between: '1_A' }),
  }
  expect(await scene.perform(up, { signal: cancel.signal })).toMatchObject({
    status: 'failed',
    problem: { code: 'cancelled' },
    reached: { between: '1_A' },
  })
})

test('after a lost session a look that finds nothing says nothing: it may be committed after the look', async () => {
  const { engine } = scene.world
  const lost = { code: 'session-lost', host: 'db', during: 'COMMIT', errno: 'ECONNRESET' } as const
  const lose = async (reached: Reached) => {
    scene.world.engine = {
      ...engine,
      apply: async () => ({ status: 'failed', problem: lost }),
      reconcile: async () => reached,
    }
    return scene.perform(up)
  }
  expect(await lose({ at: 'from' })).toMatchObject({ problem: lost, reached: { unknown: 'session-lost' } })
  expect(await lose({ between: '1_A' })).toMatchObject({ problem: lost, reached: { between: '1_A' } })
})

test('down takes it back', async () => {
  await scene.perform(up)
  scene.answer(up, 'roll-back')
  expect(await scene.perform(down)).toMatchObject({ status: 'done', facts: { reconciled: false } })
  expect(await isApplied()).toBe(false)
})

test('on the way back there is nothing to take back where nothing was migrated', async () => {
  const { engine } = scene.world
  scene.world.engine = { ...engine, reconcile: async () => ({ unknown: 'who can tell' }) }
  expect(await scene.resume(up)).toMatchObject({ status: 'asks' })
  scene.world.engine = engine
  scene.answer(up, 'roll-back')
  expect(await scene.perform(down)).toEqual({ status: 'unneeded', because: 'nothing-migrated' })
})

test('a way down that a dead process committed is found done: something was migrated, and taken back', async () => {
  await scene.perform(up)
  scene.answer(up, 'roll-back')
  await scene.perform(down)
  expect(await scene.perform(down)).toMatchObject({ status: 'done', facts: { reconciled: true } })
  scene.record.pop()
  scene.record.pop()
  expect(await scene.resume(down)).toMatchObject({ status: 'done', facts: { reconciled: true } })
})

test('anybody who is there stops it before it begins: sessions-came-back', async () => {
  const reporting = await waitingClient(scene.database, 'hrms_reporting')
  expect(await scene.perform(up)).toMatchObject({
    status: 'failed',
    problem: { code: 'sessions-came-back', sessions: [{ pid: reporting.pid }] },
  })
  expect(await isApplied()).toBe(false)
  await reporting.end()
})

test('the ones that a person ticked are ended right before it begins', async () => {
  const reporting = await waitingClient(
    scene.database,
    'hrms_reporting',
    'begin',
    'select 1 from master."RefreshTokens"',
  )
  const outcome = await scene.perform(up)
  if (outcome.status !== 'failed' || outcome.problem.code !== 'sessions-came-back')
    throw new Error(codeOf(outcome))
  scene.tick(up, outcome.problem.sessions)
  expect(await scene.perform(up)).toMatchObject({ status: 'done' })
  await reporting.ended
})

test('a lock that it does not get is said with who holds it, and nothing was changed: lock-timeout', async () => {
  const gid = `holds-${scene.run.id}`
  await query(
    `begin; lock table master."RefreshTokens" in access share mode; insert into master."Tenants" select gen_random_uuid(), 'a', '${gid}', '${gid}', 'a', 'a', 0, 0, 0, 0, 0, null, null, now(), null, false; prepare transaction '${gid}'`,
  )
  expect(await scene.perform(up)).toMatchObject({
    status: 'failed',
    problem: { code: 'lock-timeout', attempts: 2 },
    reached: { at: 'from' },
  })
  await query(`rollback prepared '${gid}'`)
  expect(await isApplied()).toBe(false)
})

test('a migration that a dead process committed is found done, after the fence', async () => {
  await scene.world.engine.apply(scene.world.target, scene.run.plan.approved.prepared!.up, {
    signal: new AbortController().signal,
    progress: () => {},
    onLine: () => {},
    lockTimeout: 2_000,
    lockAttempts: 1,
    statementTimeout: 10_000,
    endFirst: [],
    accepted: null,
  })
  expect(await scene.resume(up)).toMatchObject({
    status: 'done',
    facts: {
      reconciled: true,
      move: { to: migration },
      lsn: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/),
    },
  })
})

test('a migration that a dead process had not committed is done by the next one', async () => {
  expect(await scene.resume(up)).toMatchObject({ status: 'done', facts: { reconciled: false } })
  expect(await isApplied()).toBe(true)
})

test('what a dead process left between two migrations is asked about, with the way down', async () => {
  const { engine } = scene.world
  scene.world.engine = { ...engine, reconcile: async () => ({ between: migration }) }
  expect(await scene.resume(up)).toMatchObject({
    status: 'asks',
    question: { code: 'had-begun' },
    reached: { between: migration },
  })
})

test('a history that nobody planned does not tell what a dead process did, so people are asked', async () => {
  await query(`insert into master."__EFMigrationsHistory" values ('20251201000000_Later', '9.0.10')`)
  expect(await scene.resume(up)).toMatchObject({
    status: 'asks',
    question: { code: 'had-begun', choices: ['retry', 'back-out', 'leave'] },
  })
})

test('a process that may not be told whether it committed, because the server is gone, asks too', async () => {
  scene.world.target = {
    ...scene.world.target,
    connect: async () => ({ ok: false, problem: { code: 'target-missing', host: '', database: '' } }),
  }
  expect(await scene.resume(up)).toMatchObject({ status: 'asks', question: { code: 'had-begun' } })
})
