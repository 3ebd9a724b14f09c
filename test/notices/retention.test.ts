import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import type { Plan } from '../../src/domain/plan.ts'
import { removeExpired, type Removed } from '../../src/notices/retention.ts'
import { approve, keepPlan, start } from '../../src/runs/starting.ts'
import { openAlarm } from '../../src/store/alarms.ts'
import { beginAttempt } from '../../src/store/attempts.ts'
import { planDebt, settleDebt, takeDebt } from '../../src/store/debts.ts'
import { insertDelivery } from '../../src/store/deliveries.ts'
import { openGate } from '../../src/store/gates.ts'
import { insertNotice } from '../../src/store/notices.ts'
import { endRun } from '../../src/store/runs.ts'
import { insertSchedule } from '../../src/store/schedules.ts'
import { recordStanding } from '../../src/store/standing.ts'
import { storeDatabase } from '../databases.ts'
import { samplePlan, sampleRunbook } from '../plans.ts'

const asha = { person: 'U_ASHA', via: 'slack' } as const
const dan = { person: 'U_DAN', via: 'slack' } as const
const now = new Date('2026-11-30T03:17:00Z')

/** A store with what a bot records, a folder of runs, and the hourly removal. */
interface Kept {
  pool: pg.Pool
  audit: string
  runs: string
  /** A run that ended so many days ago, with a row in each table that knows of it. */
  ended(days: number, given?: { debtOpen?: boolean }): Promise<string>
  /** A plan that was closed so many days ago and never run. */
  closed(days: number): Promise<string>
  remove(): Promise<Removed>
  /** The audit file of the month, one object a line. */
  lines(): Promise<Record<string, unknown>[]>
  ids(table: string): Promise<string[]>
}

async function makeKept(): Promise<Kept> {
  const store = await storeDatabase()
  const folder = await mkdtemp(path.join(tmpdir(), 'retention-'))
  const pool = new pg.Pool({ connectionString: store.url, max: 4 })
  onTestFinished(async () => {
    await pool.end()
    await store.drop()
    await rm(folder, { recursive: true })
  })
  await recordStanding(pool, asha.person, ['migration-operators'], 3600)
  await recordStanding(pool, dan.person, ['database-team'], 3600)
  const [audit, runs] = [path.join(folder, 'audit'), path.join(folder, 'runs')]
  const runbook = sampleRunbook()
  const back = (table: string, column: string, id: string, days: number) =>
    pool.query(`update lockkeeper.${table} set ${column} = now() - $2 * interval '1 day' where id = $1`, [
      id,
      days,
    ])
  async function keep(given: Partial<Plan> = {}): Promise<Plan> {
    const plan = samplePlan({ kind: 'backup', ...given })
    await keepPlan(pool, plan, asha)
    return plan
  }
  return {
    pool,
    audit,
    runs,
    async ended(days, { debtOpen = false } = {}) {
      const plan = await keep()
      await approve(pool, plan.id, plan.digest, dan)
      const started = await start(pool, plan.id, asha)
      if (!started.ok) throw new Error(started.problem.code)
      const { run } = started.value
      const what = `service of ${run}`
      const target = 'target'
      await beginAttempt(pool, run, 'backup', 1)
      await openGate(pool, run, 'backup', 1, { code: 'before-admit', passed: 1, choices: ['go-on'] })
      await openAlarm(pool, { id: `${run}/alarm`, run, cause: { is: 'gate', gate: `${run}/backup/1` } })
      await planDebt(pool, target, run, { owes: 'service', what, was: { instances: 1 } })
      await takeDebt(pool, target, run, what)
      if (!debtOpen) await settleDebt(pool, target, what)
      await insertDelivery(pool, {
        key: `run:${run}`,
        to: { channel: 'C1' },
        shows: { run },
        sends: 'message',
        urgent: false,
        pin: true,
        madeAt: now.toISOString(),
      })
      const schedule = await insertSchedule(
        pool,
        runbook,
        { start: now.toISOString(), end: now.toISOString() },
        { by: asha.person, run },
      )
      await insertNotice(pool, schedule!.id, {
        place: 0,
        about: { is: 'ahead' } as never,
        window: schedule!.window,
        dueAt: now.toISOString(),
      })
      await endRun(pool, run, 'done')
      await pool.query('update lockkeeper.event set delivered = true')
      await pool.query("update lockkeeper.schedule set over_at = now(), over_as = 'done', over_by = 'x'")
      await back('run', 'ended_at', run, days)
      await back('plan', 'closed_at', plan.id, days)
      await mkdir(path.join(runs, run), { recursive: true })
      return run
    },
    async closed(days) {
      const { id } = await keep()
      await pool.query("update lockkeeper.plan set closed_because = 'discarded' where id = $1", [id])
      await pool.query('update lockkeeper.event set delivered = true')
      await back('plan', 'closed_at', id, days)
      return id
    },
    remove: () =>
      removeExpired(pool, { keep: { runs: 700, plans: 90, messages: 30, audit }, runsFolder: runs }, now),
    async lines() {
      const text = await readFile(path.join(audit, 'audit-2026-11.jsonl'), 'utf8')
      return text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    },
    async ids(table) {
      const { rows } = await pool.query<{ id: string }>(`select id from lockkeeper.${table} order by id`)
      return rows.map(({ id }) => id)
    },
  }
}

