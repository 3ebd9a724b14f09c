import pg from 'pg'
import { expect, onTestFinished } from 'vitest'
import { blockersOf, preparedTransactions } from '../../../src/adapters/postgres/facts.ts'
import { canSeeSessions, endSession, listSessions } from '../../../src/adapters/postgres/sessions.ts'
import type { TargetSession } from '../../../src/adapters/postgres/target-session.ts'
import type { Session } from '../../../src/domain/session.ts'
import { otherProcess } from './other-process.ts'
import { type Hrms, test, valueOf } from './hrms.ts'

async function look(hrms: Hrms, role?: string): Promise<TargetSession> {
  const session = valueOf(await hrms.target(role ? { role } : {}).connect())
  onTestFinished(() => session.end())
  return session
}

/** The session with this application name, once it is as expected. */
async function find({ client }: TargetSession, application: string, state?: string): Promise<Session> {
  let found: Session | undefined
  await expect
    .poll(async () => {
      found = (await listSessions(client)).find((one) => one.application === application)
      return found && (state === undefined || found.state === state)
    })
    .toBe(true)
  return found!
}

test('a session is shown with its role, state, client and the command of its last statement', async ({
  hrms,
}) => {
  const session = await look(hrms)
  const app = await hrms.session('hrms_app', 'hrms-api')
  await app.query('begin')
  await app.query(`update master."AdminUsers" set "LastName" = 'secret-name'`)
  const found = await find(session, 'hrms-api', 'idle in transaction')
  expect(found).toMatchObject({
    role: 'hrms_app',
    backendType: 'client backend',
    client: '127.0.0.1',
    command: 'UPDATE',
    wrote: true,
  })
  expect(found.xactStart).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  expect(JSON.stringify(found)).not.toContain('secret-name')
})

test('a statement that begins with anything but a command is not shown', async ({ hrms }) => {
  const session = await look(hrms)
  const app = await hrms.session('hrms_app', 'odd')
  await app.query('secretvalue').catch(() => {})
  expect((await find(session, 'odd')).command).toBe('')
})

test('sessions of our own run are not listed, those of another run are', async ({ hrms }) => {
  const session = await look(hrms)
  const [own, other] = [await hrms.target().connect(), await hrms.target({ run: 'OTHER-1' }).connect()].map(
    valueOf,
  )
  expect((await listSessions(session.client)).map(({ pid }) => pid)).toEqual([other!.pid])
  await Promise.all([own!.end(), other!.end()])
})

test('backends of every type are listed: a WAL sender is no client backend', async ({ hrms }) => {
  const session = await look(hrms)
  const config = { connectionString: hrms.url, application_name: 'sender', replication: 'database' }
  const sender = new pg.Client(config)
  sender.on('error', () => {})
  await sender.connect()
  onTestFinished(() => sender.end())
  expect((await find(session, 'sender')).backendType).toBe('walsender')
})

test('a prepared transaction is no session, and is found as what it is', async ({ hrms }) => {
  const session = await look(hrms)
  const app = await hrms.session()
  await app.query('begin')
  await app.query(`delete from master."RefreshTokens"`)
  await app.query(`prepare transaction '${hrms.name}'`)
  await app.end()
  await expect.poll(() => listSessions(session.client)).toEqual([])
  expect(await preparedTransactions(session.client)).toEqual([
    { gid: hrms.name, owner: 'hrms_app', since: expect.stringMatching(/Z$/) },
  ])
  await (await hrms.client()).query(`rollback prepared '${hrms.name}'`)
})

test('a role without pg_read_all_stats cannot tell how many sessions there are', async ({ hrms }) => {
  expect(await canSeeSessions((await look(hrms)).client)).toBe(true)
  expect(await canSeeSessions((await look(hrms, 'hrms_reporting')).client)).toBe(false)
})

