import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller } from '../../src/domain/person.ts'
import { failed, type Outcome } from '../../src/domain/outcome.ts'
import type { Question } from '../../src/domain/question.ts'
import { gateId, type Run } from '../../src/domain/run.ts'
import { answerLapsed } from '../../src/notices/clock.ts'
import { finish } from '../../src/runs/record.ts'
import { answer, cancel } from '../../src/runs/requests.ts'
import { keepPlan, start } from '../../src/runs/starting.ts'
import { beginAttempt, finishAttempt } from '../../src/store/attempts.ts'
import { eventsOfRun } from '../../src/store/events.ts'
import { gateById, openGate } from '../../src/store/gates.ts'
import { cancelOf, endRun, runById } from '../../src/store/runs.ts'
import { recordStanding } from '../../src/store/standing.ts'
import { storeDatabase, type TestDatabase } from '../databases.ts'
import { typist } from '../typist.ts'
import { samplePlan, smallRoutes, step } from '../plans.ts'

const asha: Caller = { person: 'U_ASHA', via: 'slack' }
const eve: Caller = { person: 'U_EVE', via: 'slack' }

let store: TestDatabase
let pool: pg.Pool
/** Types in a terminal. */
let mei: Caller

beforeAll(async () => {
  store = await storeDatabase()
  pool = new pg.Pool({ connectionString: store.url, max: 8 })
  mei = await typist(pool, 'U_MEI')
  for (const { person } of [asha, mei]) await recordStanding(pool, person, ['migration-operators'], 3600)
})
afterAll(async () => {
  await pool.end()
  await store.drop()
})

let targets = 0
/** A run whose forward steps are done up to this one. */
async function runAt(step: string): Promise<string> {
  targets += 1
  const identity = {
    systemIdentifier: String(targets),
    timeline: 1,
    databaseOid: 1,
    database: 'hrms_master',
    host: 'db:5432',
  }
  const plan = samplePlan({ kind: 'backup', identity })
  await keepPlan(pool, plan, asha)
  const started = await start(pool, plan.id, asha)
  if (!started.ok) throw new Error(started.problem.code)
  const { run } = started.value
  for (const { id } of smallRoutes().forward) {
    if (id === step) break
    await ended(run, id, { status: 'done', facts: {} })
  }
  return run
}

async function ended(run: string, step: string, outcome: Outcome): Promise<void> {
  await beginAttempt(pool, run, step, 1)
  await finishAttempt(pool, run, step, 1, outcome)
}

const asks: Question = {
  code: 'sessions-left',
  sessions: [],
  ended: 0,
  changed: [],
  choices: ['terminate', 'wait', 'back-out'],
}

/** A run that waits for people at its drain. */
async function waiting(question: Question = asks): Promise<{ run: string; gate: string }> {
  const run = await runAt('drain')
  await ended(run, 'drain', { status: 'asks', question })
  return { run, gate: await openGate(pool, run, 'drain', 1, question) }
}

const code = (result: { ok: boolean; problem?: { code: string } }): string => result.problem?.code ?? 'ok'

