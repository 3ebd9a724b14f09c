import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Prepared } from '../../src/domain/script.ts'
import { countLoss } from '../../src/engines/loss.ts'
import { losses } from '../../src/plan/findings-migration.ts'
import { lossInTime } from '../../src/plan/loss-in-time.ts'
import { hrmsDatabase } from '../databases.ts'
import { finding, planOf, planTarget } from './target.ts'

const table = 'master."RefreshTokens"'
const down = {
  drops: [{ table, column: 'Token', gave: 'unknown' }],
  restores: [],
} as unknown as Prepared

test('a count that takes too long is not known, and no zero; whoever needs the number is told why', async () => {
  const database = await hrmsDatabase()
  onTestFinished(() => database.drop())
  const [client, other] = [await database.client(), await database.client()]
  expect(await lossInTime(client, down)).toMatchObject({ rows: 1000 })
  // It waits for a lock for as long as a large table would be read.
  await other.query(`begin; lock table ${table}`)
  await client.query("set statement_timeout = '200ms'")
  expect(await lossInTime(client, down)).toBeNull()
  await expect(countLoss(client, down)).rejects.toMatchObject({ code: '57014' })
  expect(losses({ loss: null, prepared: { up: down, down } })).toEqual([
    { level: 'warning', problem: { code: 'rollback-uncounted', what: [table], longerThan: 600 } },
  ])
})

test('a plan is made without it, and says so', async () => {
  const target = await planTarget()
  const { folder, runbook, database } = target
  const client = await database.client()
  await client.query('create table master.large as select a from generate_series(1, 2000000) a')
  await client.query('alter table master.large owner to hrms_owner')
  await writeFile(path.join(folder, `migrations/${runbook.migration}.down.sql`), 'DROP TABLE master.large;')
  // In a transaction it would see the same sessions for ever.
  const cancelled = client.query(`do $$ begin
    loop
      perform pg_cancel_backend(pid) from pg_stat_activity
      where datname = current_database() and state = 'active' and query like 'select array[count(%';
      exit when found or clock_timestamp() > now() + interval '30s';
      perform pg_stat_clear_snapshot();
    end loop; end $$`)
  const made = await target.plan()
  await cancelled
  expect(planOf(made).measured.loss).toBeNull()
  expect(finding(made, 'rollback-uncounted')?.problem).toMatchObject({ what: ['master.large'] })
})

test('whatever else the server answers fails the plan as before', async () => {
  const database = await hrmsDatabase()
  onTestFinished(() => database.drop())
  const [client, other] = [await database.client(), await database.client()]
  await other.query(`begin; lock table ${table}`)
  await client.query("set lock_timeout = '100ms'")
  await expect(lossInTime(client, down)).rejects.toMatchObject({ code: '55P03' })
})
