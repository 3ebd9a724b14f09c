import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller } from '../../src/domain/person.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { approve, discard, keepPlan, start } from '../../src/runs/starting.ts'
import { planById } from '../../src/store/plans.ts'
import { endRun } from '../../src/store/runs.ts'
import { endSchedule, insertSchedule } from '../../src/store/schedules.ts'
import { recordStanding } from '../../src/store/standing.ts'
import { storeDatabase, type TestDatabase } from '../databases.ts'
import { samplePlan, sampleRunbook } from '../plans.ts'

const person = (id: string): Caller => ({ person: id, via: 'slack' })
const asha = person('U_ASHA')
const dan = person('U_DAN')
const mei = person('U_MEI')
const eve = person('U_EVE')

let store: TestDatabase
let pool: pg.Pool

beforeAll(async () => {
  store = await storeDatabase()
  pool = new pg.Pool({ connectionString: store.url, max: 8 })
  await recordStanding(pool, asha.person, ['migration-operators', 'cto'], 3600)
  await recordStanding(pool, dan.person, ['database-team'], 3600)
  await recordStanding(pool, mei.person, ['migration-operators', 'cto', 'database-team'], 3600)
})
afterAll(async () => {
  await pool.end()
  await store.drop()
})

/** A kept plan of a target and a runbook that no other test uses. */
let targets = 0
async function kept(given: Partial<Plan> = {}): Promise<Plan> {
  targets += 1
  const runbook = { ...sampleRunbook(), name: `runbook-${targets}` }
  const identity = {
    systemIdentifier: String(targets),
    timeline: 1,
    databaseOid: 1,
    database: 'hrms_master',
    host: 'db:5432',
  }
  const plan = samplePlan({ runbook, identity, ...given })
  expect(await keepPlan(pool, plan, asha)).toEqual({ ok: true, value: { plan, isSame: false } })
  return plan
}

async function approved(given: Partial<Plan> = {}): Promise<Plan> {
  const plan = await kept(given)
  await approve(pool, plan.id, plan.digest, dan)
  await approve(pool, plan.id, plan.digest, mei)
  return plan
}

const code = (result: { ok: boolean; problem?: { code: string } }): string => result.problem?.code ?? 'ok'

describe('keeping a plan', () => {
  test('needs the role of an operator', async () => {
    expect(code(await keepPlan(pool, samplePlan(), dan))).toBe('not-allowed')
  })

  test('says when its id is taken, and keeps the first one', async () => {
    const plan = await kept()
    expect(await keepPlan(pool, { ...plan, digest: 'another' }, asha)).toEqual({ ok: true, value: null })
    expect((await planById(pool, plan.id))?.digest).toBe(plan.digest)
  })

  test('takes the place of an open plan of the same runbook', async () => {
    const first = await kept()
    const second = { ...first, id: `${first.id}B`, digest: 'another' }
    await keepPlan(pool, second, asha)
    expect((await planById(pool, first.id))?.closed).toMatchObject({ because: 'replaced', by: asha.person })
    expect(await approve(pool, first.id, first.digest, dan)).toMatchObject({
      problem: { code: 'plan-gone', because: 'replaced' },
    })
  })
})

describe('keeping a plan that says what an open one says', () => {
  const again = (plan: Plan): Plan => ({
    ...plan,
    id: `${plan.id}B`,
    measured: { ...plan.measured, databaseBytes: 2_000_000 },
  })

  test('keeps that one with its approvals, and takes over what was measured', async () => {
    const first = await kept()
    await approve(pool, first.id, first.digest, dan)
    const second = again(first)
    expect(await keepPlan(pool, second, mei)).toMatchObject({
      ok: true,
      value: { plan: { id: first.id, author: asha.person, madeAt: first.madeAt }, isSame: true },
    })
    expect(await planById(pool, second.id)).toBeNull()
    expect(await planById(pool, first.id)).toMatchObject({
      closed: null,
      measured: { databaseBytes: 2_000_000 },
    })
    expect(await approve(pool, first.id, first.digest, mei)).toMatchObject({ value: { missing: 0 } })
  })

  test('takes its place where it would not last until the start that is scheduled, and the new one does', async () => {
    const first = await kept({ madeAt: new Date(Date.now() - 20 * 3_600_000).toISOString() })
    const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
    const inHours = (hours: number) =>
      insertSchedule(
        pool,
        first.approved.runbook,
        { start: at(hours), end: at(hours + 1) },
        { by: asha.person },
      )
    const second = { ...again(first), madeAt: new Date().toISOString() }
    const soon = await inHours(3)
    expect(await keepPlan(pool, second, asha)).toMatchObject({ value: { isSame: true } })
    await endSchedule(pool, soon!.id, { as: 'called-off', by: asha.person, reason: null })
    await inHours(12)
    expect(await keepPlan(pool, second, asha)).toMatchObject({
      value: { plan: { id: second.id }, isSame: false },
    })
  })

  test('takes its place once its hours are over, and while it runs makes one beside it', async () => {
    const late = await kept({ madeAt: new Date(Date.now() - 25 * 3_600_000).toISOString() })
    expect(await keepPlan(pool, again(late), asha)).toMatchObject({ value: { isSame: false } })
    expect((await planById(pool, late.id))?.closed).toMatchObject({ because: 'replaced' })
    const running = await approved()
    await start(pool, running.id, asha)
    expect(await keepPlan(pool, again(running), asha)).toMatchObject({ value: { isSame: false } })
    expect((await planById(pool, running.id))?.measured.databaseBytes).toBe(1_000_000)
  })
})

