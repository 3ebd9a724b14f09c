import type pg from 'pg'
import { isSameAccount, type Account } from '../domain/account.ts'
import type { Caller } from '../domain/person.ts'
import { countBlockers, expiresAt, hasExpired, type Plan } from '../domain/plan.ts'
import type { Problem } from '../domain/problem.ts'
import type { Result } from '../domain/result.ts'
import { targetKey } from '../domain/identity.ts'
import { operatorRole } from '../config.ts'
import { accountsOfAuthor, recordEvent } from '../store/events.ts'
import {
  approvalsOf,
  closePlan,
  insertApproval,
  insertPlan,
  lockOpenAlike,
  lockPlan,
  openPlanIds,
  recordMeasured,
  replaceOlderPlans,
  type Approval,
  type StoredPlan,
} from '../store/plans.ts'
import { insertRun, unfinishedRunOf, unfinishedRunOfPlan } from '../store/runs.ts'
import { openScheduleOf } from '../store/schedules.ts'
import { hasRole } from '../store/standing.ts'
import { notAllowed, request } from './requests.ts'
import { bindToRun } from './scheduling.ts'

/** `isSame`: it was open already, and says the same. */
export interface Kept {
  plan: Plan
  isSame: boolean
}

/**
 * Keeps a plan; open ones of the same kind for its runbook give way. One that says the same stays, with its approvals and
 * their hours, and what was measured is taken over. `asks`: who may approve it, and is asked by direct message. Null: its id
 * is taken, draw another one.
 */
export function keepPlan(
  pool: pg.Pool,
  plan: Plan,
  caller: Caller,
  asks: readonly string[] = [],
): Promise<Result<Kept | null>> {
  return request(pool, async (tx, refuse) => {
    if (!(await hasRole(tx, caller, operatorRole))) refuse(notAllowed(operatorRole, 'plan'))
    const same = plan.kind === 'backup' ? null : await keepSame(tx, plan, caller, asks)
    if (same) return { plan: same, isSame: true }
    if (!(await insertPlan(tx, plan, targetKey(plan.approved.identity)))) return null
    for (const id of await replaceOlderPlans(tx, plan))
      await recordEvent(tx, {
        by: caller,
        run: null,
        plan: id,
        key: `${id}/replaced`,
        body: { is: 'plan.discarded' },
      })
    if (plan.kind !== 'backup')
      await recordEvent(tx, {
        by: caller,
        run: null,
        plan: plan.id,
        key: `${plan.id}/made`,
        body: { is: 'plan.made', ...(asks.length > 0 && { asks: [...asks] }) },
      })
    return { plan, isSame: false }
  })
}

async function keepSame(
  tx: pg.PoolClient,
  plan: Plan,
  caller: Caller,
  asks: readonly string[],
): Promise<Plan | null> {
  const open = await lockOpenAlike(tx, plan)
  if (!open || hasExpired(open) || (await unfinishedRunOfPlan(tx, open.id))) return null
  // Made again to last until the start, as people are told to: approved anew.
  const start =
    plan.kind === 'migrate' && (await openScheduleOf(tx, plan.approved.runbook.name))?.window.start
  if (start && expiresAt(open) < start && start <= expiresAt(plan)) return null
  await recordMeasured(tx, open.id, plan.measured)
  await recordEvent(tx, {
    by: caller,
    run: null,
    plan: open.id,
    key: `${open.id}/measured/${plan.id}/${plan.measured.at}`,
    body: { is: 'plan.measured', ...(asks.length > 0 && { asks: [...asks] }) },
  })
  return { ...open, measured: plan.measured }
}

/** What a plan still waits for. Approvals of another digest do not count; nor would its author's. */
export function missingApprovals(
  plan: Plan,
  approvals: readonly Approval[],
): { says: string; role: string; people: number }[] {
  if (plan.kind === 'backup') return []
  return plan.approved.runbook.approvals
    .map(({ says, role, people }) => {
      const given = approvals.filter(
        (a) => a.says === says && a.role === role && a.digest === plan.digest && a.person !== plan.author,
      )
      return { says, role, people: people - given.length }
    })
    .filter(({ people }) => people > 0)
}

