import pg from 'pg'
import pino from 'pino'
import { startWorker } from '../src/runs/worker.ts'
import { start } from '../src/runs/starting.ts'
import { insertPlan } from '../src/store/plans.ts'
import { recordStanding } from '../src/store/standing.ts'
import { connectStore } from '../src/store/connect.ts'
import { targetKey } from '../src/domain/identity.ts'
import { done } from '../src/domain/outcome.ts'
import type { Kind } from '../src/domain/step.ts'
import type { StepKind, StepKinds } from '../src/steps/step-kind.ts'
import { samplePlan, step } from '../test/plans.ts'
import { median, milliseconds, type Line } from './measure.ts'

const steps = 200
const rounds = 5
const asha = { person: 'U_ASHA', via: 'terminal' } as const

/** What the record of a step costs: a run of 200 empty steps, beside two bare transactions a step on the same server. */
export async function stepOverhead(storeUrl: string): Promise<Line> {
  const pool = connectStore(storeUrl, 6)
  await recordStanding(pool, asha.person, ['migration-operators'], 3600)
  const empty: StepKind<Kind> = { resume: 'retry', perform: async () => done({} as never) }
  const worker = await startWorker({
    url: storeUrl,
    pool,
    kinds: new Proxy({}, { get: () => empty }) as StepKinds,
    config: {
      databaseUrl: storeUrl,
      folder: '/tmp',
      runbooks: '',
      backups: '',
      slack: null,
      roles: {},
      terminal: {},
      file: '',
    },
    environment: { HRMS_MASTER_URL: storeUrl },
    redact: (value) => value,
    log: pino({ level: 'silent' }),
    onShow() {},
    onLost() {},
  })
  const ours: number[] = []
  const bare: number[] = []
  for (let round = 0; round < rounds; round++) {
    const routes = {
      forward: Array.from({ length: steps }, (_, i) => step('before', {}, false, `before:${i}`)),
      'back-out': [],
      'roll-back': null,
    }
    const plan = samplePlan({ kind: 'backup', routes })
    await insertPlan(pool, plan, targetKey(plan.approved.identity))
    const ended = endOf(storeUrl)
    ours.push(
      await milliseconds(async () => {
        await start(pool, plan.id, asha)
        await ended
      }),
    )
    bare.push(await milliseconds(() => bareTransactions(pool)))
  }
  await worker.stop()
  await pool.end()
  const mine = median(ours) / steps
  const floor = median(bare) / steps
  return {
    what: 'a step’s overhead',
    ours: `${mine.toFixed(2)} ms`,
    peer: `${floor.toFixed(2)} ms, two bare transactions`,
    ratio: mine / floor,
    asked: 'at most 5 ms',
  }
}

/** Settles when a run has ended; listens, so that nothing is polled while it is timed. */
function endOf(url: string): Promise<void> {
  const client = new pg.Client(url)
  return new Promise((resolve, reject) => {
    client.on('notification', () => {
      client
        .query('select from lockkeeper.run where ended_at is null')
        .then(async ({ rowCount }) => {
          if (rowCount) return
          await client.end()
          resolve()
        })
        .catch(() => {})
    })
    client
      .connect()
      .then(() => client.query('listen lockkeeper_show'))
      .catch(reject)
  })
}

async function bareTransactions(pool: pg.Pool): Promise<void> {
  const client = await pool.connect()
  await client.query('create temp table if not exists mark (n int)')
  for (let i = 0; i < steps * 2; i++) {
    await client.query('begin')
    await client.query('insert into mark values ($1)', [i])
    await client.query('commit')
  }
  client.release()
}
