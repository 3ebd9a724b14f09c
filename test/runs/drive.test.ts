import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Kind } from '../../src/domain/step.ts'
import { done, failed } from '../../src/domain/outcome.ts'
import { drive, makeDrive } from '../../src/runs/drive.ts'
import { answer, cancel } from '../../src/runs/requests.ts'
import { makeSecrets } from '../../src/runbook/secrets.ts'
import { keepPlan, start } from '../../src/runs/starting.ts'
import type { At, StepKind, StepKinds } from '../../src/steps/step-kind.ts'
import { attemptsOf } from '../../src/store/attempts.ts'
import { openGateOf } from '../../src/store/gates.ts'
import { holdStopsUntil, raiseFence, runById } from '../../src/store/runs.ts'
import { recordStanding } from '../../src/store/standing.ts'
import { storeDatabase, type TestDatabase } from '../databases.ts'
import { identityOf, samplePlan, sampleRunbook, smallRoutes } from '../plans.ts'

const asha = { person: 'U_ASHA', via: 'slack' } as const

let store: TestDatabase
let pool: pg.Pool
let folder: string

beforeAll(async () => {
  store = await storeDatabase()
  folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-drive-'))
  pool = new pg.Pool({ connectionString: store.url, max: 4 })
  await recordStanding(pool, asha.person, ['migration-operators'], 3600)
})
afterAll(async () => {
  await pool.end()
  await store.drop()
  await rm(folder, { recursive: true })
})

let targets = 0
/** A run without a claim: nothing is there to be migrated. */
async function startRun(runbook = sampleRunbook()): Promise<string> {
  const { forward, ...back } = smallRoutes()
  const identity = { ...(await identityOf(store.url)), databaseOid: ++targets }
  const routes = { ...back, forward: forward.filter(({ kind }) => kind !== 'claim') }
  const plan = samplePlan({ kind: 'backup', identity, routes, runbook })
  await keepPlan(pool, plan, asha)
  const started = await start(pool, plan.id, asha)
  if (!started.ok) throw new Error(started.problem.code)
  return started.value.run
}

type Perform = (at: At<Kind>) => ReturnType<StepKind<Kind>['perform']>

/** Drives a run in this process until it ends or asks; `perform` is what every step does. */
async function drives(
  run: string,
  perform: Perform,
  mine = makeDrive(run),
  secret = password,
): Promise<void> {
  const kinds = new Proxy({}, { get: () => ({ resume: 'retry', perform }) }) as StepKinds
  const taken = await raiseFence(pool, run)
  if (!taken) throw new Error(`${run} has ended`)
  const config = { slack: null, folder, backups: '' } as never
  const log = pino({ level: 'silent' })
  const environment = { HRMS_MASTER_URL: store.url.replace(/[^/]+$/, 'hrms_master'), SMTP_PASSWORD: secret }
  const secrets = makeSecrets([], environment)
  await drive({ pool, kinds, config, environment, secrets, log }, mine, taken)
}

const password = 'word-of-the-test'
const isDone: Perform = async () => done({} as never)
const problem = { code: 'service-not-running', service: 'hrms-api' } as const

test('every step sees the run and its record as they are when it begins, itself included', async () => {
  const run = await startRun()
  const seen: { step: string; of: string[]; open: boolean }[] = []
  await drives(run, async (at) => {
    const of = at.record.map((attempt) => attempt.step)
    seen.push({ step: at.step.id, of, open: at.run.windowBegan !== null })
    return isDone(at)
  })
  expect(seen.slice(0, 3)).toEqual([
    { step: 'backup', of: ['backup'], open: false },
    { step: 'stop', of: ['backup', 'stop'], open: true },
    { step: 'drain', of: ['backup', 'stop', 'drain'], open: true },
  ])
  expect((await runById(pool, run))?.ending).toBe('done')
})

test('when the first service does not stop, its gate is answered by the clock at the deadline', async () => {
  const run = await startRun()
  await drives(run, async (at) => (at.step.kind === 'stop' ? failed(problem) : isDone(at)))
  const { deadline } = (await runById(pool, run)) ?? {}
  expect(deadline).toMatch(/Z$/)
  expect((await openGateOf(pool, run))?.question).toMatchObject({
    choices: ['retry', 'back-out', 'leave'],
    lapses: { at: deadline, as: 'back-out' },
  })
})

