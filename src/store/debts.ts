import type { Debt, Owed } from '../domain/debt.ts'
import { instant, type Queryable } from './transaction.ts'

const columns = `target, run, what, owes, was, ${instant('planned_at')} as "plannedAt", ${instant('taken_at')} as "takenAt", ${instant('settled_at')} as "settledAt"`

/**
 * What will be taken, with what it was before. Planned again, an open debt stays as it is: what is true now is what we
 * made of it. One that was settled, or never taken, begins anew: a rollback stops a second time what the run had started.
 */
export async function planDebt(tx: Queryable, target: string, run: string, owed: Owed): Promise<void> {
  await tx.query(
    `insert into lockkeeper.debt as debt (target, run, what, owes, was) values ($1, $2, $3, $4, $5)
     on conflict (run, what) do update set was = excluded.was, planned_at = now(), taken_at = null, settled_at = null
       where debt.taken_at is null or debt.settled_at is not null`,
    [target, run, owed.what, owed.owes, JSON.stringify(owed.was)],
  )
}

/** Right before the effect. A debt of another run for the same thing stays that run's. */
export async function takeDebt(tx: Queryable, target: string, run: string, what: string): Promise<void> {
  await tx.query(
    `update lockkeeper.debt set taken_at = coalesce(taken_at, now()) where run = $2 and what = $3 and settled_at is null
       and not exists (select from lockkeeper.debt other where other.target = $1 and other.what = $3 and other.run <> $2
         and other.taken_at is not null and other.settled_at is null)`,
    [target, run, what],
  )
}

/** Right after the undo, whichever run took it. */
export async function settleDebt(tx: Queryable, target: string, what: string): Promise<void> {
  await tx.query(
    'update lockkeeper.debt set settled_at = now() where target = $1 and what = $2 and taken_at is not null and settled_at is null',
    [target, what],
  )
}

/** Taken and not given back, whichever run took it. */
export async function openDebts(tx: Queryable, target: string): Promise<Debt[]> {
  const { rows } = await tx.query<Debt>(
    `select ${columns} from lockkeeper.debt where target = $1 and taken_at is not null and settled_at is null order by debt.taken_at`,
    [target],
  )
  return rows
}

/** All that this run planned to take, and what others left open. */
export async function debtsOf(tx: Queryable, target: string, run: string): Promise<Debt[]> {
  const { rows } = await tx.query<Debt>(
    `select ${columns} from lockkeeper.debt where target = $1 and (run = $2 or (taken_at is not null and settled_at is null)) order by debt.planned_at`,
    [target, run],
  )
  return rows
}
