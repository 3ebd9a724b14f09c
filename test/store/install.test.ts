import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { openAlarmsOf } from '../../src/store/alarms.ts'
import { openGate } from '../../src/store/gates.ts'
import { cancelOf, insertRun, runOutlineById } from '../../src/store/runs.ts'
import { insertPlan } from '../../src/store/plans.ts'
import { channels } from '../../src/store/events.ts'
import { breaksThisRelease, installSchema } from '../../src/store/install.ts'
import { changes, type SchemaChange } from '../../src/store/schema.ts'
import { emptyDatabase, storeDatabase, type TestDatabase } from '../databases.ts'
import { samplePlan } from '../plans.ts'

async function poolOf(made: Promise<TestDatabase>): Promise<pg.Pool> {
  const database = await made
  const pool = new pg.Pool({ connectionString: database.url, max: 8 })
  onTestFinished(async () => {
    await pool.end()
    await database.drop()
  })
  return pool
}

const versions = async (pool: pg.Pool): Promise<number[]> =>
  (await pool.query<{ version: number }>('select version from lockkeeper.installed')).rows.map(
    ({ version }) => version,
  )

test('bots that start at the same moment install the schema once', async () => {
  const pool = await poolOf(emptyDatabase())
  await Promise.all(Array.from({ length: 20 }, () => installSchema(pool)))
  expect(await versions(pool)).toHaveLength(1)
})

test('a store of an earlier release is brought up to this one, with the runs that are under way', async () => {
  const pool = await poolOf(storeDatabase())
  const present = await versions(pool)
  const plan = samplePlan()
  await insertPlan(pool, plan, 'target')
  const run = await insertRun(pool, plan, 'target', 'U_ASHA')
  await openGate(pool, run, 'drain', 1, { code: 'before-admit', passed: 1, choices: ['go-on'] })
  await pool.query(`
    drop index lockkeeper.delivery_of_notice;
    drop function lockkeeper.refuse_change() cascade;
    drop function lockkeeper.outline_of(jsonb) cascade;
    drop table lockkeeper.person, lockkeeper.runbook_read, lockkeeper.access_rules, lockkeeper.access_channel, lockkeeper.alarm, lockkeeper.notice, lockkeeper.schedule, lockkeeper.reach_answer, lockkeeper.reach_test;
    alter table lockkeeper.run drop column cancel_via, drop column held_by, drop column held_since, drop column held_until,
      drop column not_before, drop column left_as;
    alter table lockkeeper.gate drop column looked;
    alter table lockkeeper.standing drop column version;
    alter table lockkeeper.event drop column via, drop column account;
    alter table lockkeeper.approval drop column via, drop column account;
    alter table lockkeeper.delivery drop column waits_since, drop column twice;
    update lockkeeper.run set cancel_by = 'U_MEI', cancel_as = 'back-out';
    update lockkeeper.installed set version = 1`)
  await installSchema(pool)
  expect(await versions(pool)).toEqual(present)
  expect((await runOutlineById(pool, run))?.plan).toEqual(plan)
  expect(await cancelOf(pool, run)).toEqual({ choice: 'back-out', by: 'U_MEI', via: 'slack' })
  expect(await openAlarmsOf(pool, run)).toMatchObject([
    { cause: { is: 'gate', gate: `${run}/drain/1` }, pinged: [] },
  ])
})

/** What a release adds that comes after this one. */
const indexAdded: SchemaChange = {
  sql: 'create index event_by_person on event (by)',
  breaksOlderReleases: false,
}
const columnToFillIn: SchemaChange = {
  sql: 'alter table event add column host text not null',
  breaksOlderReleases: true,
}

test('a store that a newer release gave an index is used by this release as it is, before and after a restart', async () => {
  const pool = await poolOf(storeDatabase())
  const newer = [...changes, indexAdded]
  expect(await installSchema(pool, newer)).toEqual({ ok: true, value: undefined })
  expect(await installSchema(pool)).toEqual({ ok: true, value: undefined })
  expect(await versions(pool)).toEqual([newer.length])
})

test('a store that a newer release changed so that this release would work wrongly is refused and left alone', async () => {
  const pool = await poolOf(storeDatabase())
  const newer = [...changes, columnToFillIn, indexAdded]
  await installSchema(pool, newer)
  expect(await installSchema(pool)).toMatchObject({
    problem: { code: 'store-newer', found: newer.length, known: changes.length },
  })
  expect(await installSchema(pool, [...changes, columnToFillIn])).toMatchObject({ ok: true })
  expect(await versions(pool)).toEqual([newer.length])
})

test('a store from before changes said what they break is brought up, and says it from then on', async () => {
  const pool = await poolOf(storeDatabase())
  await pool.query('alter table lockkeeper.installed drop column breaking')
  await installSchema(pool)
  await installSchema(pool, [...changes, indexAdded])
  expect(await installSchema(pool)).toMatchObject({ ok: true })
})

test('bots that live are told of a change that breaks their release, and of no other', async () => {
  const pool = await poolOf(storeDatabase())
  const listening = await pool.connect()
  const told: boolean[] = []
  listening.on('notification', ({ payload }) => told.push(breaksThisRelease(payload)))
  await listening.query(`listen ${channels.schema}`)
  await installSchema(pool, [...changes, indexAdded])
  await installSchema(pool, [...changes, indexAdded, columnToFillIn])
  await expect.poll(() => told).toEqual([true])
  listening.release(true)
})
