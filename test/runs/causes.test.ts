import pg from 'pg'
import pino from 'pino'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { done } from '../../src/domain/outcome.ts'
import type { Gate } from '../../src/domain/run.ts'
import { makeSecrets } from '../../src/runbook/secrets.ts'
import { answer } from '../../src/runs/requests.ts'
import { keepPlan, start } from '../../src/runs/starting.ts'
import { startWorker, type Worker } from '../../src/runs/worker.ts'
import { claim } from '../../src/steps/claim.ts'
import { drain } from '../../src/steps/drain.ts'
import { lookAt } from '../../src/steps/looks.ts'
import type { StepKinds } from '../../src/steps/step-kind.ts'
import { attemptsOf } from '../../src/store/attempts.ts'
import { gateById, openGateOf } from '../../src/store/gates.ts'
import { runById } from '../../src/store/runs.ts'
import { recordStanding } from '../../src/store/standing.ts'
import { lineText, plainText } from '../../src/views/words/plain.ts'
import { problemView } from '../../src/views/problem/problem.ts'
import { gateView } from '../../src/views/run/gate.ts'
import { hrmsDatabase, storeDatabase, type TestDatabase } from '../databases.ts'
import { identityOf, samplePlan, sampleRunbook, smallRoutes } from '../plans.ts'
import { claimTarget } from '../../src/adapters/postgres/claim.ts'
import { makeTarget } from '../../src/adapters/postgres/target.ts'

const asha = { person: 'U_ASHA', via: 'slack' } as const

const workers = new Set<Worker>()
afterEach(async () => {
  for (const worker of workers) await worker.stop()
  workers.clear()
})

interface Scene {
  pool: pg.Pool
  target: TestDatabase
  boot(): Promise<Worker>
  leave(worker: Worker): Promise<void>
  run(): Promise<string>
  gate(run: string): Promise<Gate>
  /** The gate as people see it now. */
  shown(gate: Gate): Promise<string>
}

