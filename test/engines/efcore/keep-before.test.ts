import type { Socket } from 'node:net'
import type pg from 'pg'
import { expect } from 'vitest'
import { keepAsking } from '../../../src/adapters/postgres/heartbeat.ts'
import { makeTarget, type Target } from '../../../src/adapters/postgres/target.ts'
import type { Progress } from '../../../src/domain/step.ts'
import { keepBefore } from '../../../src/engines/efcore/keep-before.ts'
import type { Applying } from '../../../src/engines/engine.ts'
import { addressOf, type Hrms, test } from '../../adapters/postgres/hrms.ts'
import { proxyTo } from '../../adapters/postgres/proxy.ts'
import { applying, hrmsDown, hrmsEngine, hrmsUp } from '../scripts.ts'

/** Migrated, with employees' tokens that the way back would lose. */
async function migrated(hrms: Hrms, tokens: number) {
  await hrmsEngine().apply(hrms.target(), await hrmsUp(), applying())
  const client = await hrms.client()
  await client.query(
    `update master."RefreshTokens" set "EmployeeId" = gen_random_uuid()
     where "Id" in (select "Id" from master."RefreshTokens" limit $1)`,
    [tokens],
  )
  return client
}

const keeping = (accepted: number, given: Partial<Applying> = {}) => ({ ...applying(given), accepted })

/** Migrated, with one employee's token, while a session reads the table that the keep has to lock. */
async function read(hrms: Hrms) {
  const client = await migrated(hrms, 1)
  const reader = await hrms.client()
  await reader.query('begin')
  await reader.query('select from master."RefreshTokens" limit 1')
  const name = hrms.target().applicationName
  return {
    client,
    reader,
    waits: async () => (await client.query(waiting, [name])).rowCount,
    left: async () => (await client.query(left, [name])).rows,
  }
}

const waiting = `select from pg_stat_activity where application_name = $1 and wait_event_type = 'Lock'`
/** Sessions of the run that are still there, and what was kept. */
const left = `select pid::text as is from pg_stat_activity where application_name = $1
  union all select nspname::text from pg_namespace where nspname = 'lockkeeper_kept'`

test('a second life of a run leaves what the first one kept as it is', async ({ hrms }) => {
  const client = await migrated(hrms, 3)
  const kept = await keepBefore(hrms.target(), await hrmsDown(), keeping(3))
  expect(kept).toMatchObject({ status: 'done', facts: { saved: [{ rows: 3 }], deletes: false } })
  await client.query(
    `update master."RefreshTokens" set "EmployeeId" = null
     where "Id" in (select "Id" from master."RefreshTokens" where "EmployeeId" is not null limit 2)`,
  )
  expect(await keepBefore(hrms.target(), await hrmsDown(), keeping(3))).toEqual(kept)
})

test('where rows would have to be deleted nothing is kept, and nothing deleted', async ({ hrms }) => {
  const client = await migrated(hrms, 1)
  await client.query('update master."RefreshTokens" set "AdminUserId" = null where "EmployeeId" is not null')
  expect(await keepBefore(hrms.target(), await hrmsDown(), keeping(1))).toEqual({
    status: 'done',
    facts: { saved: [], deletes: true },
  })
  const { rows } = await client.query(`select count(*)::int as without from master."RefreshTokens"
    where "AdminUserId" is null union all select count(*)::int from pg_namespace where nspname = 'lockkeeper_kept'`)
  expect(rows).toEqual([{ without: 1 }, { without: 0 }])
})

test('a cancel ends a keep that waits for a lock, and nothing is kept', async ({ hrms }) => {
  const { waits, left } = await read(hrms)
  const cancel = new AbortController()
  const at = keeping(1, { signal: cancel.signal, lockTimeout: 30_000 })
  const kept = keepBefore(hrms.target(), await hrmsDown(), at)
  await expect.poll(waits).toBe(1)
  cancel.abort('U1')
  expect(await kept).toEqual({ status: 'failed', problem: { code: 'cancelled', by: 'U1' } })
  await expect.poll(left).toEqual([])
})

test('a keep tries again when its lock is not to be had, and says who held it', async ({ hrms }) => {
  const { reader } = await read(hrms)
  const at = { lockTimeout: 100, lockAttempts: 2 }
  const { processID: pid } = reader as pg.Client & { processID: number }
  expect(await keepBefore(hrms.target(), await hrmsDown(), keeping(1, at))).toMatchObject({
    status: 'failed',
    problem: { code: 'lock-timeout', attempts: 2, sqlstate: '55P03', blockers: [{ pid }] },
  })
  const progress = ({ unit }: Progress): void => void (unit === 'attempts' && reader.query('rollback'))
  expect(
    await keepBefore(hrms.target(), await hrmsDown(), keeping(1, { lockTimeout: 100, progress })),
  ).toMatchObject({ status: 'done', facts: { saved: [{ rows: 1 }] } })
})

test('a network that swallows everything ends a keep: its backend is gone before that is said', async ({
  hrms,
}) => {
  const { waits, left } = await read(hrms)
  const proxy = await proxyTo(addressOf(hrms).url)
  const far = makeTarget({ ...addressOf(hrms), url: proxy.url }, hrms.target().applicationName, null)
  const noticed = Promise.withResolvers<void>()
  // Its heartbeat is the bot's, in milliseconds instead of seconds.
  const target: Target = {
    ...far,
    async connect({ heartbeat = false, ...options } = {}) {
      const opened = await far.connect(options)
      if (!opened.ok || !heartbeat) return opened
      const { client, lost } = opened.value
      const { stream } = (client as pg.Client & { connection: { stream: Socket } }).connection
      keepAsking(client, stream, { every: 10, within: 500 })
      void lost.then(() => noticed.resolve())
      return opened
    },
  }
  const kept = keepBefore(target, await hrmsDown(), keeping(1, { lockTimeout: 30_000 }))
  await expect.poll(waits).toBe(1)
  proxy.swallow(true)
  await noticed.promise
  proxy.swallow(false)
  expect(await kept).toEqual({
    status: 'failed',
    problem: {
      code: 'session-lost',
      host: addressOf(hrms).host,
      during: 'LOCK TABLE',
      errno: expect.any(String),
    },
  })
  expect(await waits()).toBe(0)
  await expect.poll(left).toEqual([])
})