test('a cancel that no step was told of stops the next one before it does anything', async () => {
  const run = await startRun()
  await cancel(pool, run, 'back-out', asha)
  const performed: string[] = []
  await drives(run, async (at) => {
    performed.push(at.step.id)
    return isDone(at)
  })
  expect(performed).toEqual(smallRoutes()['back-out']?.map(({ id }) => id))
  const [first] = await attemptsOf(pool, run)
  expect(first).toMatchObject({
    outcome: { status: 'failed', problem: { code: 'cancelled', by: asha.person } },
    answer: { choice: 'back-out', by: asha.person, via: 'slack' },
  })
})

/** A run whose users were told a later time, and what is done once it waits for that. */
async function waitsForUsers(then: (mine: ReturnType<typeof makeDrive>, run: string) => Promise<void>) {
  const run = await startRun()
  await holdStopsUntil(pool, run, new Date(Date.now() + 3_600_000).toISOString())
  const mine = makeDrive(run)
  const performed: string[] = []
  const driven = drives(
    run,
    async (at) => {
      performed.push(at.step.id)
      return isDone(at)
    },
    mine,
  )
  await expect.poll(async () => (await attemptsOf(pool, run)).at(-1)?.outcome?.status).toBe('done')
  await then(mine, run)
  await driven
  return { performed, run: await runById(pool, run), record: await attemptsOf(pool, run) }
}

test('a process that leaves while users were told a later time begins nothing: users are in', async () => {
  const { run, record } = await waitsForUsers(async (mine) => mine.stop('leaving'))
  expect(record.map(({ step }) => step)).toEqual(['backup'])
  expect(run).toMatchObject({ windowBegan: null, ending: null })
})

test('a claim that is lost while it waits does not end the wait', async () => {
  const { run, record } = await waitsForUsers(async (mine) => {
    mine.stop({ code: 'session-lost', host: 'db', during: 'claim', errno: 'ECONNRESET' })
    await expect.poll(() => mine.stopped()).toBeNull()
    mine.stop('leaving')
  })
  expect(record.map(({ step }) => step)).toEqual(['backup'])
  expect(run?.windowBegan).toBeNull()
})

test('a cancel while it waits goes back, and users were never out', async () => {
  const { performed, run } = await waitsForUsers(async (mine, id) => {
    await cancel(pool, id, 'back-out', asha)
    mine.stop('cancelled')
  })
  expect(performed).not.toContain('stop')
  expect(run).toMatchObject({ windowBegan: null, ending: 'backed-out' })
})

test('a cancel whose way is not offered is forgotten with its gate: another try goes on', async () => {
  const run = await startRun()
  let tries = 0
  await drives(run, async (at) => {
    if (at.step.kind !== 'migrate') return isDone(at)
    if (tries++ === 0) await cancel(pool, run, 'back-out', asha)
    return tries === 1
      ? { status: 'asks', question: { code: 'had-begun', began: '', choices: ['retry'] } }
      : isDone(at)
  })
  const gate = await openGateOf(pool, run)
  expect(gate?.question.choices).toEqual(['retry'])
  await answer(pool, { gate: { run }, choice: 'retry', caller: asha })
  await drives(run, isDone)
  expect((await runById(pool, run))?.ending).toBe('done')
})

test('a cancel that comes after a first commit does not go back as if nothing were migrated', async () => {
  const run = await startRun()
  const reached = { between: '1_A' }
  await drives(run, async (at) => {
    if (at.step.kind !== 'migrate') return isDone(at)
    await cancel(pool, run, 'back-out', asha)
    return { ...failed({ code: 'cancelled', by: '' }), reached }
  })
  const last = (await attemptsOf(pool, run)).at(-1)
  expect(last?.outcome).toEqual({ ...failed({ code: 'cancelled', by: asha.person }), reached })
  expect(await openGateOf(pool, run)).toMatchObject({
    answer: null,
    question: { choices: ['retry', 'roll-back', 'leave'] },
  })
})

