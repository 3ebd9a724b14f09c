import { noticesBelow, type Address } from '../domain/delivery.ts'
import type { Instant } from '../domain/json.ts'
import type { About, Notice, Withheld } from '../domain/notice.ts'
import type { Window } from '../domain/schedule.ts'
import { instant, type Queryable } from './transaction.ts'

type Row = Omit<Notice, 'window'> & { start: Instant; end: Instant }

const columns = `id, schedule, place, about, ${instant('starts_at')} as start, ${instant('ends_at')} as end,
  ${instant('due_at')} as "dueAt", ${instant('at')} as at, withheld, told as "to", untold`

const noticeOf = ({ start, end, ...row }: Row): Notice => ({ ...row, window: { start, end } })

/** One that is to be made at its time. */
export async function insertNotice(
  tx: Queryable,
  schedule: string,
  { place, about, window, dueAt }: { place: number | null; about: About; window: Window; dueAt: Instant },
): Promise<Notice> {
  const { rows } = await tx.query<Row>(
    `insert into lockkeeper.notice (id, schedule, place, about, starts_at, ends_at, due_at)
     select $1 || '/' || (coalesce(max(split_part(id, '/', 2)::int), 0) + 1), $1, $2, $3, $4, $5, $6
     from lockkeeper.notice where schedule = $1
     returning ${columns}`,
    [schedule, place, JSON.stringify(about), window.start, window.end, dueAt],
  )
  if (!rows[0]) throw new Error(`no notice of ${schedule} was inserted`)
  return noticeOf(rows[0])
}

export async function noticeById(tx: Queryable, id: string): Promise<Notice | null> {
  const { rows } = await tx.query<Row>(`select ${columns} from lockkeeper.notice where id = $1`, [id])
  return rows[0] ? noticeOf(rows[0]) : null
}

/** All of a schedule, in the order of their times. */
export async function noticesOf(tx: Queryable, schedule: string): Promise<Notice[]> {
  const { rows } = await tx.query<Row>(
    `select ${columns} from lockkeeper.notice where schedule = $1 order by due_at, place, id`,
    [schedule],
  )
  return rows.map(noticeOf)
}

/** It is made: these are told. */
export async function recordNotice(
  tx: Queryable,
  id: string,
  { to, untold }: { to: readonly Address[]; untold: readonly string[] },
): Promise<void> {
  await tx.query(
    'update lockkeeper.notice set at = now(), told = $2, untold = $3 where id = $1 and at is null',
    [id, JSON.stringify(to), untold],
  )
}

/** It is not made any more. */
export async function withholdNotice(tx: Queryable, id: string, why: Withheld): Promise<void> {
  await tx.query('update lockkeeper.notice set at = now(), withheld = $2 where id = $1 and at is null', [
    id,
    why,
  ])
}

/** Those of a schedule that are still to be made are made anew for another window. */
export async function forgetPending(tx: Queryable, schedule: string): Promise<void> {
  await tx.query('delete from lockkeeper.notice where schedule = $1 and at is null', [schedule])
}

/** How a notice went to one address. */
export interface Told {
  notice: string
  to: Address
  state: 'due' | 'sending' | 'unsure' | 'sent' | 'refused'
  /** Slack's or the mail server's. */
  error: string | null
  at: Instant | null
}

/** Everything that was sent for a schedule, and how it went. */
export async function toldOf(tx: Queryable, schedule: string): Promise<Told[]> {
  const { rows } = await tx.query<Told>(
    `select shows ->> 'notice' as notice, to_address as "to", state, error, ${instant('shown_at')} as at
     from lockkeeper.delivery where starts_with(key, 'notice:' || $1 || '/') order by seq`,
    [schedule],
  )
  return rows
}

/** What a notice says, without all whom it says it to. */
export async function aboutOf(tx: Queryable, id: string): Promise<About | null> {
  const { rows } = await tx.query<{ about: About }>('select about from lockkeeper.notice where id = $1', [id])
  return rows[0]?.about ?? null
}

/** Whether the same reader is told something later of the same schedule, so that this would only be read before it. */
export async function isOvertaken(tx: Queryable, schedule: string, key: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from lockkeeper.delivery later join lockkeeper.delivery this on this.key = $2
     where later.to_address = this.to_address and later.shows ? 'notice' and starts_with(later.key, $1)
       and later.seq > this.seq limit 1`,
    [noticesBelow(schedule), key],
  )
  return rowCount !== 0
}
