import { expect, onTestFinished } from 'vitest'
import { claimKey, claimTarget } from '../../../src/adapters/postgres/claim.ts'
import { fence } from '../../../src/adapters/postgres/fence.ts'
import { onServer } from '../../databases.ts'
import { otherProcess } from './other-process.ts'
import { type Hrms, test, valueOf } from './hrms.ts'

const tokens = async (hrms: Hrms): Promise<number> => {
  const { rows } = await (
    await hrms.client()
  ).query('select count(*)::int as rows from master."RefreshTokens"')
  return rows[0].rows
}

test('a claim is held by one run, and names its holder to the next', async ({ hrms }) => {
  const { session } = valueOf(await claimTarget(hrms.target({ run: 'A-1' })))
  const refused = await claimTarget(hrms.target({ run: 'B-1' }))
  expect(refused).toEqual({
    ok: false,
    problem: {
      code: 'target-taken',
      by: `lockkeeper:${hrms.name}-A-1 (lockkeeper, 127.0.0.1, PID ${session.pid})`,
    },
  })
  await session.end()
  const next = valueOf(await claimTarget(hrms.target({ run: 'B-1' })))
  await next.session.end()
})

test('a laptop that takes the documented lock by hand holds the claim too', async ({ hrms }) => {
  const laptop = await hrms.session('hrms_owner', 'psql')
  await laptop.query('select pg_advisory_lock(5498687660707104080)')
  expect(claimKey).toBe('5498687660707104080')
  expect(await claimTarget(hrms.target())).toMatchObject({
    problem: { code: 'target-taken', by: /^psql \(hrms_owner/ },
  })
})

test('two targets on one server are claimed apart from each other', async ({ hrms }) => {
  const first = valueOf(await claimTarget(hrms.target()))
  const other = await onServer(async (admin) => {
    const { rows } = await admin.query('select pg_try_advisory_lock($1) as locked', [claimKey])
    return rows[0].locked
  })
  expect(other).toBe(true)
  await first.session.end()
})

test('the claim of a dead process of the same run is taken over, its backend ended first', async ({
  hrms,
}) => {
  const application = `lockkeeper:${hrms.name}-TEST-1`
  const dead = await otherProcess(
    'plain',
    hrms.as('lockkeeper', 'lockkeeper'),
    application,
    `select pg_advisory_lock(${claimKey})`,
  )
  await dead.ran
  dead.process.kill('SIGSTOP')
  const { session, fenced } = valueOf(await claimTarget(hrms.target()))
  expect(fenced).toBe(1)
  await session.end()
})

test('a client that was killed leaves a backend that would still commit: the fence ends it first', async ({
  hrms,
}) => {
  const application = `lockkeeper:${hrms.name}-TEST-1`
  const url = hrms.as('lockkeeper', 'lockkeeper')
  const script = 'begin; delete from master."RefreshTokens"; select pg_sleep(3); commit'
  const orphan = await otherProcess('plain', url, application, script)
  const root = await hrms.client()
  const sleeping = `select from pg_stat_activity where application_name = $1 and wait_event = 'PgSleep'`
  await expect.poll(async () => (await root.query(sleeping, [application])).rowCount).toBe(1)
  await orphan.kill()
  expect((await root.query(sleeping, [application])).rowCount).toBe(1)
  const { session, fenced } = valueOf(await claimTarget(hrms.target()))
  expect(fenced).toBe(1)
  expect(
    (await root.query('select from pg_stat_activity where application_name = $1', [application])).rowCount,
  ).toBe(1)
  expect(await tokens(hrms)).toBe(1000)
  await session.end()
})

test('without a fence the same orphan commits after its client is dead', async ({ hrms }) => {
  const script = 'begin; delete from master."RefreshTokens"; select pg_sleep(1); commit'
  const orphan = await otherProcess('plain', hrms.as('lockkeeper', 'lockkeeper'), 'orphan', script)
  const root = await hrms.client()
  const sleeping = `select from pg_stat_activity where application_name = 'orphan' and datname = current_database() and wait_event = 'PgSleep'`
  await expect.poll(async () => (await root.query(sleeping)).rowCount).toBe(1)
  await orphan.kill()
  await expect.poll(() => tokens(hrms)).toBe(0)
})

test('sessions of the same run in other databases of the server are fenced too', async ({ hrms }) => {
  const elsewhere = valueOf(await hrms.target().connect({ database: 'postgres' }))
  const { session, fenced } = valueOf(await claimTarget(hrms.target()))
  expect(fenced).toBe(1)
  await expect(elsewhere.lost).resolves.toEqual({ code: '57P01' })
  await session.end()
})

test('a backend that does not go is reported with its PID, and the claim is not taken', async ({ hrms }) => {
  const root = await hrms.client()
  // A superuser's session is not the bot's to end.
  await root.query('select set_config($1, $2, false)', ['application_name', `lockkeeper:${hrms.name}-TEST-1`])
  const { rows } = await root.query('select pg_backend_pid() as pid')
  const session = valueOf(await hrms.target().connect())
  expect(await fence(session.client, { within: 200 })).toEqual({
    ok: false,
    problem: { code: 'fence-held', pids: [rows[0].pid], seconds: 0.2 },
  })
  await session.end()
})

test('the loss of a claim is noticed, and its own end is none', async ({ hrms }) => {
  const first = valueOf(await claimTarget(hrms.target()))
  let lost = false
  void first.session.lost.then(() => (lost = true))
  await first.session.end()
  const { session } = valueOf(await claimTarget(hrms.target()))
  onTestFinished(() => session.end())
  await onServer((admin) => admin.query('select pg_terminate_backend($1)', [session.pid]))
  await expect(session.lost).resolves.toEqual({ code: '57P01' })
  expect(lost).toBe(false)
})
