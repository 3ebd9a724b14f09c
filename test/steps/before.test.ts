import { afterEach, beforeEach, expect, test } from 'vitest'
import { onServer } from '../databases.ts'
import { waitingClient } from './clients.ts'
import { stepOf } from './plan.ts'
import { makeScene, type Scene } from './world.ts'

const before = stepOf('before', {})

let scene: Scene
beforeEach(async () => void (scene = await makeScene({ prepared: true })))
afterEach(() => scene.end())

const change = async (sql: string) => {
  const client = await scene.database.client()
  await client.query(sql)
  await client.end()
}

test('rows, tables and history are recorded when all is as people approved it', async () => {
  expect(await scene.perform(before)).toMatchObject({
    status: 'done',
    facts: {
      counts: [
        { table: 'master."AdminUsers"', rows: 20 },
        { table: 'master."RefreshTokens"', rows: 1000 },
        { table: 'master."Tenants"', rows: 5 },
      ],
      tables: scene.run.plan.approved.schema,
      lastMigration: '20251111125329_InitialMasterDb',
    },
  })
})

test('a session that is there again stops the run: sessions-came-back', async () => {
  const reporting = await waitingClient(scene.database, 'hrms_reporting')
  expect(await scene.perform(before)).toMatchObject({
    status: 'failed',
    problem: { code: 'sessions-came-back', sessions: [{ pid: reporting.pid }] },
  })
  await reporting.end()
})

test('a table that is not as it was approved is named with what differs: schema-unlike', async () => {
  await change('alter table master."AdminUsers" add column "Nickname" text')
  expect(await scene.perform(before)).toMatchObject({
    status: 'failed',
    problem: {
      code: 'schema-unlike',
      tables: ['master."AdminUsers"'],
      differs: [expect.stringContaining('Nickname')],
    },
  })
})

test('a history that went on is named with both ends: history-unlike', async () => {
  await change(`insert into master."__EFMigrationsHistory" values ('20251112000000_Another', '9.0.10')`)
  expect(await scene.perform(before)).toEqual({
    status: 'failed',
    problem: {
      code: 'history-unlike',
      expected: '20251111125329_InitialMasterDb',
      found: '20251112000000_Another',
    },
  })
})

test('a history that differs before its end is named whole', async () => {
  await change(`insert into master."__EFMigrationsHistory" values ('20251101000000_Between', '9.0.10')`)
  expect(await scene.perform(before)).toMatchObject({
    problem: {
      code: 'history-unlike',
      found: expect.stringContaining('20251101000000_Between, 20251111125329'),
    },
  })
})

test('a process that died in it is followed by one that looks again', async () => {
  expect(await scene.resume(before)).toMatchObject({ status: 'done' })
})

test('a table that the bot may not read is said by SQLSTATE: sql-error', async () => {
  await change(
    'alter table master."Tenants" owner to postgres; revoke all on master."Tenants" from hrms_owner, hrms_app',
  )
  expect(await scene.perform(before)).toMatchObject({
    status: 'failed',
    problem: { code: 'sql-error', sqlstate: '42501', condition: 'insufficient_privilege' },
  })
})

/** Begins the step against a lock that somebody holds under our own name, so that it is no session in the way. */
async function beginAndWait(signal?: AbortSignal) {
  const blocker = await scene.database.client()
  await blocker.query('begin; lock table master."AdminUsers" in access exclusive mode')
  await blocker.query(`set application_name to ${blocker.escapeLiteral(`lockkeeper:${scene.run.id}`)}`)
  const { rows } = await blocker.query<{ pid: number }>('select pg_backend_pid() as pid')
  const looked = scene.perform(before, signal ? { signal } : {})
  const waiting = () =>
    onServer(async (admin) => {
      const found = await admin.query<{ pid: number }>(
        'select pid from pg_stat_activity where $1 = any(pg_blocking_pids(pid))',
        [rows[0]!.pid],
      )
      return found.rows[0]?.pid
    })
  await expect.poll(waiting).toBeTypeOf('number')
  return { looked, waiting: (await waiting())! }
}

test('told to stop while it counts, it ends at once: cancelled', async () => {
  const cancel = new AbortController()
  const { looked } = await beginAndWait(cancel.signal)
  cancel.abort()
  expect(await looked).toMatchObject({ status: 'failed', problem: { code: 'cancelled' } })
})

test('a session that is lost while it counts is said with what was being done: session-lost', async () => {
  const { looked, waiting } = await beginAndWait()
  await onServer((admin) => admin.query('select pg_terminate_backend($1)', [waiting]))
  expect(await looked).toMatchObject({
    status: 'failed',
    problem: { code: 'session-lost', during: 'before', errno: '57P01' },
  })
})
