import type { Account } from '../domain/account.ts'
import type { Via } from '../domain/choice.ts'
import type { Measured, Plan, PlanOutline, RunKind } from '../domain/plan.ts'
import { instant, type Queryable } from './transaction.ts'

/** A plan with what became of it. */
export interface StoredPlan extends Plan {
  target: string
  closed: { at: string; because: 'discarded' | 'used' | 'replaced'; by: string | null } | null
}

export interface Approval {
  person: string
  says: string
  role: string
  digest: string
  at: string
  via?: Via | null
  account?: Account | null
}

type Row = {
  body: Plan
  target: string
  closed_at: string | null
  closed_because: 'discarded' | 'used' | 'replaced' | null
  closed_by: string | null
}

const columns = `body, target, ${instant('closed_at')} as closed_at, closed_because, closed_by`

const planOf = (row: Row): StoredPlan => ({
  ...row.body,
  target: row.target,
  closed:
    row.closed_at && row.closed_because
      ? { at: row.closed_at, because: row.closed_because, by: row.closed_by }
      : null,
})

/** False when the id is taken: the caller draws another one. */
export async function insertPlan(tx: Queryable, plan: Plan, target: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into lockkeeper.plan (id, kind, runbook, target, digest, body, author, made_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (id) do nothing`,
    [
      plan.id,
      plan.kind,
      plan.approved.runbook.name,
      target,
      plan.digest,
      JSON.stringify(plan),
      plan.author,
      plan.madeAt,
    ],
  )
  return rowCount === 1
}

/** The open plan that says the same, of the same kind for its runbook; nobody else changes it until the transaction ends. */
export async function lockOpenAlike(tx: Queryable, plan: Plan): Promise<StoredPlan | null> {
  const { rows } = await tx.query<Row>(
    `select ${columns} from lockkeeper.plan where runbook = $1 and kind = $2 and digest = $3
       and body ->> 'of' is not distinct from $4 and closed_at is null order by made_at desc limit 1 for update`,
    [plan.approved.runbook.name, plan.kind, plan.digest, plan.of],
  )
  return rows[0] ? planOf(rows[0]) : null
}

/** What was measured anew, for a plan that nobody runs yet. */
export async function recordMeasured(tx: Queryable, id: string, measured: Measured): Promise<void> {
  await tx.query(`update lockkeeper.plan set body = jsonb_set(body, '{measured}', $2) where id = $1`, [
    id,
    JSON.stringify(measured),
  ])
}

/** Open plans of this kind for the same runbook give way to a newer one. Returns their ids. */
export async function replaceOlderPlans(tx: Queryable, plan: Plan): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `update lockkeeper.plan set closed_at = now(), closed_because = 'replaced', closed_by = $4
     where runbook = $1 and kind = $2 and id <> $3 and closed_at is null
       and not exists (select from lockkeeper.run where run.plan = plan.id and ended_at is null)
     returning id`,
    [plan.approved.runbook.name, plan.kind, plan.id, plan.author],
  )
  return rows.map((row) => row.id)
}

export async function planById(tx: Queryable, id: string): Promise<StoredPlan | null> {
  const { rows } = await tx.query<Row>(`select ${columns} from lockkeeper.plan where id = $1`, [id])
  return rows[0] ? planOf(rows[0]) : null
}

/** The same, and nobody else changes it until the transaction ends: approvals and starts queue here. */
export async function lockPlan(tx: Queryable, id: string): Promise<StoredPlan | null> {
  const { rows } = await tx.query<Row>(`select ${columns} from lockkeeper.plan where id = $1 for update`, [
    id,
  ])
  return rows[0] ? planOf(rows[0]) : null
}

/** The newest open plan of a runbook. */
export async function openPlan(tx: Queryable, runbook: string, kind: RunKind): Promise<StoredPlan | null> {
  const { rows } = await tx.query<Row>(
    `select ${columns} from lockkeeper.plan where runbook = $1 and kind = $2 and closed_at is null order by made_at desc limit 1`,
    [runbook, kind],
  )
  return rows[0] ? planOf(rows[0]) : null
}

/** The same without its scripts, for who looks often. */
export async function openPlanOutline(
  tx: Queryable,
  runbook: string,
  kind: RunKind,
): Promise<PlanOutline | null> {
  const { rows } = await tx.query<{ outline: PlanOutline }>(
    `select outline from lockkeeper.plan where runbook = $1 and kind = $2 and closed_at is null order by made_at desc limit 1`,
    [runbook, kind],
  )
  return rows[0]?.outline ?? null
}

/** The newest plan of a runbook that knows its migrations, open or not. */
export async function newestPlanOf(tx: Queryable, runbook: string): Promise<StoredPlan | null> {
  const { rows } = await tx.query<Row>(
    `select ${columns} from lockkeeper.plan where runbook = $1 and kind <> 'backup' order by made_at desc limit 1`,
    [runbook],
  )
  return rows[0] ? planOf(rows[0]) : null
}

/** Ids of open plans, newest first: what a mistyped one may have meant. */
export async function openPlanIds(tx: Queryable): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    "select id from lockkeeper.plan where closed_at is null and kind <> 'backup' order by made_at desc limit 20",
  )
  return rows.map((row) => row.id)
}

/** Open plans that were made so many milliseconds ago or before, and of which nobody is told yet that they expired. */
export async function expiredPlans(tx: Queryable, after: number): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from lockkeeper.plan where closed_at is null and kind <> 'backup' and made_at < now() - $1 * interval '1 ms'
       and not exists (select from lockkeeper.event where event.key = plan.id || '/expired')
       and not exists (select from lockkeeper.run where run.plan = plan.id and run.ended_at is null)`,
    [after],
  )
  return rows.map(({ id }) => id)
}

export async function closePlan(
  tx: Queryable,
  id: string,
  because: 'discarded' | 'used',
  by: string,
): Promise<void> {
  await tx.query(
    'update lockkeeper.plan set closed_at = now(), closed_because = $2, closed_by = $3 where id = $1 and closed_at is null',
    [id, because, by],
  )
}

/** One approval a person and plan: false when this person's was there. */
export async function insertApproval(
  tx: Queryable,
  plan: string,
  approval: Omit<Approval, 'at'>,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into lockkeeper.approval (plan, person, says, role, digest, via, account)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [
      plan,
      approval.person,
      approval.says,
      approval.role,
      approval.digest,
      approval.via,
      approval.account && JSON.stringify(approval.account),
    ],
  )
  return rowCount === 1
}

export async function approvalsOf(tx: Queryable, plan: string): Promise<Approval[]> {
  const { rows } = await tx.query<Approval>(
    `select person, says, role, digest, ${instant('at')} as at, via, account from lockkeeper.approval where plan = $1 order by approval.at`,
    [plan],
  )
  return rows
}
