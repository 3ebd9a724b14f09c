import type { PagerAddress } from '../domain/delivery.ts'
import type { Instant } from '../domain/json.ts'
import { dueColumns, isDue, type Due } from './deliveries.ts'
import type { Queryable } from './transaction.ts'

/** What another pager was told last. */
export type Paged = 'triggered' | 'acknowledged' | 'resolved'

export interface DuePage extends Due<PagerAddress> {
  lane: string
  /** Null: it was not told anything yet. */
  paged: Paged | null
  wanted: number
}

/**
 * The next of each pager: what it was not told yet, or what it was told and may be otherwise by now; in the order of
 * what happened.
 */
export async function duePages(tx: Queryable): Promise<DuePage[]> {
  const ofPagers = `from lockkeeper.delivery due where due.lane like 'pager %'`
  const { rows } = await tx.query<DuePage>(
    `with due as (
       select due.* ${ofPagers} and ${isDue}
       union all select due.* ${ofPagers} and due.state = 'sent' and due.wanted > due.shown and due.due_at <= now())
     select distinct on (due.lane) ${dueColumns}, due.lane, due.wanted, case when due.state = 'sent' then due.shown_state end as paged
     from due order by due.lane, due.seq`,
  )
  return rows
}

/** Not now: somebody has what it is about. */
export async function postponePage(tx: Queryable, key: string, at: Instant): Promise<void> {
  await tx.query(`update lockkeeper.delivery set due_at = $2 where key = $1 and state in ('due', 'unsure')`, [
    key,
    at,
  ])
}

/** It is known what it was told; the rest of what was wanted is tried again at `at`. */
export async function recordPageLater(tx: Queryable, key: string, at: Instant, error: string): Promise<void> {
  await tx.query(
    `update lockkeeper.delivery set due_at = $2, error = $3, attempts = attempts + 1 where key = $1 and state = 'sent'`,
    [key, at, error],
  )
}
