import { appendFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Plan } from '../../src/domain/plan.ts'
import { remeasure, type RemeasureInput } from '../../src/plan/remeasure.ts'
import { planOf, planTarget, type PlanTarget } from './target.ts'

const again = (target: PlanTarget, plan: Plan, changes: Partial<RemeasureInput> = {}) =>
  remeasure(plan, { ...target.input, now: '2025-11-13T03:00:00.000Z', ...changes })

async function differs(target: PlanTarget, plan: Plan, changes: Partial<RemeasureInput> = {}) {
  const result = await again(target, plan, changes)
  if (!result.ok) throw new Error(JSON.stringify(result.problem))
  return result.value.differs
}

describe('a plan measured again', () => {
  it('is the same where nothing changed, and shows the world of now', async () => {
    const target = await planTarget()
    const plan = planOf(await target.plan())
    const result = await again(target, plan, { runbook: target.runbook })
    expect(result).toMatchObject({
      ok: true,
      value: { differs: [], measured: { at: '2025-11-13T03:00:00.000Z' } },
    })
    if (result.ok)
      expect(result.value.measured.checks.map((check) => check.name)).toEqual(
        plan.measured.checks.map((check) => check.name),
      )
  })

  it('does not become another one by sessions, rows and sizes that come and go', async () => {
    const target = await planTarget()
    const plan = planOf(await target.plan())
    await target.database.client()
    await target.client.query('delete from master."RefreshTokens"')
    await target.client.query('create table public.elsewhere (id int)')
    expect(await differs(target, plan)).toEqual([])
  })

  it('keeps its digest through a store, and is compared as it was', async () => {
    const target = await planTarget()
    const plan = JSON.parse(JSON.stringify(planOf(await target.plan()))) as Plan
    expect(await differs(target, plan, { runbook: target.runbook })).toEqual([])
  })

  it('names a table that changed', async () => {
    const target = await planTarget()
    const plan = planOf(await target.plan())
    await target.client.query('create index on master."RefreshTokens" ("CreatedAt")')
    expect(await differs(target, plan)).toEqual(['schema'])
  })

  it('names a migration that was applied since; one that only waits in the folder changes nothing', async () => {
    const target = await planTarget()
    const plan = planOf(await target.plan())
    await appendFile(path.join(target.folder, 'migrations/20260101000000_Later.up.sql'), 'select 1;')
    expect(await differs(target, plan)).toEqual([])
    await target.client.query(
      `insert into master."__EFMigrationsHistory" values ('20251119000000_AddPasswordExpiry', '9')`,
    )
    expect(await differs(target, plan)).toEqual(['history'])
  })

  it('names SQL that changed, on either way', async () => {
    const target = await planTarget()
    const plan = planOf(await target.plan())
    const file = (way: string) =>
      path.join(target.folder, `migrations/${target.runbook.migration}.${way}.sql`)
    await appendFile(file('down'), '\n')
    expect(await differs(target, plan)).toEqual(['sql'])
    await rm(file('down'))
    expect(await differs(target, plan)).toEqual(['sql', 'steps'])
  })

  it('names another version of the server', async () => {
    const target = await planTarget()
    const plan = planOf(await target.plan())
    expect(await differs(target, { ...plan, approved: { ...plan.approved, serverVersion: '15.1' } })).toEqual(
      ['server'],
    )
  })

  it('names a runbook that changed, and its steps where they did', async () => {
    const target = await planTarget()
    const plan = planOf(await target.plan())
    const { runbook } = target
    expect(await differs(target, plan, { runbook: { ...runbook, purpose: ['another'] } })).toEqual([
      'runbook',
    ])
    const window = { ...runbook.window, holdBeforeAdmit: true }
    expect(await differs(target, plan, { runbook: { ...runbook, window } })).toEqual(['steps', 'runbook'])
  })

  it('says nothing to another server', async () => {
    const target = await planTarget()
    const plan = planOf(await target.plan())
    const identity = { ...plan.approved.identity, timeline: 2 }
    expect(await again(target, { ...plan, approved: { ...plan.approved, identity } })).toMatchObject({
      ok: false,
      problem: { code: 'target-is-another', differs: [expect.stringContaining('timeline')] },
    })
    expect(await again(target, plan, { ours: plan.approved.identity })).toMatchObject({
      problem: { code: 'target-is-ours' },
    })
  })

  it('is none where something cannot be read', async () => {
    const target = await planTarget()
    const plan = planOf(await target.plan())
    await target.client.query('drop table master."__EFMigrationsHistory"')
    expect(await again(target, plan)).toMatchObject({ ok: false, problem: { code: 'history-missing' } })
  })

  it('of a backup alone compares the server only', async () => {
    const target = await planTarget()
    const plan = planOf(await target.plan({ kind: 'backup' }))
    await target.client.query('drop table master."__EFMigrationsHistory"')
    expect(await differs(target, plan)).toEqual([])
  })
})
