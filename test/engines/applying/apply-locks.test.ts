import type pg from 'pg'
import { expect } from 'vitest'
import { listSessions } from '../../../src/adapters/postgres/sessions.ts'
import type { Session } from '../../../src/domain/session.ts'
import type { Progress } from '../../../src/domain/step.ts'
import { type Hrms, test, valueOf } from '../../adapters/postgres/hrms.ts'
import { waitingFor, waitingForAdvisory } from '../../locks.ts'
import { applying, before, engineOf, hrmsEngine, hrmsUp, initial, prepared } from '../scripts.ts'

const tokens = 'master."RefreshTokens"'
const id = '20260101000000_Test'

const history = async (hrms: Hrms): Promise<string[]> => {
  const { rows } = await (
    await hrms.client()
  ).query('select "MigrationId" as id from master."__EFMigrationsHistory" order by 1')
  return rows.map((row) => row.id)
}

/** A reporting session that read and never ended its transaction. */
async function blocker(hrms: Hrms): Promise<pg.Client> {
  const session = await hrms.session('hrms_reporting', 'metabase')
  await session.query('begin')
  await session.query(`select count(*) from ${tokens}`)
  return session
}

async function shown(hrms: Hrms, application: string): Promise<Session> {
  const { client, end } = valueOf(await hrms.target().connect())
  const session = (await listSessions(client)).find((one) => one.application === application)
  await end()
  return session!
}

test('a blocker that leaves: the whole transaction is tried again, and every try is told', async ({
  hrms,
}) => {
  const session = await blocker(hrms)
  const seen: Progress[] = []
  const progress = (one: Progress): void => {
    seen.push(one)
    if (one.unit === 'attempts' && one.done === 2) void session.query('rollback')
  }
  const applied = await hrmsEngine().apply(
    hrms.target(),
    await hrmsUp(),
    applying({ lockTimeout: 100, progress }),
  )
  expect(applied).toMatchObject({ status: 'done', facts: { attempts: 3 } })
  expect(applied.status === 'done' && applied.facts.statements).toHaveLength(11)
  expect(seen.filter(({ unit }) => unit === 'attempts')).toEqual([
    { done: 1, of: 10, unit: 'attempts', at: 'ALTER TABLE' },
    { done: 2, of: 10, unit: 'attempts', at: 'ALTER TABLE' },
  ])
})

test('a blocker that stays is named, after as many tries as were allowed, and nothing is changed', async ({
  hrms,
}) => {
  await blocker(hrms)
  const applied = await hrmsEngine().apply(
    hrms.target(),
    await hrmsUp(),
    applying({ lockTimeout: 150, lockAttempts: 2 }),
  )
  expect(applied).toEqual({
    status: 'failed',
    problem: {
      code: 'lock-timeout',
      statement: `ALTER TABLE ${tokens} ALTER COLUMN "AdminUserId" DROP NOT NULL`,
      attempts: 2,
      seconds: expect.any(Number),
      sqlstate: '55P03',
      blockers: [await shown(hrms, 'metabase')],
    },
  })
  expect(await history(hrms)).toEqual([initial, before])
})

test('a blocker that a person ticked is ended first, and then it goes through', async ({ hrms }) => {
  await blocker(hrms)
  const endFirst = [await shown(hrms, 'metabase')]
  const applied = await hrmsEngine().apply(hrms.target(), await hrmsUp(), applying({ endFirst }))
  expect(applied).toMatchObject({ status: 'done', facts: { attempts: 1 } })
})

test('a ticked session that is not ours to end stops the run before anything is tried', async ({ hrms }) => {
  const root = await hrms.client()
  await root.query("set application_name = 'root'")
  const session = await shown(hrms, 'root')
  expect(
    await hrmsEngine().apply(hrms.target(), await hrmsUp(), applying({ endFirst: [session] })),
  ).toMatchObject({
    status: 'failed',
    problem: {
      code: 'sessions-unended',
      why: 'not-permitted',
      sessions: [{ pid: session.pid, role: 'postgres' }],
    },
  })
  expect(await history(hrms)).toEqual([initial, before])
})

test('a reader behind our waiting ALTER waits no longer than the lock timeout, however long the blocker stays', async ({
  hrms,
}) => {
  const session = await blocker(hrms)
  const reader = await hrms.session('hrms_app', 'reader')
  const latencies: number[] = []
  let reading = true
  const readers = (async () => {
    while (reading) {
      const began = performance.now()
      await reader.query(`select count(*) from ${tokens}`)
      latencies.push(performance.now() - began)
    }
  })()
  const began = performance.now()
  const progress = ({ unit, done }: Progress): void => {
    if (unit === 'attempts' && done === 4) void session.query('rollback')
  }
  const applied = await hrmsEngine().apply(
    hrms.target(),
    await hrmsUp(),
    applying({ lockTimeout: 400, progress }),
  )
  const blocked = performance.now() - began
  reading = false
  await readers
  expect(applied.status).toBe('done')
  // Four times 400 ms of waiting and the pauses between them; a single wait is one of these, however slow the machine is.
  expect(blocked).toBeGreaterThan(1_600)
  expect(Math.max(...latencies)).toBeGreaterThan(100)
  expect(Math.max(...latencies)).toBeLessThan(0.75 * blocked)
})