test('what a step says of a secret that only its approved runbook names is not stored', async () => {
  const runbook = sampleRunbook()
  runbook.services[0]?.environment.push('SMTP_PASSWORD')
  const run = await startRun(runbook)
  const reason = `login with ${password} refused`
  const problem = { code: 'service-failed', service: 'hrms-api', doing: 'stop', reason, exitCode: 1 } as const
  const said = { ...problem, output: `it said:\n${password}` }
  await drives(run, async (at) => (at.step.kind === 'stop' ? failed(said) : isDone(at)))
  const reasons = {
    code: 'step-failed',
    problem: { ...said, reason: 'login with [secret] refused', output: 'it said:\n[secret]' },
  }
  expect((await openGateOf(pool, run))?.question).toMatchObject(reasons)
})

test('all that a program of a step writes lies in the folder of the run, and its outcome says where', async () => {
  const runbook = sampleRunbook()
  runbook.services[0]?.environment.push('SMTP_PASSWORD')
  const run = await startRun(runbook)
  await drives(run, async (at) => {
    if (at.step.kind !== 'backup') return isDone(at)
    const { line, last } = at.output('pg_dump')
    for (let i = 0; i < 1000; i++) line(`${i}: login with ${password}`)
    return failed({ ...problem, code: 'backup-failed', tool: last(), exitCode: 1, signal: null, reason: '' })
  })
  const file = path.join(folder, 'runs', run, 'backup-1-pg_dump.log')
  const wrote = [{ program: 'pg_dump', file, host: hostname(), lacks: null }]
  const [{ outcome } = { outcome: null }] = await attemptsOf(pool, run)
  expect(outcome).toMatchObject({ status: 'failed', wrote })
  const { rows } = await pool.query<{ body: string }>(
    `select body::text from lockkeeper.event where run = $1 and body ->> 'is' = 'step.ended'`,
    [run],
  )
  expect(rows).toHaveLength(1)
  expect(rows[0]!.body).toContain('999: login with [secret]')
  expect(rows[0]!.body.length).toBeLessThan(2_000)
  const all = await readFile(file, 'utf8')
  expect(all.split('\n')).toHaveLength(1001)
  expect(all).not.toContain(password)
})

test('a secret that is a word of ours is taken out of what is said, and the run goes through all the same', async () => {
  const runbook = sampleRunbook()
  runbook.services[0]?.environment.push('SMTP_PASSWORD')
  const run = await startRun(runbook)
  const facts = { version: '2.5.0', deployed: true, output: 'all done' }
  const refused = { code: 'backup-failed', tool: 'pg_dump', exitCode: 1, signal: null } as const
  const mine = makeDrive(run)
  const fails: Perform = async () => failed({ ...refused, reason: 'login with done refused' })
  await drives(run, fails, mine, 'done')
  expect(await openGateOf(pool, run)).toMatchObject({
    question: { problem: { ...refused, reason: 'login with [secret] refused' } },
  })
  await answer(pool, { gate: { run }, choice: 'retry', caller: asha })
  await drives(run, async () => done(facts as never), mine, 'done')
  expect((await runById(pool, run))?.ending).toBe('done')
  const record = await attemptsOf(pool, run)
  expect(record.slice(1).map(({ outcome }) => outcome)).toEqual(
    record.slice(1).map(() => done({ ...facts, output: 'all [secret]' })),
  )
  const { rows } = await pool.query(
    `select distinct body #>> '{outcome,status}' as status from lockkeeper.event
     where run = $1 and body ->> 'is' = 'step.ended' order by 1`,
    [run],
  )
  expect(rows).toEqual([{ status: 'done' }, { status: 'failed' }])
})

test('what an older driver still writes is refused', async () => {
  const run = await startRun()
  const older = drives(run, async (at) => {
    await raiseFence(pool, run)
    return isDone(at)
  })
  await expect(older).rejects.toThrow(run)
  expect(await attemptsOf(pool, run)).toMatchObject([{ step: 'backup', outcome: null }])
})
