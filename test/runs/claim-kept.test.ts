import pg from 'pg'
import pino from 'pino'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { claimTarget } from '../../src/adapters/postgres/claim.ts'
import { makeTarget } from '../../src/adapters/postgres/target.ts'
import { done } from '../../src/domain/outcome.ts'
import type { Gate } from '../../src/domain/run.ts'
import { makeSecrets } from '../../src/runbook/secrets.ts'
import { answer } from '../../src/runs/requests.ts'
import { keepPlan, start } from '../../src/runs/starting.ts'
import { startWorker, type Worker } from '../../src/runs/worker.ts'
import { claim } from '../../src/steps/claim.ts'
import type { StepKinds } from '../../src/steps/step-kind.ts'
import { openGateOf } from '../../src/store/gates.ts'
import { raiseFence, runById } from '../../src/store/runs.ts'
import { recordStanding } from '../../src/store/standing.ts'
import { hrmsDatabase, storeDatabase, type TestDatabase } from '../databases.ts'
import { identityOf, samplePlan, sampleRunbook, smallRoutes } from '../plans.ts'

const asha = { person: 'U_ASHA', via: 'slack' } as const

const workers = new Set<Worker>()
afterEach(async () => {
  for (const worker of workers) await worker.stop()
  workers.clear()
})

/** A bot's own database, and what it can do; its runs ask at `drain`, where users are out. */
interface Installation {
  pool: pg.Pool
  boot(): Promise<Worker>
  leave(worker: Worker): Promise<void>
  run(): Promise<string>
  gate(run: string): Promise<Gate>
}

async function installation(target: TestDatabase): Promise<Installation> {
  const store = await storeDatabase()
  const pool = new pg.Pool({ connectionString: store.url, max: 4 })
  await recordStanding(pool, asha.person, ['migration-operators'], 3600)
  onTestFinished(async () => {
    for (const worker of workers) await worker.stop()
    workers.clear()
    await pool.end()
    await store.drop()
  })
  const others = {
    resume: 'retry',
    perform: async ({ step: { kind }, attempt }: { step: { kind: string }; attempt: number }) =>
      kind === 'drain' && attempt === 1
        ? { status: 'asks', question: { code: 'had-begun', began: '', choices: ['retry', 'leave'] } }
        : done({}),
  }
  const kinds = new Proxy({}, { get: (_, kind) => (kind === 'claim' ? claim : others) }) as StepKinds
  return {
    pool,
    async boot() {
      const worker = await startWorker({
        url: store.url,
        pool,
        kinds,
        config: { slack: null, folder: '', backups: '' } as never,
        environment: { HRMS_MASTER_URL: target.url },
        secrets: makeSecrets([], {}),
        log: pino({ level: 'silent' }),
        onShow() {},
        onLost() {},
        onOutdated() {},
      })
      workers.add(worker)
      return worker
    },
    async leave(worker) {
      workers.delete(worker)
      await worker.stop()
    },
    async run() {
      const runbook = sampleRunbook({ database: target.name })
      const identity = await identityOf(target.url)
      const plan = samplePlan({ kind: 'backup', identity, routes: smallRoutes(), runbook })
      await keepPlan(pool, plan, asha)
      const started = await start(pool, plan.id, asha)
      if (!started.ok) throw new Error(started.problem.code)
      return started.value.run
    },
    async gate(run) {
      await expect.poll(() => openGateOf(pool, run)).not.toBeNull()
      return (await openGateOf(pool, run))!
    },
  }
}

/** Who holds the claim on a target: the application name of the session, and its PID. */
async function holder(target: TestDatabase): Promise<{ application: string; pid: number } | null> {
  const { rows } = await (
    await target.client()
  ).query<{ application: string; pid: number }>(
    `select application_name as application, pid from pg_stat_activity join pg_locks using (pid)
     where locktype = 'advisory' and granted and datname = current_database()`,
  )
  return rows[0] ?? null
}

const isHeldBy = (target: TestDatabase, run: string, but = 0): Promise<unknown> =>
  expect
    .poll(async () => {
      const held = await holder(target)
      return held && held.pid !== but ? held.application : null
    })
    .toBe(`lockkeeper:${run}`)

async function target(): Promise<TestDatabase> {
  const made = await hrmsDatabase()
  onTestFinished(() => made.drop())
  return made
}

test('after a restart the claim is taken again while the question is open: another installation finds the target taken', async () => {
  const base = await target()
  const [mine, theirs] = [await installation(base), await installation(base)]
  const run = await mine.run()
  const first = await mine.boot()
  await mine.gate(run)
  await mine.leave(first)
  expect(await holder(base)).toBeNull()
  const { fence } = (await raiseFence(mine.pool, run))!
  await Promise.all([mine.boot(), mine.boot()])
  await isHeldBy(base, run)
  await theirs.boot()
  const other = await theirs.run()
  expect((await theirs.gate(other)).question).toMatchObject({
    code: 'step-failed',
    problem: { code: 'target-taken', by: expect.stringContaining(`lockkeeper:${run}`) },
  })
  // One of two replicas took it up, once; nobody answered meanwhile.
  expect(await raiseFence(mine.pool, run)).toMatchObject({ fence: fence + 2 })
  expect(await openGateOf(mine.pool, run)).toMatchObject({ step: 'drain', answer: null })
})

test('one that is lost while the question is open is taken again, and the answer goes on with it', async () => {
  const base = await target()
  const mine = await installation(base)
  const run = await mine.run()
  await mine.boot()
  await mine.gate(run)
  const held = await holder(base)
  await (await base.client()).query('select pg_terminate_backend($1)', [held?.pid])
  await isHeldBy(base, run, held?.pid)
  await answer(mine.pool, { gate: { run }, choice: 'retry', caller: asha })
  await expect.poll(async () => (await runById(mine.pool, run))?.ending).toBe('done')
})

test('one that somebody else took is tried again until they let it go; an answer meanwhile is told who has it', async () => {
  const base = await target()
  const mine = await installation(base)
  const run = await mine.run()
  const first = await mine.boot()
  await mine.gate(run)
  await mine.leave(first)
  const identity = await identityOf(base.url)
  const address = { url: base.url, variable: 'HRMS_MASTER_URL', host: 'db', database: base.name }
  const other = await claimTarget(makeTarget(address, 'lockkeeper:another', { ...identity, host: 'db' }))
  if (!other.ok) throw new Error(other.problem.code)
  const { fence } = (await raiseFence(mine.pool, run))!
  await mine.boot()
  await expect
    .poll(async () => (await mine.pool.query('select fence from lockkeeper.run')).rows[0])
    .toEqual({ fence: fence + 2 })
  await answer(mine.pool, { gate: { run }, choice: 'retry', caller: asha })
  await expect
    .poll(async () => (await openGateOf(mine.pool, run))?.question)
    .toMatchObject({ problem: { code: 'target-taken', by: expect.stringContaining('lockkeeper:another') } })
  await other.value.session.end()
  await isHeldBy(base, run)
})