test('ending a session rolls its open transaction back, and waits until it is gone', async ({ hrms }) => {
  const session = await look(hrms)
  const app = await hrms.session('hrms_app', 'batch')
  await app.query('begin')
  await app.query(`delete from master."RefreshTokens"`)
  const shown = await find(session, 'batch', 'idle in transaction')
  expect(await endSession(session, shown)).toBe('ended')
  expect(await listSessions(session.client)).toEqual([])
  const { rows } = await session.client.query('select count(*)::int as tokens from master."RefreshTokens"')
  expect(rows).toEqual([{ tokens: 1000 }])
})

test('a session that began another transaction since it was shown is not touched', async ({ hrms }) => {
  const session = await look(hrms)
  const app = await hrms.session('hrms_app', 'batch')
  await app.query('begin')
  await app.query('select 1')
  const shown = await find(session, 'batch', 'idle in transaction')
  await app.query('commit')
  expect(await endSession(session, shown)).toBe('changed')
  await app.query('begin')
  await app.query('select 1')
  expect(await endSession(session, shown)).toBe('changed')
  expect((await app.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

test('a session that left by itself is gone', async ({ hrms }) => {
  const session = await look(hrms)
  const app = await hrms.session('hrms_app', 'leaver')
  const shown = await find(session, 'leaver', 'idle')
  await app.end()
  await expect.poll(() => listSessions(session.client)).toEqual([])
  expect(await endSession(session, shown)).toBe('gone')
})

test("a superuser's session is not the bot's to end", async ({ hrms }) => {
  const session = await look(hrms)
  const root = await hrms.client()
  const [shown] = await listSessions(session.client)
  expect(await endSession(session, shown!)).toBe('not-permitted')
  expect((await root.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

test('sessions are never ended from inside a transaction, where what is shown is frozen', async ({
  hrms,
}) => {
  const session = await look(hrms)
  await hrms.session('hrms_app', 'batch')
  const shown = await find(session, 'batch')
  await session.client.query('begin')
  await expect(endSession(session, shown)).rejects.toThrow('outside of any transaction')
})

test('whom a waiting session waits for is told from beside it', async ({ hrms }) => {
  const session = await look(hrms)
  const [holder, waiter] = [
    await hrms.session('hrms_app', 'holder'),
    await hrms.session('hrms_batch', 'waiter'),
  ]
  await holder.query('begin')
  await holder.query(`update master."AdminUsers" set "LastName" = "LastName"`)
  const { rows } = await waiter.query('select pg_backend_pid() as pid')
  const waiting = waiter.query(`update master."AdminUsers" set "LastName" = "LastName"`)
  await expect
    .poll(async () => (await blockersOf(session.client, rows[0].pid)).map(({ application }) => application))
    .toEqual(['holder'])
  await holder.query('rollback')
  await waiting
  expect(await blockersOf(session.client, rows[0].pid)).toEqual([])
})

test('a frozen client of ours gives its locks back after 2 s: a reader is not stalled for long', async ({
  hrms,
}) => {
  const frozen = await otherProcess(
    'target',
    hrms.as('lockkeeper', 'lockkeeper'),
    `lockkeeper:${hrms.name}-FROZEN`,
    'begin; lock table master."RefreshTokens" in access exclusive mode',
  )
  await frozen.ran
  frozen.process.kill('SIGSTOP')
  const reader = await hrms.session()
  // It never goes on by itself: without this end the reader would wait for ever.
  expect((await reader.query('select count(*) from master."RefreshTokens"')).rowCount).toBe(1)
})

test('a backend of ours whose client was killed ends in the middle of its statement', async ({ hrms }) => {
  const session = await look(hrms)
  const { pid, kill } = await otherProcess(
    'target',
    hrms.as('lockkeeper', 'lockkeeper'),
    `lockkeeper:${hrms.name}-KILLED`,
    'select pg_sleep(60)',
  )
  await expect
    .poll(async () => (await listSessions(session.client)).map((one) => one.state))
    .toEqual(['active'])
  await kill()
  await expect.poll(async () => (await listSessions(session.client)).map((one) => one.pid)).not.toContain(pid)
})
