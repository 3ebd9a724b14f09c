import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Run } from '../../src/domain/run.ts'
import { untilUsersWereTold } from '../../src/runs/on-time.ts'
import { storeDatabase, type TestDatabase } from '../databases.ts'
import { step } from '../plans.ts'

let database: TestDatabase
let pool: pg.Pool
beforeAll(async () => {
  database = await storeDatabase()
  pool = new pg.Pool({ connectionString: database.url, max: 2 })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

type Times = Pick<Run, 'windowBegan' | 'notBefore'>
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString()
const stop = step('stop', { service: 'hrms-api' })
const hour = 3_600_000

/** What comes first: the wait is over, or some time has passed. */
async function first(run: Times, of = stop, signal = new AbortController().signal): Promise<string> {
  const waiting = untilUsersWereTold(pool, run, of, signal).then(() => 'goes on')
  return Promise.race([waiting, pool.query('select pg_sleep(0.2)').then(() => 'waits')])
}

test('the look before the first stop, and that stop, wait for the time that users were told, and nothing else does', async () => {
  const leave = new AbortController()
  expect(await first({ windowBegan: null, notBefore: inMs(hour) }, stop, leave.signal)).toBe('waits')
  const baseline = step('baseline', {}, false)
  expect(await first({ windowBegan: null, notBefore: inMs(hour) }, baseline, leave.signal)).toBe('waits')
  leave.abort()
  expect(await first({ windowBegan: null, notBefore: inMs(hour) }, step('backup', {}, false))).toBe('goes on')
  expect(await first({ windowBegan: inMs(-1), notBefore: inMs(hour) })).toBe('goes on')
  expect(await first({ windowBegan: null, notBefore: inMs(-1) })).toBe('goes on')
  expect(await first({ windowBegan: null, notBefore: null })).toBe('goes on')
})

test('a stop of the run ends the wait', async () => {
  const leave = new AbortController()
  const waiting = untilUsersWereTold(pool, { windowBegan: null, notBefore: inMs(hour) }, stop, leave.signal)
  leave.abort('cancelled')
  await waiting
})

test('the wait ends by itself at that time', async () => {
  const notBefore = inMs(150)
  await untilUsersWereTold(pool, { windowBegan: null, notBefore }, stop, new AbortController().signal)
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(notBefore) - 20)
})