/**
 * The other session waits for what ours holds, and only then ours asks for what the other holds. Ours is so the last
 * that waits, and the one that finds the deadlock: a session looks for one once, `deadlock_timeout` after it began to wait.
 */
async function inDeadlock(
  hrms: Hrms,
  lockAttempts: number,
): Promise<{ applied: Promise<unknown>; other: pg.Client }> {
  const { engine, up } = await prepared(
    `ALTER TABLE master."AdminUsers" ADD a int; SELECT pg_advisory_xact_lock(42); ALTER TABLE ${tokens} ADD a int;`,
  )
  const [other, root] = [await hrms.client(), await hrms.client()]
  await root.query('select pg_advisory_lock(42)')
  await other.query(`set application_name = 'other'; set deadlock_timeout = '1min'`)
  await other.query(`begin; lock table ${tokens}`)
  const applied = engine.apply(hrms.target(), up, applying({ lockTimeout: 20_000, lockAttempts }))
  await expect.poll(() => waitingForAdvisory(root)).toBe(1)
  const waiting = other.query('lock table master."AdminUsers"')
  await expect.poll(() => waitingFor(root, 'master."AdminUsers"')).toBe(1)
  await root.query('select pg_advisory_unlock(42)')
  await waiting
  return { applied, other }
}

test('a deadlock rolls the whole transaction back and it is tried again', async ({ hrms }) => {
  const { applied, other } = await inDeadlock(hrms, 3)
  await other.query('rollback')
  expect(await applied).toMatchObject({ status: 'done', facts: { attempts: 2 } })
  expect(await history(hrms)).toContain(id)
})

test('when a deadlock is the last try it is told as what it is', async ({ hrms }) => {
  const { applied, other } = await inDeadlock(hrms, 1)
  expect(await applied).toMatchObject({
    problem: { code: 'lock-timeout', sqlstate: '40P01', attempts: 1, blockers: [{ application: 'other' }] },
  })
  await other.query('rollback')
})

test('a cancel while we wait for a lock leaves nothing behind, and says so after our session is gone', async ({
  hrms,
}) => {
  await blocker(hrms)
  const abort = new AbortController()
  const applied = hrmsEngine().apply(
    hrms.target(),
    await hrmsUp(),
    applying({ lockTimeout: 20_000, signal: abort.signal }),
  )
  const root = await hrms.client()
  await expect.poll(() => waitingFor(root, tokens)).toBe(1)
  abort.abort('U123')
  expect(await applied).toEqual({ status: 'failed', problem: { code: 'cancelled', by: 'U123' } })
  expect(await waitingFor(root, tokens)).toBe(0)
  expect(await history(hrms)).toEqual([initial, before])
})

test('a cancel between two tries, in a long statement, or before the first: nothing is changed', async ({
  hrms,
}) => {
  const session = await blocker(hrms)
  const between = new AbortController()
  const progress = ({ unit }: Progress): void => void (unit === 'attempts' && between.abort())
  const waiting = applying({ lockTimeout: 100, signal: between.signal, progress })
  expect(await hrmsEngine().apply(hrms.target(), await hrmsUp(), waiting)).toMatchObject({
    problem: { code: 'cancelled' },
  })
  await session.query('rollback')

  const { engine, up } = await prepared('CREATE TABLE master.a (); SELECT pg_sleep(60)')
  const during = new AbortController()
  const sleeping = ({ at }: Progress): void => void (at === 'SELECT' && setImmediate(() => during.abort()))
  const applied = await engine.apply(
    hrms.target(),
    up,
    applying({ signal: during.signal, progress: sleeping }),
  )
  expect(applied).toMatchObject({ problem: { code: 'cancelled' } })

  expect(await engine.apply(hrms.target(), up, applying({ signal: AbortSignal.abort() }))).toMatchObject({
    problem: { code: 'cancelled' },
  })
  expect(await history(hrms)).toEqual([initial, before])
})

test('a migrator that holds the history table is named, and nothing is begun beside it', async ({ hrms }) => {
  const other = await hrms.session('hrms_owner', 'dotnet-ef')
  await other.query('begin; lock table master."__EFMigrationsHistory" in access exclusive mode')
  expect(await hrmsEngine().apply(hrms.target(), await hrmsUp(), applying())).toMatchObject({
    problem: {
      code: 'lock-timeout',
      attempts: 1,
      blockers: [{ application: 'dotnet-ef', state: 'idle in transaction' }],
    },
  })
})

test('a lock that the second of two migrations does not get leaves the first one, and says so', async ({
  hrms,
}) => {
  const [first, second] = ['20260101000000_First', '20260102000000_Second']
  const engine = await engineOf({
    [`${first}.up.sql`]: 'CREATE TABLE master.a (b int)',
    [`${second}.up.sql`]: 'ALTER TABLE master."RefreshTokens" ADD c int',
  })
  const reader = await blocker(hrms)
  const up = valueOf(await engine.prepare({ from: before, to: second }))
  expect(
    await engine.apply(hrms.target(), up, applying({ lockTimeout: 100, lockAttempts: 2 })),
  ).toMatchObject({
    problem: { code: 'lock-timeout', attempts: 2, committed: { last: first } },
  })
  expect(await history(hrms)).toEqual([initial, before, first])
  await reader.query('rollback')
})