/** A bot whose runs claim and drain a real database; its other steps do nothing. */
async function scene({ asksAtMigrate = false } = {}): Promise<Scene> {
  const [store, target] = [await storeDatabase(), await hrmsDatabase()]
  const pool = new pg.Pool({ connectionString: store.url, max: 4 })
  await recordStanding(pool, asha.person, ['migration-operators'], 3600)
  onTestFinished(async () => {
    for (const worker of workers) await worker.stop()
    workers.clear()
    await pool.end()
    await Promise.all([store.drop(), target.drop()])
  })
  const question = { code: 'had-begun', began: '2025-11-13T03:00:00.000Z', choices: ['retry', 'leave'] }
  const others = {
    resume: 'retry',
    perform: async ({ step }: { step: { id: string } }) =>
      asksAtMigrate && step.id === 'migrate' ? { status: 'asks', question } : done({}),
  }
  const kinds = new Proxy({}, { get: (_, kind) => ({ claim, drain })[String(kind)] ?? others }) as StepKinds
  return {
    pool,
    target,
    async boot() {
      const worker = await startWorker({
        url: store.url,
        pool,
        kinds,
        look: lookAt,
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
      const plan = samplePlan({
        kind: 'backup',
        identity: await identityOf(target.url),
        routes: smallRoutes(),
        runbook,
      })
      await keepPlan(pool, plan, asha)
      const started = await start(pool, plan.id, asha)
      if (!started.ok) throw new Error(started.problem.code)
      return started.value.run
    },
    async gate(run) {
      await expect.poll(() => openGateOf(pool, run)).not.toBeNull()
      return (await openGateOf(pool, run))!
    },
    async shown({ id, run }) {
      const gate = (await gateById(pool, id))!
      return plainText(gateView(gate, (await runById(pool, run))!, await attemptsOf(pool, run)))
    },
  }
}

const endingOf = ({ pool }: Scene, run: string) => expect.poll(async () => (await runById(pool, run))?.ending)

test('when the last session leaves while people are asked, the run goes on and says that nobody had to answer', async () => {
  const at = await scene()
  const session = await at.target.client()
  await at.boot()
  const run = await at.run()
  const gate = await at.gate(run)
  expect(gate.question.code).toBe('sessions-left')
  expect(await at.shown(gate)).toContain('when no session is left, the run goes on without an answer')
  await session.end()
  await endingOf(at, run).toBe('done')
  expect((await gateById(at.pool, gate.id))?.answer).toEqual({
    choice: 'wait',
    by: 'lockkeeper',
    via: 'look',
  })
  expect(await at.shown(gate)).toMatch(
    /^All sessions left at \d\d:\d\d:\d\d.*; the run went on\. Nobody had to answer/,
  )
  const late = await answer(at.pool, { gate: { id: gate.id }, choice: 'back-out', caller: asha })
  expect(late).toMatchObject({ ok: false, problem: { code: 'run-ended' } })
})

test('a click that comes after the sessions left is told that the question is answered already', async () => {
  const at = await scene({ asksAtMigrate: true })
  const session = await at.target.client()
  await at.boot()
  const run = await at.run()
  const gate = await at.gate(run)
  await session.end()
  await expect.poll(async () => (await openGateOf(at.pool, run))?.step).toBe('migrate')
  const late = await answer(at.pool, { gate: { id: gate.id }, choice: 'back-out', caller: asha })
  if (late.ok) throw new Error('it took a second answer')
  expect(late.problem).toMatchObject({ code: 'answered-already', by: 'lockkeeper', choice: 'wait' })
  expect(plainText(problemView(late.problem))).toContain('Already answered by Lockkeeper at')
})

test('the process that takes a waiting run over looks too, and shows who is there now and when it looked', async () => {
  const at = await scene()
  const [first, second] = [await at.target.client(), await at.target.client()]
  const worker = await at.boot()
  const run = await at.run()
  const gate = await at.gate(run)
  await at.leave(worker)
  await first.end()
  await at.boot()
  await expect.poll(async () => (await gateById(at.pool, gate.id))?.looked?.sessions?.length).toBe(1)
  const shown = await at.shown(gate)
  expect(shown).toContain('1 session is still on')
  expect(shown).toMatch(/Waiting for a decision since \d\d:\d\d:\d\d.*\. Sessions checked at \d\d:\d\d:\d\d/)
  const before = (await gateById(at.pool, gate.id))!.looked!
  await expect.poll(async () => ((await gateById(at.pool, gate.id))?.looked?.at ?? '') > before.at).toBe(true)
  await second.end()
  await endingOf(at, run).toBe('done')
})

test('a run that somebody chose to leave as it is does not go on by itself; what is possible now stands first', async () => {
  const at = await scene()
  const session = await at.target.client()
  const worker = await at.boot()
  const run = await at.run()
  const gate = await at.gate(run)
  await at.leave(worker)
  await at.pool.query("update lockkeeper.gate set left_by = 'U_ASHA'")
  await session.end()
  await at.boot()
  await expect.poll(async () => (await gateById(at.pool, gate.id))?.looked?.cause).toBe('gone')
  expect((await gateById(at.pool, gate.id))?.answer).toBeNull()
  const view = gateView(
    (await gateById(at.pool, gate.id))!,
    (await runById(at.pool, run))!,
    await attemptsOf(at.pool, run),
  )
  expect(view.actions[0]).toMatchObject({ input: { choice: 'wait' }, style: 'primary' })
  expect(lineText(view.state)).toContain('No session is on')
  expect(plainText(view)).toMatch(/All sessions left at \d\d:\d\d:\d\d.*\. Wait is possible now/)
})

test('before users are out a cause that is gone is offered: the run does not put them out at a time that nobody chose', async () => {
  const at = await scene()
  const identity = await identityOf(at.target.url)
  const address = { url: at.target.url, variable: 'HRMS_MASTER_URL', host: 'db', database: at.target.name }
  const other = await claimTarget(makeTarget(address, 'lockkeeper:another', { ...identity, host: 'db' }))
  if (!other.ok) throw new Error(other.problem.code)
  const worker = await at.boot()
  const run = await at.run()
  const gate = await at.gate(run)
  expect(gate.question).toMatchObject({ code: 'step-failed', problem: { code: 'target-taken' } })
  // Nobody holds a claim here: the look itself is why a process has the run, also after a restart.
  await at.leave(worker)
  await at.boot()
  await expect.poll(async () => (await gateById(at.pool, gate.id))?.looked?.cause).toBe('there')
  await other.value.session.end()
  await expect.poll(async () => (await gateById(at.pool, gate.id))?.looked?.cause).toBe('gone')
  expect((await gateById(at.pool, gate.id))?.answer).toBeNull()
  expect(await at.shown(gate)).toContain('The database was released by who held it at')
  await answer(at.pool, { gate: { run }, choice: 'retry', caller: asha })
  await endingOf(at, run).toBe('done')
})
