import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fanOut } from '../../src/deliveries/fan-out.ts'
import { makeRender } from '../../src/deliveries/render.ts'
import { approvalKey, planKey, type Shows } from '../../src/domain/delivery.ts'
import type { Caller } from '../../src/domain/person.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { tellExpired } from '../../src/notices/clock.ts'
import { approve, discard, keepPlan } from '../../src/runs/starting.ts'
import { recordEvent } from '../../src/store/events.ts'
import { endRun, insertRun } from '../../src/store/runs.ts'
import { insertSchedule } from '../../src/store/schedules.ts'
import { recordStanding } from '../../src/store/standing.ts'
import { plainText } from '../../src/views/words/plain.ts'
import { storeDatabase, type TestDatabase } from '../databases.ts'
import { samplePlan, sampleRunbook } from '../plans.ts'

// Messages whose truth has changed: each is counted as to be edited, and says what is true now.

const asha: Caller = { person: 'U_ASHA', via: 'slack' }
const dan: Caller = { person: 'U_DAN', via: 'slack' }
const mei: Caller = { person: 'U_MEI', via: 'slack' }
const roles: Record<string, string[]> = { 'database-team': [dan.person, 'U_KIM'], cto: [mei.person] }

let store: TestDatabase
let pool: pg.Pool
beforeAll(async () => {
  store = await storeDatabase()
  pool = new pg.Pool({ connectionString: store.url, max: 4 })
  await recordStanding(pool, asha.person, ['migration-operators'], 3_600)
  await recordStanding(pool, dan.person, ['database-team'], 3_600)
  await recordStanding(pool, mei.person, ['cto'], 3_600)
})
afterAll(async () => {
  await pool.end()
  await store.drop()
})

let runbooks = 0
/** A plan of a runbook of its own; those who may approve it are asked. */
async function planned(given: Parameters<typeof samplePlan>[0] = {}): Promise<Plan> {
  const runbook = { ...sampleRunbook(), name: `book-${runbooks++}` }
  const plan = samplePlan({ runbook, ...given })
  await keepPlan(pool, plan, asha, [dan.person, 'U_KIM', mei.person])
  await fanOut(pool)
  return plan
}

/** What a message says now. */
async function saysNow(key: string): Promise<string> {
  const { rows } = await pool.query<{ shows: Shows }>(
    'select shows from lockkeeper.delivery where key = $1',
    [key],
  )
  const view =
    rows[0] && (await makeRender({ pool, peopleOf: async (role) => roles[role] ?? [] })(rows[0].shows))
  return view ? plainText(view) : 'nothing'
}

/** How often it was to be written. */
const wanted = async (key: string): Promise<number | undefined> =>
  (await pool.query<{ wanted: number }>('select wanted from lockkeeper.delivery where key = $1', [key]))
    .rows[0]?.wanted

/** As if it had been made more than a day ago. */
async function aged({ id }: Plan): Promise<void> {
  const madeAt = new Date(Date.now() - 25 * 3_600_000).toISOString()
  await pool.query(
    `update lockkeeper.plan set made_at = $2::text::timestamptz, body = jsonb_set(body, '{madeAt}', to_jsonb($2::text)) where id = $1`,
    [id, madeAt],
  )
}

test('who may approve a plan is asked by direct message, and no longer once it is approved', async () => {
  const plan = await planned()
  const ask = (person: string) => approvalKey(plan.id, person)
  expect(await saysNow(ask(dan.person))).toMatch(
    new RegExp(
      `^Plan ${plan.id} needs your approval \\(reviewed\\): .*, planned by @U_ASHA\\n[^]*Buttons: Approve…$`,
    ),
  )
  expect(await saysNow(ask(mei.person))).toContain('needs your approval (approved)')

  await approve(pool, plan.id, plan.digest, dan)
  await fanOut(pool)
  for (const person of [dan.person, 'U_KIM', mei.person]) expect(await wanted(ask(person))).toBe(2)
  expect(await saysNow(ask(dan.person))).toMatch(
    new RegExp(`^Nothing to do: you reviewed plan ${plan.id} at `),
  )
  expect(await saysNow(ask('U_KIM'))).toMatch(
    new RegExp(`^Nothing to do: plan ${plan.id} was approved without you: reviewed by @U_DAN`),
  )
  expect(await saysNow(ask(mei.person))).toContain('needs your approval (approved)')
})