describe('answering', () => {
  test('of three answers at once, from Slack, the terminal and the clock, one wins', async () => {
    const { run, gate } = await waiting({
      ...asks,
      lapses: { at: new Date(Date.now() - 1000).toISOString(), as: 'back-out' },
    })
    const [slack, terminal] = await Promise.all([
      answer(pool, { gate: { id: gate }, choice: 'wait', caller: asha }),
      answer(pool, { gate: { run }, choice: 'terminate', caller: mei }),
      answerLapsed(pool),
    ])
    const won = await gateById(pool, gate)
    const answers = (await eventsOfRun(pool, run, 20)).filter((event) => event.is === 'gate.answered')
    expect(answers).toHaveLength(1)
    expect([code(slack), code(terminal)].filter((c) => c === 'ok')).toHaveLength(
      won?.answer?.via === 'clock' ? 0 : 1,
    )
    expect(answers[0]).toMatchObject({ by: won?.answer?.by })
  })

  test('a second click learns who answered, when and what', async () => {
    const { gate } = await waiting()
    await answer(pool, { gate: { id: gate }, choice: 'wait', caller: asha })
    expect(await answer(pool, { gate: { id: gate }, choice: 'wait', caller: mei })).toMatchObject({
      problem: { code: 'answered-already', by: asha.person, choice: 'wait' },
    })
  })

  test('needs the role', async () => {
    const { gate } = await waiting()
    expect(code(await answer(pool, { gate: { id: gate }, choice: 'wait', caller: eve }))).toBe('not-allowed')
    expect((await gateById(pool, gate))?.answer).toBeNull()
  })

  test('with a choice that is not offered is refused, and told what is', async () => {
    const { gate } = await waiting()
    expect(await answer(pool, { gate: { id: gate }, choice: 'go-on', caller: asha })).toMatchObject({
      problem: { code: 'choice-unknown', choices: ['terminate', 'wait', 'back-out'] },
    })
  })

  test('to leave it keeps the gate open', async () => {
    const { gate } = await waiting({ ...asks, choices: ['retry', 'leave'] })
    expect(await answer(pool, { gate: { id: gate }, choice: 'leave', caller: asha })).toMatchObject({
      value: { left: true },
    })
    expect(await gateById(pool, gate)).toMatchObject({ answer: null, leftBy: asha.person })
    expect(code(await answer(pool, { gate: { id: gate }, choice: 'retry', caller: mei }))).toBe('ok')
  })

  test('a run that asks nothing, or has ended, or does not exist is said to', async () => {
    const run = await runAt('drain')
    expect(code(await answer(pool, { gate: { run }, choice: 'retry', caller: asha }))).toBe('gate-none')
    await endRun(pool, run, 'done')
    expect(code(await answer(pool, { gate: { run }, choice: 'retry', caller: asha }))).toBe('run-ended')
    expect(code(await answer(pool, { gate: { run: 'nope-1' }, choice: 'retry', caller: asha }))).toBe(
      'run-unknown',
    )
  })

  test('a gate that has not lapsed is not answered by the clock', async () => {
    const { gate } = await waiting({
      ...asks,
      lapses: { at: new Date(Date.now() + 60_000).toISOString(), as: 'back-out' },
    })
    await answerLapsed(pool)
    expect((await gateById(pool, gate))?.answer).toBeNull()
  })
})

describe('cancelling', () => {
  test('stops a step that is under way, and is kept until its gate', async () => {
    const run = await runAt('drain')
    await beginAttempt(pool, run, 'drain', 1)
    expect(await cancel(pool, run, 'back-out', asha)).toMatchObject({
      value: { as: 'back-out', waits: true },
    })
    expect(await cancelOf(pool, run)).toEqual({ choice: 'back-out', by: asha.person, via: 'slack' })
    expect(code(await cancel(pool, run, 'back-out', mei))).toBe('run-goes-back')
  })

  test('answers the gate that it led to as who asked for it, and by the way it was asked', async () => {
    const run = await runAt('drain')
    await beginAttempt(pool, run, 'drain', 1)
    await cancel(pool, run, 'back-out', mei)
    const driven = { pool, run: (await runById(pool, run)) as Run, fence: 0 }
    await finish(driven, step('drain'), 1, failed({ code: 'cancelled', by: mei.person }))
    const answer = { choice: 'back-out', by: mei.person, via: 'terminal' }
    expect(await gateById(pool, gateId(run, 'drain', 1))).toMatchObject({ answer })
    expect(await eventsOfRun(pool, run, 1)).toMatchObject([{ is: 'gate.answered', by: mei.person, answer }])
    expect(await cancelOf(pool, run)).toBeNull()
  })

  test('of a run that waits answers its gate with the way back', async () => {
    const { run, gate } = await waiting()
    expect(await cancel(pool, run, 'back-out', mei)).toMatchObject({ value: { waits: false } })
    expect((await gateById(pool, gate))?.answer).toMatchObject({
      choice: 'back-out',
      by: mei.person,
      via: 'terminal',
    })
  })

  test('is refused at a gate that does not offer the way back, and does not come after it', async () => {
    const { run, gate } = await waiting({ code: 'had-begun', began: '', choices: ['retry', 'leave'] })
    expect(await cancel(pool, run, 'back-out', mei)).toMatchObject({
      problem: { code: 'choice-unknown', choices: ['retry', 'leave'] },
    })
    expect(await cancelOf(pool, run)).toBeNull()
    expect((await gateById(pool, gate))?.answer).toBeNull()
  })

  test('does nothing when it would mean something else than the person was told', async () => {
    const run = await runAt('smoke')
    expect(code(await cancel(pool, run, 'back-out', asha))).toBe('cancel-changed')
    expect(await cancelOf(pool, run)).toBeNull()
  })

  test('needs the role', async () => {
    expect(code(await cancel(pool, await runAt('drain'), 'back-out', eve))).toBe('not-allowed')
  })
})
