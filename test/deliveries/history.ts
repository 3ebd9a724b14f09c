import pg from 'pg'
import type { Happened } from '../../src/domain/event.ts'
import type { Outcome } from '../../src/domain/outcome.ts'
import type { Plan } from '../../src/domain/plan.ts'
import type { Question } from '../../src/domain/question.ts'
import { gateId } from '../../src/domain/run.ts'
import { beginAttempt, finishAttempt } from '../../src/store/attempts.ts'
import { recordEvent } from '../../src/store/events.ts'
import { answerGate, openGate } from '../../src/store/gates.ts'
import { insertPlan } from '../../src/store/plans.ts'
import { endRun, insertRun, touchRun } from '../../src/store/runs.ts'
import { storeDatabase } from '../databases.ts'
import { sampleRunbook, samplePlan, smallRoutes, step } from '../plans.ts'

/** What happens to a plan and its run, written to a real store as the bot writes it. */
export interface History {
  pool: pg.Pool
  url: string
  plan: Plan
  asha: string
  made(): Promise<void>
  start(): Promise<string>
  happen(body: Happened, run: string | null, key?: string): Promise<void>
  end(run: string): Promise<void>
  stepEnds(run: string, step: string, attempt: number, outcome: Outcome): Promise<void>
  asks(run: string, step: string, attempt: number, question: Question): Promise<string>
  answer(run: string, gate: string): Promise<void>
  touch(run: string): Promise<void>
  rows(): Promise<Row[]>
  close(): Promise<void>
}

export interface Row {
  key: string
  state: string
  error: string | null
  shown: number
  wanted: number
  attempts: number
  pinned: boolean
  sent_as: { channel: string; ts: string } | null
  waits_since: Date | null
  twice: boolean
}

export async function openHistory(channel: string, asha: string): Promise<History> {
  const database = await storeDatabase()
  const pool = new pg.Pool({ connectionString: database.url, max: 6 })
  pool.on('error', () => {})
  const routes = smallRoutes()
  routes.forward.splice(2, 0, step('card', {}, false))
  const plan = samplePlan({ author: asha, routes, runbook: { ...sampleRunbook(), channel } })
  await insertPlan(pool, plan, 'target')
  let target = 0
  let events = 0
  const by = asha

  const history: History = {
    pool,
    url: database.url,
    plan,
    asha,
    async made() {
      await history.happen({ is: 'plan.made' }, null)
    },
    async start() {
      const run = await insertRun(pool, plan, `target-${target++}`, asha)
      await history.happen({ is: 'run.started' }, run)
      return run
    },
    async happen(body, run, key = `event-${events++}`) {
      await recordEvent(pool, { by, run, plan: plan.id, key, body })
    },
    async end(run) {
      await endRun(pool, run, 'done')
      await touchRun(pool, run)
      await history.happen({ is: 'run.ended', ending: 'done' }, run)
    },
    async stepEnds(run, id, attempt, outcome) {
      await beginAttempt(pool, run, id, attempt)
      await finishAttempt(pool, run, id, attempt, outcome)
      await touchRun(pool, run)
      await history.happen({ is: 'step.ended', step: id, attempt, outcome }, run)
    },
    async asks(run, id, attempt, question) {
      await history.stepEnds(run, id, attempt, { status: 'asks', question })
      await openGate(pool, run, id, attempt, question)
      const gate = gateId(run, id, attempt)
      await history.happen({ is: 'gate.opened', gate }, run)
      return gate
    },
    async answer(run, gate) {
      const answer = { choice: 'wait', by: asha, via: 'slack' } as const
      await answerGate(pool, gate, answer)
      await history.happen({ is: 'gate.answered', gate, answer }, run)
    },
    touch: (run) => touchRun(pool, run),
    async rows() {
      const { rows } = await pool.query<Row>('select * from lockkeeper.delivery order by seq')
      return rows
    },
    async close() {
      await pool.end()
      await database.drop()
    },
  }
  return history
}

export const question: Question = {
  code: 'sessions-left',
  sessions: [],
  ended: 0,
  changed: [],
  choices: ['terminate', 'wait', 'back-out'],
} as unknown as Question

export const stopped: Outcome = { status: 'done', facts: { instances: 3, seconds: 0.4 } }
