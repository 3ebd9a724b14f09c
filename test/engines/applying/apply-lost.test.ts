import { expect } from 'vitest'
import { makeTarget, type Target } from '../../../src/adapters/postgres/target.ts'
import type { Progress } from '../../../src/domain/step.ts'
import { addressOf, type Hrms, test } from '../../adapters/postgres/hrms.ts'
import { otherProcess } from '../../adapters/postgres/other-process.ts'
import { type Proxy, proxyTo } from '../../adapters/postgres/proxy.ts'
import { holding } from '../../locks.ts'
import { applying, before, hrmsEngine, hrmsUp, initial, prepared, security } from '../scripts.ts'
import { claimTarget } from '../../../src/adapters/postgres/claim.ts'

const history = async (hrms: Hrms): Promise<string[]> => {
  const { rows } = await (
    await hrms.client()
  ).query('select "MigrationId" as id from master."__EFMigrationsHistory" order by 1')
  return rows.map((row) => row.id)
}

const through = (hrms: Hrms, proxy: Proxy): Target =>
  makeTarget({ ...addressOf(hrms), url: proxy.url }, `lockkeeper:${hrms.name}-TEST-1`, null)

/** True once, for the first chunk that holds these words. */
function once(words: string): (chunk: Buffer) => boolean {
  let seen = false
  return (chunk) => {
    if (seen || !chunk.includes(words)) return false
    return (seen = true)
  }
}

test('a connection that breaks after COMMIT, before its answer: the history says that it is committed', async ({
  hrms,
}) => {
  const committed = once('COMMIT\0')
  const proxy = await proxyTo(addressOf(hrms).url, (chunk) => (committed(chunk) ? null : chunk))
  expect(await hrmsEngine().apply(through(hrms, proxy), await hrmsUp(), applying())).toMatchObject({
    status: 'done',
    facts: { reconciled: true, lsn: expect.stringContaining('/') },
  })
  expect(await history(hrms)).toEqual([initial, before, security])
})

test('a connection that breaks before COMMIT arrives: the history says that nothing was done', async ({
  hrms,
}) => {
  const commits = once('commit\0')
  const proxy = await proxyTo(addressOf(hrms).url, undefined, (chunk) => !commits(chunk))
  expect(await hrmsEngine().apply(through(hrms, proxy), await hrmsUp(), applying())).toMatchObject({
    status: 'failed',
    problem: { code: 'session-lost', host: addressOf(hrms).host, during: 'COMMIT' },
  })
  expect(await history(hrms)).toEqual([initial, before])
})

test('a connection that breaks in a statement: its backend is ended before anything is said', async ({
  hrms,
}) => {
  const { engine, up } = await prepared(
    'CREATE TABLE master.a (); SELECT pg_sleep(60); CREATE TABLE master.b ()',
  )
  const proxy = await proxyTo(addressOf(hrms).url)
  const root = await hrms.client()
  const sleeping = `select from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`
  const applied = engine.apply(through(hrms, proxy), up, applying())
  await expect.poll(async () => (await root.query(sleeping)).rowCount).toBe(1)
  proxy.cut()
  expect(await applied).toMatchObject({
    problem: { code: 'session-lost', during: 'SELECT', errno: expect.any(String) },
  })
  expect((await root.query(sleeping)).rowCount).toBe(0)
  expect(await history(hrms)).toEqual([initial, before])
})

test('a backend that somebody ended in the middle is told with the code, and nothing is changed', async ({
  hrms,
}) => {
  const { engine, up } = await prepared('CREATE TABLE master.a (); SELECT pg_sleep(60)')
  const root = await hrms.client()
  const sleeping = `select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`
  const applied = engine.apply(hrms.target(), up, applying())
  await expect.poll(async () => (await root.query(sleeping)).rowCount).toBe(1)
  expect(await applied).toMatchObject({ problem: { code: 'session-lost', errno: '57P01' } })
  expect(await history(hrms)).toEqual([initial, before])
})

test('a run that is killed in its statement is fenced by the next life, and only then the history is read', async ({
  hrms,
}) => {
  const application = `lockkeeper:${hrms.name}-TEST-1`
  const script = `begin; insert into master."__EFMigrationsHistory" values ('${security}', '9'); select pg_sleep(2); commit`
  const orphan = await otherProcess('plain', hrms.as('lockkeeper', 'lockkeeper'), application, script)
  const root = await hrms.client()
  const sleeping = `select from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`
  await expect.poll(async () => (await root.query(sleeping)).rowCount).toBe(1)
  await orphan.kill()
  const claimed = await claimTarget(hrms.target())
  expect(claimed).toMatchObject({ ok: true, value: { fenced: 1 } })
  expect(await hrmsEngine().reconcile(hrms.target(), { from: before, to: security })).toEqual({ at: 'from' })
  const seen: Progress[] = []
  const applied = await hrmsEngine().apply(
    hrms.target(),
    await hrmsUp(),
    applying({ progress: (one) => seen.push(one) }),
  )
  expect(applied).toMatchObject({ status: 'done', facts: { reconciled: false } })
  if (claimed.ok) await claimed.value.session.end()
})

test('a bot that stalls inside of a transaction loses it: the server gives the locks back', async ({
  hrms,
}) => {
  const { engine, up } = await prepared('CREATE TABLE master.a (); SELECT 1')
  const proxy = await proxyTo(addressOf(hrms).url)
  // The answer to this statement never arrives; the server waits two seconds for the next one.
  const progress = ({ at }: Progress): void => void (at === 'CREATE TABLE' && proxy.swallow(true))
  const applied = engine.apply(through(hrms, proxy), up, applying({ progress, statementTimeout: 60_000 }))
  const root = await hrms.client()
  const held = (): Promise<number> => holding(root, 'master."__EFMigrationsHistory"', 'ExclusiveLock')
  await expect.poll(held).toBe(1)
  await expect.poll(held).toBe(0)
  proxy.swallow(false)
  proxy.cut()
  expect(await applied).toMatchObject({ problem: { code: 'session-lost' } })
  expect(await history(hrms)).toEqual([initial, before])
})
