import { afterEach, beforeEach, expect, test } from 'vitest'
import { fanOut } from '../../src/deliveries/fan-out.ts'
import { insertDelivery, lockFanOut } from '../../src/store/deliveries.ts'
import { claimUndelivered, markDelivered } from '../../src/store/events.ts'
import { transaction } from '../../src/store/transaction.ts'
import { waitingForAdvisory } from '../locks.ts'
import { openHistory, question, stopped, type History } from './history.ts'

let history: History
beforeEach(async () => {
  history = await openHistory('C0OPS', 'U0ASHA')
})
afterEach(() => history.close())

const keys = async () => (await history.rows()).map((row) => row.key)

test('events become deliveries in the order of what happened, once', async () => {
  await history.made()
  const run = await history.start()
  await history.stepEnds(run, 'card', 1, { status: 'done', facts: { file: 'card.sql', commands: [] } })
  await history.stepEnds(run, 'stop', 1, stopped)
  const gate = await history.asks(run, 'drain', 1, question)
  expect(await fanOut(history.pool)).toBe(6)
  expect(await fanOut(history.pool)).toBe(0)
  const { id } = history.plan
  expect(await keys()).toEqual([
    `plan:${id}`,
    `plan:${id}/details`,
    `plan:${id}/files`,
    `run:${run}`,
    `card:${run}`,
    `card:${run}/files`,
    `step:${run}/stop/1`,
    `gate:${gate}`,
    `gate:${gate}:dm`,
  ])
})

test('what happens later to a message is counted on it', async () => {
  await history.made()
  await fanOut(history.pool)
  for (const says of ['reviewed', 'approved']) await history.happen({ is: 'plan.approved', says }, null)
  await fanOut(history.pool)
  expect((await history.rows())[0]).toMatchObject({ wanted: 3, shown: 0 })
})

test('any number at once make each delivery once and take each event once', async () => {
  await history.made()
  const run = await history.start()
  for (let i = 1; i <= 60; i++) await history.stepEnds(run, 'stop', i, stopped)
  const taken = await Promise.all(Array.from({ length: 5 }, () => fanOut(history.pool)))
  expect(taken.reduce((sum, n) => sum + n)).toBe(62)
  const found = await keys()
  expect(found).toHaveLength(64)
  expect(found.slice(4)).toEqual(Array.from({ length: 60 }, (_, i) => `step:${run}/stop/${i + 1}`))
})

test('what one makes and another refreshes at the same moment is refreshed: they queue', async () => {
  const run = await history.start()
  let isDone = false
  let other: Promise<unknown> = Promise.resolve()
  await transaction(history.pool, async (tx) => {
    await lockFanOut(tx)
    const events = await claimUndelivered(tx, 10)
    await insertDelivery(tx, {
      key: `run:${run}`,
      to: { channel: 'C0OPS' },
      shows: { run },
      sends: 'message',
      urgent: true,
      pin: true,
      madeAt: new Date().toISOString(),
    })
    await markDelivered(
      tx,
      events.map((event) => event.seq),
    )
    await history.happen({ is: 'run.cancelled' }, run)
    other = fanOut(history.pool).then(() => (isDone = true))
    await expect.poll(async () => isDone || (await waitingForAdvisory(history.pool)) > 0).toBe(true)
  })
  await other
  expect(await history.rows()).toMatchObject([{ key: `run:${run}`, wanted: 2 }])
})

test('deliveries and the mark on their events are one: neither is there when the transaction fails', async () => {
  await history.made()
  await history.pool.query(
    `alter table lockkeeper.delivery add constraint broken check (key not like '%/files')`,
  )
  await expect(fanOut(history.pool)).rejects.toMatchObject({ code: '23514' })
  expect(await keys()).toEqual([])
  await history.pool.query('alter table lockkeeper.delivery drop constraint broken')
  expect(await fanOut(history.pool)).toBe(1)
  expect(await keys()).toHaveLength(3)
})

test('an event that was not committed is nobody’s message', async () => {
  await history.made()
  await transaction(history.pool, async (tx) => {
    await tx.query(
      `insert into lockkeeper.event (by, plan, key, body) values ('x', $1, 'k', '{"is":"plan.discarded"}')`,
      [history.plan.id],
    )
    expect(await fanOut(history.pool)).toBe(1)
  })
  expect(await fanOut(history.pool)).toBe(1)
})

test('1,000 events are taken', async () => {
  await history.made()
  const run = await history.start()
  await history.pool.query(
    `insert into lockkeeper.event (by, run, plan, key, body)
     select 'lockkeeper', $1, $2, 'many-' || n, jsonb_build_object('is', 'step.ended', 'step', 'stop', 'attempt', n, 'outcome', $3::jsonb)
     from generate_series(1, 1000) n`,
    [run, history.plan.id, JSON.stringify(stopped)],
  )
  expect(await fanOut(history.pool)).toBe(1002)
  const { rows } = await history.pool.query<{ count: number }>(
    `select count(*)::int from lockkeeper.delivery where key like 'step:%'`,
  )
  expect(rows[0]?.count).toBe(1000)
})
