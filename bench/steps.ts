import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { targetKey } from '../src/domain/identity.ts'
import { done } from '../src/domain/outcome.ts'
import type { Kind } from '../src/domain/step.ts'
import { start } from '../src/runs/starting.ts'
import { startWorker } from '../src/runs/worker.ts'
import type { StepKind, StepKinds } from '../src/steps/step-kind.ts'
import { connectStore } from '../src/store/connect.ts'
import { channels } from '../src/store/events.ts'
import { insertPlan } from '../src/store/plans.ts'
import { recordStanding } from '../src/store/standing.ts'
import { samplePlan, sampleRunbook, step } from '../test/plans.ts'
import type { Ground } from './ground.ts'
import { inTurn, median, milliseconds, type Line } from './measure.ts'
import { surroundings } from './surroundings.ts'

/** Of a run: about as many as the example's. */
const steps = 25
const nameOf = (i: number): string => `before:${i}`
const last = nameOf(steps - 1)
const rounds = 100
/** Milliseconds after which a run is looked at that has not come to its last step. */
const patience = 10_000
const database = 'bench_steps'
const asha = { person: 'U_ASHA', via: 'terminal' } as const

/**
 * What the record of a step costs: runs of empty steps, from the request to start to the end, beside two bare
 * transactions a step on the same server, the least that a begin mark and an outcome could be.
 */
export async function stepOverhead(ground: Ground): Promise<Line[]> {
  const url = await ground.makeStore(database)
  const pool = connectStore(url, 6)
  await recordStanding(pool, asha.person, ['migration-operators'], 3600)
  let onLast = (): void => {}
  const empty: StepKind<Kind> = {
    resume: 'retry',
    async perform({ step: { id } }) {
      if (id === last) onLast()
      return done({} as never)
    },
  }
  const kinds = new Proxy({}, { get: () => empty }) as StepKinds
  const worker = await startWorker(surroundings({ url, pool, kinds, targets: { HRMS_MASTER_URL: url } }))
  const listener = new pg.Client(url)
  await listener.connect()
  await listener.query(`listen ${channels.show}`)
  const bare = await pool.connect()
  await bare.query('create table public.mark (n int)')

  const { ours, peer } = await inTurn(rounds, {
    ours: () => oneRun(pool, listener, new Promise((resolve) => (onLast = resolve))),
    peer: () => milliseconds(() => bareTransactions(bare)),
  })
  bare.release()
  await worker.stop()
  await listener.end()
  await pool.end()
  const each = (lasted: number): number => lasted / steps
  const mine = each(median(ours))
  return [
    {
      what: 'a step, all of its record',
      ours: `${mine.toFixed(1)} ms, best run ${each(Math.min(...ours)).toFixed(1)} ms`,
      peer: `${each(median(peer)).toFixed(1)} ms, best ${each(Math.min(...peer)).toFixed(1)} ms: two bare transactions`,
      ratio: median(ours) / median(peer),
      asked: { says: 'median ≤ 5 ms', holds: mine <= 5 },
    },
  ]
}

/** Looks for the end from the last step on: nobody else asks the server for anything while the steps are timed. */
async function oneRun(pool: pg.Pool, listener: pg.Client, isNearlyOver: Promise<void>): Promise<number> {
  const forward = Array.from({ length: steps }, (_, i) => step('before', {}, false, nameOf(i)))
  const routes = { forward, 'back-out': [], 'roll-back': null }
  const plan = samplePlan({ kind: 'backup', runbook: sampleRunbook({ database }), routes })
  await insertPlan(pool, plan, targetKey(plan.approved.identity))
  return milliseconds(async () => {
    const started = await start(pool, plan.id, asha)
    if (!started.ok) throw new Error(started.problem.code)
    await Promise.race([isNearlyOver, setTimeout(patience, null, { ref: false })])
    for (;;) {
      const changed = once(listener, 'notification')
      const { rows } = await listener.query<{ ending: string | null }>(
        'select ending from lockkeeper.run where plan = $1',
        [plan.id],
      )
      if (rows[0]?.ending === 'done') return
      const { rowCount: asked } = await listener.query('select from lockkeeper.gate')
      if (asked) throw new Error('an empty step asked somebody')
      await changed
    }
  })
}

async function bareTransactions(client: pg.PoolClient): Promise<void> {
  for (let i = 0; i < steps * 2; i++) {
    await client.query('begin')
    await client.query('insert into public.mark values ($1)', [i])
    await client.query('commit')
  }
}
