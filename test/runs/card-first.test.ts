import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Config } from '../../src/config.ts'
import type { Run } from '../../src/domain/run.ts'
import { untilCardIsOut } from '../../src/runs/card-first.ts'
import { insertDelivery } from '../../src/store/deliveries.ts'
import { storeDatabase, type TestDatabase } from '../databases.ts'
import { samplePlan, step } from '../plans.ts'

let store: TestDatabase
let pool: pg.Pool

beforeAll(async () => {
  store = await storeDatabase()
  pool = new pg.Pool({ connectionString: store.url, max: 3 })
})
afterAll(async () => {
  await pool.end()
  await store.drop()
})

const withSlack = {
  slack: { botToken: 'xoxb-x', apiUrl: null, mode: { http: { signingSecret: 'x', port: 0 } } },
} as Config
const never = new AbortController().signal
const runNamed = (id: string): Run => ({
  id,
  plan: samplePlan(),
  target: '7/1',
  startedBy: 'U_ASHA',
  holder: 'U_ASHA',
  heldSince: null,
  heldUntil: null,
  notBefore: null,
  startedAt: new Date().toISOString(),
  windowBegan: null,
  deadline: null,
  cancelBy: null,
  endedAt: null,
  ending: null,
  version: 0,
})

/** Settles with what came first. */
const first = (waiting: Promise<void>): Promise<'went on' | 'waits'> =>
  Promise.race([
    waiting.then(() => 'went on' as const),
    pool.query('select pg_sleep(0.3)').then(() => 'waits' as const),
  ])

test('the first service stops when the break-glass card is in the thread, not before', async () => {
  const run = runNamed('CARD-1')
  const waiting = untilCardIsOut(
    { pool, config: withSlack },
    run,
    step('stop', { service: 'hrms-api' }),
    never,
  )
  expect(await first(waiting)).toBe('waits')
  await insertDelivery(pool, {
    key: 'card:CARD-1',
    to: { channel: 'C0OPS' },
    shows: { card: run.id },
    sends: 'message',
    urgent: true,
    pin: false,
    madeAt: new Date().toISOString(),
  })
  expect(await first(waiting)).toBe('waits')
  await pool.query("update lockkeeper.delivery set state = 'sent' where key = 'card:CARD-1'")
  await waiting
})

test('no other step waits for it, nor does a run without Slack, nor one that is told to stop', async () => {
  const run = runNamed('CARD-2')
  const stop = step('stop', { service: 'hrms-api' })
  expect(await first(untilCardIsOut({ pool, config: withSlack }, run, step('close'), never))).toBe('went on')
  expect(await first(untilCardIsOut({ pool, config: { ...withSlack, slack: null } }, run, stop, never))).toBe(
    'went on',
  )
  expect(await first(untilCardIsOut({ pool, config: withSlack }, run, stop, AbortSignal.abort()))).toBe(
    'went on',
  )
})
