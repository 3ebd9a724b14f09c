import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { openAlarmsOf } from '../../src/store/alarms.ts'
import { openGate } from '../../src/store/gates.ts'
import { cancelOf, insertRun } from '../../src/store/runs.ts'
import { insertPlan } from '../../src/store/plans.ts'
import { installSchema } from '../../src/store/install.ts'
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
    drop table lockkeeper.alarm, lockkeeper.notice, lockkeeper.schedule, lockkeeper.reach_answer, lockkeeper.reach_test;
    alter table lockkeeper.run drop column cancel_via, drop column held_by, drop column held_since, drop column held_until,
      drop column not_before;
    update lockkeeper.run set cancel_by = 'U_MEI', cancel_as = 'back-out';
    update lockkeeper.installed set version = 1`)
  await installSchema(pool)
  expect(await versions(pool)).toEqual(present)
  expect(await cancelOf(pool, run)).toEqual({ choice: 'back-out', by: 'U_MEI', via: 'slack' })
  expect(await openAlarmsOf(pool, run)).toMatchObject([
    { cause: { is: 'gate', gate: `${run}/drain/1` }, pinged: [] },
  ])
})

test('a store of a newer release is refused and left alone', async () => {
  const pool = await poolOf(storeDatabase())
  await pool.query('update lockkeeper.installed set version = 999')
  expect(await installSchema(pool)).toMatchObject({ problem: { code: 'store-newer', found: 999 } })
  expect(await versions(pool)).toEqual([999])
})
