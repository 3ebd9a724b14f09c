import type pg from 'pg'
import { fanOut } from '../src/deliveries/fan-out.ts'
import { connectStore } from '../src/store/connect.ts'
import { insertPlan } from '../src/store/plans.ts'
import { insertRun } from '../src/store/runs.ts'
import { transaction } from '../src/store/transaction.ts'
import { samplePlan, step } from '../test/plans.ts'
import type { Ground } from './ground.ts'
import { inTurn, median, milliseconds, type Line } from './measure.ts'

const rounds = 3
const events = 10_000
const runs = 100
/** Rows of one transaction of the peer, as the fan-out takes events. */
const batch = 200

/**
 * What is waiting after a long night without the pump: events of many runs become deliveries, one each, in order,
 * beside as many bare inserts in transactions of the same size.
 */
export async function fanOuts(ground: Ground): Promise<Line[]> {
  const pool = connectStore(await ground.makeStore('bench_deliveries'), 4)
  await pool.query('create table public.mark (key text primary key, body jsonb not null)')
  const ids = await manyRuns(pool)
  let round = 0
  const { ours, peer } = await inTurn(rounds, {
    ours: async () => {
      await happen(pool, ids, ++round)
      const lasted = await milliseconds(() => fanOut(pool))
      await everyOneMade(pool, round)
      return lasted
    },
    peer: () => milliseconds(() => bareInserts(pool, round)),
  })
  await pool.end()
  const each = (values: number[]): string => `${(median(values) / events).toFixed(2)} ms`
  return [
    {
      what: `an event to its deliveries, of ${events.toLocaleString('en')} that wait`,
      ours: each(ours),
      peer: `${each(peer)}: a bare insert`,
      ratio: median(ours) / median(peer),
      asked: null,
    },
  ]
}

async function manyRuns(pool: pg.Pool): Promise<string[]> {
  const routes = { forward: [step('before', {}, false)], 'back-out': [], 'roll-back': null }
  const ids: string[] = []
  for (let i = 0; i < runs; i++) {
    const plan = samplePlan({ routes })
    await insertPlan(pool, plan, `target-${i}`)
    ids.push(await insertRun(pool, plan, `target-${i}`, 'U_ASHA'))
  }
  return ids
}

/** Steps end in all runs in turn. */
async function happen(pool: pg.Pool, ids: readonly string[], round: number): Promise<void> {
  await pool.query(
    `insert into lockkeeper.event (by, run, key, body)
     select 'lockkeeper', ($1::text[])[1 + i % cardinality($1)], $2::int || '/' || i, jsonb_build_object('is', 'step.ended',
       'step', 'before', 'attempt', $2::int * $3::int + i, 'outcome', '{"status": "done", "facts": {}}'::jsonb)
     from generate_series(1, $3::int) i`,
    [ids, round, events],
  )
}

async function everyOneMade(pool: pg.Pool, round: number): Promise<void> {
  const { rows } = await pool.query<{ made: number }>('select count(*)::int as made from lockkeeper.delivery')
  if (rows[0]?.made !== events * round) throw new Error(`${rows[0]?.made} deliveries were made`)
}

async function bareInserts(pool: pg.Pool, round: number): Promise<void> {
  for (let first = 0; first < events; first += batch)
    await transaction(pool, async (tx) => {
      for (let i = first; i < first + batch; i++)
        await tx.query('insert into public.mark (key, body) values ($1, $2)', [`${round}/${i}`, { i }])
    })
}