/** One person approves a plan, for the first thing that it waits for and that this person may say. */
export function approve(
  pool: pg.Pool,
  id: string,
  digest: string,
  caller: Caller,
): Promise<Result<{ says: string; missing: number }>> {
  return request(pool, async (tx, refuse) => {
    const plan = await openPlanOr(tx, id, refuse)
    const approvals = await approvalsOf(tx, id)
    const mine = approvals.find((a) => a.person === caller.person)
    if (mine) refuse({ code: 'approval-again', plan: id, at: mine.at })
    if (plan.author === caller.person) refuse({ code: 'approval-own', plan: id, others: [] })
    const same = caller.account && (await spokenFrom(tx, plan, approvals, caller.account))
    if (same) refuse({ code: 'approval-same-account', plan: id, ...same })
    if (plan.digest !== digest) refuse({ code: 'plan-stale', plan: id, differs: ['steps'] })
    if (hasExpired(plan)) refuse({ code: 'plan-expired', plan: id, at: expiresAt(plan) })
    const missing = missingApprovals(plan, approvals)
    for (const { says, role } of missing) {
      if (!(await hasRole(tx, caller, role))) continue
      const { person, via, account = null } = caller
      await insertApproval(tx, id, { person, via, account, says, role, digest })
      await recordEvent(tx, {
        by: caller,
        run: null,
        plan: id,
        key: `${id}/approved/${caller.person}`,
        body: { is: 'plan.approved', says },
      })
      return { says, missing: missing.reduce((sum, m) => sum + m.people, 0) - 1 }
    }
    return refuse({ code: 'approval-not-yours', plan: id, roles: missing.map((m) => m.role), people: [] })
  })
}

/** Somebody else who planned or approved it by this operating-system user or login; null: nobody. */
async function spokenFrom(
  tx: pg.PoolClient,
  plan: StoredPlan,
  approvals: readonly Approval[],
  account: Account,
): Promise<{ user: string; host: string; person: string; as: 'planned' | 'approved' } | null> {
  const { user, host } = account
  const approved = approvals.find((each) => each.account && isSameAccount(each.account, account))
  if (approved) return { user, host, person: approved.person, as: 'approved' }
  const planned = (await accountsOfAuthor(tx, plan.id)).some((each) => isSameAccount(each, account))
  return planned ? { user, host, person: plan.author, as: 'planned' } : null
}

/** Nobody runs this plan any more. */
export function discard(pool: pg.Pool, id: string, caller: Caller): Promise<Result<StoredPlan>> {
  return request(pool, async (tx, refuse) => {
    const plan = await openPlanOr(tx, id, refuse)
    if (!(await hasRole(tx, caller, operatorRole))) refuse(notAllowed(operatorRole, 'cancel'))
    const running = await unfinishedRunOf(tx, plan.target)
    if (running?.plan.id === id) refuse(underWay(running))
    await closePlan(tx, id, 'discarded', caller.person)
    await recordEvent(tx, {
      by: caller,
      run: null,
      plan: id,
      key: `${id}/discarded`,
      body: { is: 'plan.discarded' },
    })
    return plan
  })
}

/** Starts a run of a plan: everything that allows it is looked at in this one transaction. */
export function start(pool: pg.Pool, id: string, caller: Caller): Promise<Result<{ run: string }>> {
  return request(pool, async (tx, refuse) => {
    const plan = await openPlanOr(tx, id, refuse)
    if (!(await hasRole(tx, caller, operatorRole))) refuse(notAllowed(operatorRole, 'run'))
    if (hasExpired(plan)) refuse({ code: 'plan-expired', plan: id, at: expiresAt(plan) })
    const blockers = countBlockers(plan)
    if (blockers > 0 && plan.kind !== 'backup') refuse({ code: 'plan-blocked', plan: id, blockers })
    const missing = missingApprovals(plan, await approvalsOf(tx, id))
    if (missing.length > 0) refuse({ code: 'approvals-missing', plan: id, missing })
    const running = await unfinishedRunOf(tx, plan.target)
    if (running) refuse(underWay(running))
    const run = await insertRun(tx, plan, plan.target, caller.person).catch(
      (error: { constraint?: string }) => {
        // Two starts at the same moment: the index lets one of them through.
        if (error.constraint === 'one_run_a_target')
          return refuse({ code: 'run-under-way', run: '', runbook: plan.approved.runbook.name, by: '' })
        throw error
      },
    )
    await bindToRun(tx, plan, run, caller, refuse)
    await recordEvent(tx, {
      by: caller,
      run,
      plan: id,
      key: `${run}/started`,
      body: { is: 'run.started' },
    })
    return { run }
  })
}

export const underWay = (run: { id: string; plan: Plan; startedBy: string }): Problem => ({
  code: 'run-under-way',
  run: run.id,
  runbook: run.plan.approved.runbook.name,
  by: run.startedBy,
})

async function openPlanOr(
  tx: pg.PoolClient,
  id: string,
  refuse: (problem: Problem) => never,
): Promise<StoredPlan> {
  const plan =
    (await lockPlan(tx, id)) ?? refuse({ code: 'plan-unknown', plan: id, known: await openPlanIds(tx) })
  if (plan.closed) refuse({ code: 'plan-gone', plan: id, because: plan.closed.because, by: plan.closed.by })
  return plan
}
