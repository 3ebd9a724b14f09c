import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { escalate } from '../../src/notices/escalation.ts'
import { attendSchedules } from '../../src/notices/schedules.ts'
import { schedule } from '../../src/runs/scheduling.ts'
import { attemptsOf } from '../../src/store/attempts.ts'
import { runById, runOutlineById } from '../../src/store/runs.ts'
import { standingOf } from '../../src/views/run/standing.ts'
import { samplePlan, sampleRunbook, smallRoutes } from '../plans.ts'
import { insertPlan } from '../../src/store/plans.ts'
import { asha, calling, openNight, type Night } from './night.ts'

let night: Night
beforeAll(async () => {
  night = await openNight()
})
afterAll(() => night.close())

const unit = (text: string) => ({ in: 'transaction', statements: [{ text, line: 1, from: 'file' }] })

/** Two scripts up, the second one in two parts and of 5 MB; no way down. */
const large = {
  up: {
    scripts: [{ units: [unit('select 1')] }, { units: [unit('x'.repeat(5_000_000)), unit('select 2')] }],
  },
  down: null,
} as never

const people = {
  members: async () => [],
  quietOf: async () => null,
  onCall: async () => [] as never,
  mails: false,
}

/** Bytes that come from the store while something is done. */
async function read(work: (pool: pg.Pool) => Promise<unknown>): Promise<number> {
  const pool = new pg.Pool({ connectionString: night.url, max: 4 })
  const streams: { bytesRead: number }[] = []
  pool.on('connect', (client) => {
    streams.push((client as unknown as { connection: { stream: { bytesRead: number } } }).connection.stream)
  })
  await work(pool)
  const bytes = streams.reduce((sum, { bytesRead }) => sum + bytesRead, 0)
  await pool.end()
  return bytes
}

async function startLarge() {
  const { approved } = samplePlan({ runbook: { ...sampleRunbook(), ...calling }, routes: smallRoutes() })
  return night.start(asha.person, { approved: { ...approved, prepared: large } })
}

test('each second the clock looks at a run with a script of 5 MB, and reads less than 100 kB', async () => {
  const driven = await startLarge()
  await night.ask(driven)
  await night.look(0)
  const late = await startLarge()
  await night.begins(late, 'migrate')
  const now = new Date(Date.now() + 2 * 60_000).toISOString()
  expect(await read((pool) => escalate(pool, { ...people, now }))).toBeLessThan(100_000)
  // What it would read with the plan.
  expect(await read((pool) => runById(pool, driven.run.id))).toBeGreaterThan(5_000_000)
})

test('a schedule whose plan has a script of 5 MB is looked at without it', async () => {
  const runbook = { ...sampleRunbook(), name: 'large' }
  const plan = samplePlan({ runbook })
  plan.approved.prepared = large
  await insertPlan(night.pool, plan, 'target')
  const start = new Date(Date.now() + 3_600_000).toISOString()
  expect(await schedule(night.pool, { runbook, start, seen: null }, asha)).toMatchObject({ ok: true })
  const given = { members: async () => [], whyNot: async () => null, starts: async () => null }
  expect(await read((pool) => attendSchedules(pool, given))).toBeLessThan(100_000)
})

test('how a run stands is read from its outline as from its plan, parts of scripts included', async () => {
  const driven = await startLarge()
  await night.begins(driven, 'migrate')
  const problem = { code: 'cancelled', by: asha.person } as const
  await night.ends(driven, 'migrate', 1, { status: 'failed', problem })
  const record = await attemptsOf(night.pool, driven.run.id)
  const [outline, run] = [
    await runOutlineById(night.pool, driven.run.id),
    await runById(night.pool, driven.run.id),
  ]
  expect(standingOf(outline!, record, null).database).toBe('partly')
  expect(standingOf(run!, record, null).database).toBe('partly')
  expect(outline).toEqual({
    ...run,
    plan: {
      ...run!.plan,
      approved: {
        ...run!.plan.approved,
        prepared: { up: { scripts: [{ units: [null] }, { units: [null, null] }] } },
      },
    },
  })
})
