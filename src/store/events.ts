import type pg from 'pg'
import type { Account } from '../domain/account.ts'
import type { Via } from '../domain/choice.ts'
import type { Event, Happened, Pinged } from '../domain/event.ts'
import type { Caller } from '../domain/person.ts'
import { instant, type Queryable } from './transaction.ts'

/** Who listens: the worker (a run to drive, to cancel), the pump (something to show), bots of older releases (schema). */
export const channels = {
  run: 'lockkeeper_run',
  cancel: 'lockkeeper_cancel',
  show: 'lockkeeper_show',
  schema: 'lockkeeper_schema',
} as const

/** Tells who listens, at commit; in a `returning`, so that it costs no statement of its own. `about`: SQL of a text. */
export const tells = (channel: keyof typeof channels, about: string): string =>
  `pg_notify('${channels[channel]}', ${about}) as told`

export interface NewEvent {
  /** Who asked for it; or what did it without being asked: `lockkeeper`, `clock`. */
  by: Caller | string
  run: string | null
  plan: string | null
  /** The same key is recorded once: what a resume says again is not said twice. */
  key: string
  body: Happened
}

/** Appends to the audit trail, in the transaction of what happened. False when this key was there. */
export async function recordEvent(tx: Queryable | pg.ClientBase, event: NewEvent): Promise<boolean> {
  const { person, via, account } = callerOf(event.by)
  const { rowCount } = await tx.query(
    `insert into lockkeeper.event (by, via, account, run, plan, key, body) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (key) do nothing returning ${tells('show', "coalesce(run, '')")}`,
    [
      person,
      via,
      account && JSON.stringify(account),
      event.run,
      event.plan,
      event.key,
      JSON.stringify(event.body),
    ],
  )
  return rowCount === 1
}

const callerOf = (by: Caller | string): { person: string; via: Via | null; account: Account | null } =>
  typeof by === 'string'
    ? { person: by, via: null, account: null }
    : { person: by.person, via: by.via, account: by.account ?? null }

const columns = `seq::int, ${instant('at')} as at, by, via, account, run, plan, body`

type Row = Omit<Event, 'is'> & { body: Happened }

const eventOf = ({ body, ...row }: Row): Event => ({ ...row, ...body })

/** One event, or null. */
export async function eventAt(tx: Queryable, seq: number): Promise<Event | null> {
  const { rows } = await tx.query<Row>(`select ${columns} from lockkeeper.event where seq = $1`, [seq])
  return rows[0] ? eventOf(rows[0]) : null
}

/** The operating-system users by whom the author of a plan made it, and made it again. */
export async function accountsOfAuthor(tx: Queryable, plan: string): Promise<Account[]> {
  const { rows } = await tx.query<{ account: Account }>(
    `select account from lockkeeper.event join lockkeeper.plan on plan.id = event.plan and author = event.by
     where event.plan = $1 and event.body ->> 'is' in ('plan.made', 'plan.measured') and account is not null`,
    [plan],
  )
  return rows.map(({ account }) => account)
}

/** The newest events of a run, oldest first. */
export async function eventsOfRun(tx: Queryable, run: string, newest: number): Promise<Event[]> {
  const { rows } = await tx.query<Row>(
    `select * from (select ${columns} from lockkeeper.event where run = $1 order by seq desc limit $2) as newest order by seq`,
    [run, newest],
  )
  return rows.map(eventOf)
}

/** Who was pinged for these alarms so far, oldest first. */
export async function pingsOf(
  tx: Queryable,
  run: string,
  alarms: readonly string[],
): Promise<(Event & Pinged)[]> {
  const { rows } = await tx.query<Row>(
    `select ${columns} from lockkeeper.event
     where run = $1 and body ->> 'is' = 'alarm.pinged' and body ->> 'alarm' = any($2) order by seq`,
    [run, alarms],
  )
  return rows.map(eventOf) as (Event & Pinged)[]
}

/** Events that no delivery was made for yet, claimed by this transaction; another one takes others. */
export async function claimUndelivered(tx: Queryable, limit: number): Promise<Event[]> {
  const { rows } = await tx.query<Row>(
    `select ${columns} from lockkeeper.event where not delivered order by seq limit $1 for update skip locked`,
    [limit],
  )
  return rows.map(eventOf)
}

export async function markDelivered(tx: Queryable, seqs: readonly number[]): Promise<void> {
  await tx.query('update lockkeeper.event set delivered = true where seq = any($1::bigint[])', [seqs])
}