describe('approving a plan', () => {
  test('counts distinct people for what each may say', async () => {
    const plan = await kept()
    expect(await approve(pool, plan.id, plan.digest, dan)).toEqual({
      ok: true,
      value: { says: 'reviewed', missing: 1 },
    })
    expect(await approve(pool, plan.id, plan.digest, mei)).toEqual({
      ok: true,
      value: { says: 'approved', missing: 0 },
    })
  })

  test('does not count its author, whatever their roles', async () => {
    const plan = await kept()
    expect(code(await approve(pool, plan.id, plan.digest, asha))).toBe('approval-own')
  })

  test('takes one approval of a person, though their roles would fill two places', async () => {
    const plan = await kept()
    await approve(pool, plan.id, plan.digest, mei)
    expect(code(await approve(pool, plan.id, plan.digest, mei))).toBe('approval-again')
  })

  test('of five clicks at once records one', async () => {
    const plan = await kept()
    const codes = await Promise.all(
      Array.from({ length: 5 }, async () => code(await approve(pool, plan.id, plan.digest, dan))),
    )
    expect(codes.toSorted()).toEqual([
      'approval-again',
      'approval-again',
      'approval-again',
      'approval-again',
      'ok',
    ])
  })

  test('refuses whoever has none of the roles', async () => {
    const plan = await kept()
    expect(await approve(pool, plan.id, plan.digest, eve)).toMatchObject({
      problem: { code: 'approval-not-yours', roles: ['database-team', 'cto'] },
    })
  })

  test('refuses a plan that is not the one that was read', async () => {
    const plan = await kept()
    expect(code(await approve(pool, plan.id, 'what was read', dan))).toBe('plan-stale')
  })

  test('of a plan that nobody knows names the open ones', async () => {
    const plan = await kept()
    const refused = await approve(pool, 'ZZZZ', plan.digest, dan)
    expect(refused).toMatchObject({ problem: { code: 'plan-unknown', plan: 'ZZZZ' } })
    expect(refused.ok ? [] : (refused.problem as { known: string[] }).known).toContain(plan.id)
  })
})

describe('starting a run', () => {
  test('waits for every approval and names what is missing', async () => {
    const plan = await kept()
    await approve(pool, plan.id, plan.digest, dan)
    expect(await start(pool, plan.id, asha)).toMatchObject({
      problem: { code: 'approvals-missing', missing: [{ says: 'approved', role: 'cto', people: 1 }] },
    })
  })

  test('numbers the runs of a plan', async () => {
    const plan = await approved()
    expect(await start(pool, plan.id, asha)).toEqual({ ok: true, value: { run: `${plan.id}-1` } })
    await endRun(pool, `${plan.id}-1`, 'backed-out')
    expect(await start(pool, plan.id, mei)).toEqual({ ok: true, value: { run: `${plan.id}-2` } })
  })

  test('needs the role at this moment: one that has lapsed does not count', async () => {
    const plan = await approved()
    expect(code(await start(pool, plan.id, dan))).toBe('not-allowed')
    const zoe = person('U_ZOE')
    await recordStanding(pool, zoe.person, ['migration-operators'], -1)
    expect(code(await start(pool, plan.id, zoe))).toBe('not-allowed')
  })

  test('of ten starts at once on a target lets one through', async () => {
    const plan = await approved()
    const results = await Promise.all(Array.from({ length: 10 }, () => start(pool, plan.id, asha)))
    expect(results.filter((result) => result.ok)).toHaveLength(1)
    expect(results.filter((result) => !result.ok).map(code)).toEqual(Array(9).fill('run-under-way'))
  })

  test('is refused while another runbook of the same target runs', async () => {
    const first = await approved()
    await start(pool, first.id, asha)
    const second = {
      ...first,
      id: `${first.id}C`,
      approved: { ...first.approved, runbook: { ...first.approved.runbook, name: 'another' } },
    }
    await keepPlan(pool, second, asha)
    await approve(pool, second.id, second.digest, dan)
    await approve(pool, second.id, second.digest, mei)
    expect(await start(pool, second.id, asha)).toMatchObject({
      problem: { code: 'run-under-way', run: `${first.id}-1`, by: asha.person },
    })
  })

  test('is refused after a day: the plan has expired', async () => {
    const plan = await approved({ madeAt: new Date(Date.now() - 25 * 3_600_000).toISOString() })
    expect(code(await start(pool, plan.id, asha))).toBe('plan-expired')
  })

  test('is refused with a blocker that the plan knows', async () => {
    const blocked = samplePlan().measured
    const plan = await approved({
      measured: {
        ...blocked,
        checks: [
          {
            name: 'history',
            findings: [{ level: 'blocker', problem: { code: 'history-missing', table: 'x' } }],
          },
        ],
      },
    })
    expect(await start(pool, plan.id, asha)).toMatchObject({ problem: { code: 'plan-blocked', blockers: 1 } })
  })

  test('is refused for a discarded plan, and says by whom', async () => {
    const plan = await approved()
    expect((await discard(pool, plan.id, mei)).ok).toBe(true)
    expect(await start(pool, plan.id, asha)).toMatchObject({
      problem: { code: 'plan-gone', because: 'discarded', by: mei.person },
    })
  })
})

test('a plan under way is not discarded', async () => {
  const plan = await approved()
  await start(pool, plan.id, asha)
  expect(code(await discard(pool, plan.id, mei))).toBe('run-under-way')
})