test('who was asked to approve a plan reads that it was discarded, or replaced', async () => {
  const plan = await planned()
  await discard(pool, plan.id, asha)
  await fanOut(pool)
  expect(await wanted(approvalKey(plan.id, dan.person))).toBe(2)
  expect(await saysNow(approvalKey(plan.id, dan.person))).toMatch(
    /^Nothing to do: Plan .* was discarded by @U_ASHA/,
  )
  const first = await planned()
  await keepPlan(pool, samplePlan({ runbook: first.approved.runbook }), asha)
  await fanOut(pool)
  expect(await saysNow(approvalKey(first.id, dan.person))).toMatch(
    /^Nothing to do: Plan .* was replaced by a newer plan/,
  )
})

test('a plan that expires says so in its message and to who was asked, once, and takes no approval', async () => {
  const plan = await planned()
  await tellExpired(pool)
  await fanOut(pool)
  expect(await wanted(planKey(plan.id))).toBe(1)
  await aged(plan)
  for (let look = 0; look < 2; look++) {
    await tellExpired(pool)
    await fanOut(pool)
    expect(await wanted(planKey(plan.id))).toBe(2)
    expect(await wanted(approvalKey(plan.id, dan.person))).toBe(2)
  }
  expect(await saysNow(planKey(plan.id))).toMatch(
    /^Plan .* expired .*: approvals hold for a day\. Nothing was run/,
  )
  expect(await saysNow(planKey(plan.id))).toContain('Buttons: Plan again')
  expect(await saysNow(approvalKey(plan.id, dan.person))).toMatch(/^Nothing to do: Plan .* expired/)
  expect(await approve(pool, plan.id, plan.digest, dan)).toMatchObject({
    ok: false,
    problem: { code: 'plan-expired' },
  })
})

test('“Ready to start” is edited when the plan expires, and when it would expire before the start', async () => {
  const runbook = { ...sampleRunbook(), name: 'scheduled', approvals: [] }
  const start = new Date(Date.now() + 3_600_000).toISOString()
  const end = new Date(Date.now() + 7_200_000).toISOString()
  const schedule = (await insertSchedule(pool, runbook, { start, end }, { by: asha.person }))!
  const plan = await planned({ runbook })
  await recordEvent(pool, {
    by: 'lockkeeper',
    run: null,
    plan: null,
    key: 'looked',
    body: { is: 'schedule.ready', schedule: schedule.id, before: 3_600_000, problem: null },
  })
  await fanOut(pool)
  const { rows } = await pool.query<{ key: string }>(
    `select key from lockkeeper.delivery where starts_with(key, $1)`,
    [`schedule:${schedule.id}/`],
  )
  const key = rows[0]!.key
  expect(await saysNow(key)).toMatch(/^Ready to start\./)
  const before = (await wanted(key)) ?? 0
  await aged(plan)
  await tellExpired(pool)
  await fanOut(pool)
  expect(await wanted(key)).toBe(before + 1)
  expect(await saysNow(key)).toMatch(/^Not ready to start\./)

  const late = samplePlan({ runbook, madeAt: new Date(Date.now() - 23.5 * 3_600_000).toISOString() })
  await keepPlan(pool, late, asha)
  expect(await saysNow(key)).toMatch(/^Not ready to start\./)
})

test('the ending and the live message of a migration say that it was rolled back afterwards', async () => {
  const plan = await planned()
  const run = await insertRun(pool, plan, 'target-of-rollback', asha.person)
  const happens = (is: 'run.started' | 'run.ended', id: string, of: Plan) =>
    recordEvent(pool, {
      by: 'lockkeeper',
      run: id,
      plan: of.id,
      key: `${id}/${is}`,
      body: is === 'run.ended' ? { is, ending: 'done' } : { is },
    })
  await happens('run.started', run, plan)
  await endRun(pool, run, 'done')
  await happens('run.ended', run, plan)
  await fanOut(pool)
  expect(await saysNow(`ending:${run}`)).toContain('Buttons: Roll back…')
  const before = (await wanted(`ending:${run}`)) ?? 0

  const back = samplePlan({ kind: 'rollback', of: run, runbook: plan.approved.runbook })
  await keepPlan(pool, back, asha)
  const second = await insertRun(pool, back, 'target-of-rollback', asha.person)
  await happens('run.started', second, back)
  await endRun(pool, second, 'done')
  await happens('run.ended', second, back)
  await fanOut(pool)
  expect(await wanted(`ending:${run}`)).toBe(before + 1)
  expect(await saysNow(`ending:${run}`)).toMatch(new RegExp(`^Rolled back by run ${second} at `))
  expect(await saysNow(`run:${run}`)).toMatch(new RegExp(`^Rolled back by run ${second} at `))
})