test('an old run is written to the audit file with its steps, questions and events, then removed with its folder', async () => {
  const kept = await makeKept()
  const old = await kept.ended(701)
  const newer = await kept.ended(699)
  expect(await kept.remove()).toMatchObject({ run: 1, plan: 1 })
  expect(await kept.ids('run')).toEqual([newer])
  expect(await readdir(kept.runs)).toEqual([newer])
  const [run, plan] = await kept.lines()
  expect(run).toMatchObject({
    is: 'run',
    id: old,
    run: { ending: 'done', started_by: asha.person },
    steps: [{ step: 'backup' }],
    questions: [{ id: `${old}/backup/1` }],
    undo: [{ what: `service of ${old}` }],
    alarms: [{ id: `${old}/alarm` }],
    schedules: [{ run: old }],
    notices: [{ place: 0 }],
    events: expect.arrayContaining([expect.objectContaining({ by: asha.person, run: old })]),
  })
  expect(plan).toMatchObject({ is: 'plan', plan: { author: asha.person } })
  expect(plan).not.toHaveProperty('plan.outline')
  expect((await stat(path.join(kept.audit, 'audit-2026-11.jsonl'))).mode & 0o077).toBe(0)
  expect(await kept.remove()).toEqual({ run: 0, plan: 0, schedule: 0, event: 0, message: 0 })
})

test('the newest run of a runbook stays however old, and so does one with something to undo', async () => {
  const kept = await makeKept()
  const open = await kept.ended(900, { debtOpen: true })
  const newest = await kept.ended(800)
  expect(await kept.remove()).toMatchObject({ run: 0 })
  expect((await kept.ids('run')).toSorted()).toEqual([open, newest].toSorted())
})

test('a plan that was never run goes after its own time; an open one stays', async () => {
  const kept = await makeKept()
  const recent = await kept.closed(89)
  await kept.closed(91)
  const open = samplePlan({ madeAt: new Date(0).toISOString() })
  await keepPlan(kept.pool, open, asha)
  expect(await kept.remove()).toMatchObject({ plan: 1 })
  expect(await kept.ids('plan')).toEqual([recent, open.id].toSorted())
})

test('messages of a run go before the run does, those of an open plan stay', async () => {
  const kept = await makeKept()
  await kept.ended(60)
  const open = samplePlan()
  await keepPlan(kept.pool, open, asha)
  await insertDelivery(kept.pool, {
    key: `plan:${open.id}`,
    to: { channel: 'C1' },
    shows: { plan: open.id },
    sends: 'message',
    urgent: false,
    pin: false,
    madeAt: now.toISOString(),
  })
  await kept.pool.query("update lockkeeper.delivery set state = 'sent', made_at = now() - interval '31 days'")
  expect(await kept.remove()).toMatchObject({ run: 0, message: 1 })
  const { rows } = await kept.pool.query('select key from lockkeeper.delivery')
  expect(rows).toEqual([{ key: `plan:${open.id}` }])
})

test('where the audit file cannot be written nothing is removed', async () => {
  const kept = await makeKept()
  const old = await kept.ended(701)
  await kept.ended(1)
  await writeFile(kept.audit, 'a file where the folder belongs')
  await expect(kept.remove()).rejects.toMatchObject({ code: 'EEXIST' })
  expect(await kept.ids('run')).toContain(old)
  expect(await readdir(kept.runs)).toContain(old)
})

test('two replicas that remove at the same moment write each run once', async () => {
  const kept = await makeKept()
  for (let run = 0; run < 5; run++) await kept.ended(701 + run)
  await kept.ended(1)
  await Promise.all([kept.remove(), kept.remove()])
  const runs = (await kept.lines()).filter(({ is }) => is === 'run').map(({ id }) => id)
  expect(runs).toHaveLength(5)
  expect(new Set(runs).size).toBe(5)
})

test('the next run of a plan and the next schedule of a runbook get a number of their own after older ones were removed', async () => {
  const kept = await makeKept()
  await kept.ended(701)
  await kept.ended(1)
  await kept.remove()
  const third = await kept.ended(0)
  expect(await kept.ids('run')).toContain(third)
  const { rows } = await kept.pool.query<{ id: string }>(
    'select id from lockkeeper.schedule order by made_at',
  )
  expect(rows.map(({ id }) => id)).toEqual(['add-security-enhancements@2', 'add-security-enhancements@3'])
})

test('every table that refers to a run, a plan or a schedule is removed with it, or let go of it', async () => {
  const kept = await makeKept()
  const statements = await readFile('src/store/retention.ts', 'utf8')
  const { rows } = await kept.pool.query<{ name: string }>(
    `select distinct relname as name from pg_constraint join pg_class on pg_class.oid = conrelid
     where contype = 'f' and confrelid in ('lockkeeper.run'::regclass, 'lockkeeper.plan'::regclass, 'lockkeeper.schedule'::regclass)`,
  )
  expect(rows.length).toBeGreaterThan(5)
  const missing = rows.filter(
    ({ name }) =>
      name !== 'run' && !new RegExp(`(delete from|update) lockkeeper\\.${name}\\b`).test(statements),
  )
  expect(missing).toEqual([])
})
