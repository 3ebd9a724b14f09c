import {
  addressee,
  type Address,
  type Delivery,
  type InSlack,
  type PagerAddress,
  type SentAs,
  type Shows,
} from '../domain/delivery.ts'
import type { Instant } from '../domain/json.ts'
import { instant, type Queryable } from './transaction.ts'

/** A delivery that is to be made. The same key is made once. */
export interface NewDelivery {
  key: string
  to: Address | PagerAddress
  shows: Shows
  sends: 'message' | 'files'
  /** Before what waits in the same channel: a question to people, an ending. */
  urgent: boolean
  pin: boolean
  madeAt: Instant
}

/** A delivery whose turn it is. */
export interface Due<To extends Address | PagerAddress = Address | PagerAddress> extends Delivery {
  to: To
  attempts: number
}

export type MailAddress = Extract<Address, { mail: string }>

export interface DueInSlack extends Due<Exclude<Address, MailAddress>> {
  lane: string
  /** Of the message that began its thread. */
  thread: InSlack | null
}

/** What is sent one after another: all of one channel, all to one person, all to the pager of one role, and all mail. */
export const laneOf = (to: Address | PagerAddress): string =>
  'mail' in to ? 'mail' : 'pager' in to ? `pager ${to.pager}` : addressee(to)

/** Ways to people. Each has its own pump, so that none waits for another. */
export type Way = 'slack' | 'mail' | 'pager'

/** The way of a delivery, by its lane; SQL. */
export const wayOf = (lane = 'lane'): string =>
  `case when ${lane} = 'mail' then 'mail' when ${lane} like 'pager %' then 'pager' else 'slack' end`

/** Two that make deliveries queue here, so that what one makes the other can refresh. */
export async function lockFanOut(tx: Queryable): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('lockkeeper.fan-out', 0))")
}

/** False: it was made before. */
export async function insertDelivery(tx: Queryable, made: NewDelivery): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into lockkeeper.delivery (key, lane, urgent, to_address, shows, sends, pin, made_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (key) do nothing`,
    [
      made.key,
      laneOf(made.to),
      made.urgent,
      JSON.stringify(made.to),
      JSON.stringify(made.shows),
      made.sends,
      made.pin ? true : null,
      made.madeAt,
    ],
  )
  return rowCount === 1
}

/**
 * Messages that are to show something newer. What Slack refused is tried again with it: a bot that was invited
 * meanwhile begins to speak. A letter stays as it was sent.
 */
export async function refreshDeliveries(tx: Queryable, keys: readonly string[]): Promise<void> {
  await tx.query(
    `update lockkeeper.delivery set wanted = wanted + 1,
       state = case when state = 'refused' then 'due' else state end,
       due_at = case when state = 'refused' then now() else due_at end
     where key = any($1) and lane <> 'mail'`,
    [keys],
  )
}

/** The same for all whose keys begin so: what nobody knows the number of. */
export async function refreshDeliveriesBelow(tx: Queryable, beginning: string): Promise<void> {
  await tx.query(
    `update lockkeeper.delivery set wanted = wanted + 1
     where starts_with(key, $1) and state <> 'refused' and lane <> 'mail'`,
    [beginning],
  )
}

/** Messages that told that this ping had not arrived: it has by now. */
export async function refreshFailedCalls(tx: Queryable, ping: string): Promise<void> {
  await tx.query(
    `update lockkeeper.delivery set wanted = wanted + 1 from lockkeeper.event
     where event.key = $1 || '/late' and delivery.shows ->> 'event' = event.seq::text
       and delivery.state <> 'refused' and delivery.lane <> 'mail'`,
    [ping],
  )
}

/** Why the files that belong to a message are not there; null: they are, or are on their way. */
export async function filesRefused(tx: Queryable, shows: Shows): Promise<string | null> {
  const { rows } = await tx.query<{ error: string | null }>(
    `select error from lockkeeper.delivery where shows = $1 and sends = 'files'
       and (state = 'refused' or waits_since is not null and state <> 'sending')`,
    [JSON.stringify(shows)],
  )
  return rows[0] ? (rows[0].error ?? 'refused') : null
}

/** The message that promises files says what became of them. */
export async function refreshPromise(tx: Queryable, shows: Shows): Promise<void> {
  await tx.query(
    `update lockkeeper.delivery set wanted = wanted + 1 where shows = $1 and sends = 'message' and state <> 'refused'`,
    [JSON.stringify(shows)],
  )
}

/** When a message or a call got through; null: it did not, or nobody knows. */
export async function arrivedAt(tx: Queryable, key: string): Promise<Instant | null> {
  const { rows } = await tx.query<{ at: Instant | null }>(
    `select ${instant('shown_at')} as at from lockkeeper.delivery where key = $1 and state = 'sent'`,
    [key],
  )
  return rows[0]?.at ?? null
}

export async function unpinDelivery(tx: Queryable, key: string): Promise<void> {
  await tx.query(
    'update lockkeeper.delivery set pin = false, wanted = wanted + 1 where key = $1 and pin is not null',
    [key],
  )
}

/**
 * What a dead process was sending: it may have arrived. Sent again `after` milliseconds from when it was begun, unless
 * somebody tells us before that it is there, or it is a notice.
 */
export async function orphanDeliveries(tx: Queryable, way: Way, after: number): Promise<number> {
  const { rowCount } = await tx.query(
    `update lockkeeper.delivery set due_at = begun_at + $1 * interval '1 ms',
       state = case when sent_as is null then 'unsure' else 'sent' end
     where state = 'sending' and ${wayOf()} = $2`,
    [after, way],
  )
  return rowCount ?? 0
}

/** Who waits for an answer is called twice rather than not at all; a notice that may have arrived is not sent again. */
export const isDue = `due.state in ('due', 'unsure') and not (due.state = 'unsure' and due.shows ? 'notice')
  and due.due_at <= now()`

export const dueColumns = `due.key, due.to_address as "to", due.shows, due.sends, due.sent_as as "sentAs",
  ${instant('due.made_at')} as "madeAt", due.state = 'unsure' as unsure, due.attempts`

/**
 * The next one of every channel. A thread is told in the order of what happened: what nobody is sure of, or what Slack
 * does not take now, holds up what comes after it in its thread, and nothing else. A thread in which people are asked
 * goes before the others. A reply waits for the message that begins its thread, and is passed over until that is there.
 */
export async function dueInSlack(tx: Queryable): Promise<DueInSlack[]> {
  const { rows } = await tx.query<DueInSlack>(
    `with queue as (
       select *, bool_or(urgent) over thread as asks, min(seq) filter (where ${holdsUp}) over thread as held_at
       from lockkeeper.delivery where state in ('due', 'unsure') and ${wayOf()} = 'slack'
       window thread as (partition by lane, coalesce(to_address ->> 'thread', key)))
     select distinct on (due.lane) ${dueColumns}, due.lane, parent.sent_as as thread
     from queue due left join lockkeeper.delivery parent on parent.key = due.to_address ->> 'thread'
     where ${isDue} and (due.to_address ->> 'thread' is null or parent.sent_as is not null)
       and (due.held_at is null or due.seq < due.held_at)
     order by due.lane, due.asks desc, due.seq`,
  )
  return rows
}

/** Not now, and what comes after it not before it. A file is not missed in its place, and a bug of ours holds up nobody. */
const holdsUp = `due_at > now() and sends = 'message' and error is distinct from 'bug' and not (state = 'unsure' and shows ? 'notice')`

/** Replies to a message that will never be there. */
export async function refuseOrphanedReplies(tx: Queryable): Promise<void> {
  await tx.query(
    `update lockkeeper.delivery reply set state = 'refused', error = 'thread_not_there' from lockkeeper.delivery parent
     where parent.key = reply.to_address ->> 'thread' and parent.state = 'refused' and parent.sent_as is null
       and reply.state = 'due'`,
  )
}

/** They were given up with it, and it is there now. */
async function reviveReplies(tx: Queryable, key: string): Promise<void> {
  await tx.query(
    `update lockkeeper.delivery set state = 'due', error = null, due_at = now()
     where to_address ->> 'thread' = $1 and state = 'refused' and error = 'thread_not_there'`,
    [key],
  )
}

/** The mark before it is sent. Null: another process has it. `wanted` is what the message will show. */
export async function beginDelivery(tx: Queryable, key: string): Promise<{ wanted: number } | null> {
  const { rows } = await tx.query<{ wanted: number }>(
    `update lockkeeper.delivery set state = 'sending', begun_at = now(), attempts = attempts + 1, sent_as = null
     where key = $1 and state in ('due', 'unsure') returning wanted`,
    [key],
  )
  return rows[0] ?? null
}

/** What is to be done about a message that is there now. */
export interface SentNow {
  pin: boolean
  /** It had been refused for a while. */
  waited: boolean
  /** Slack told of another one, before it answered: there are two. */
  other: InSlack | null
}

/** It is there. `twice`: it says that there may be two. What Slack told meanwhile of it takes that mark away. */
export async function recordSent(
  tx: Queryable,
  key: string,
  sentAs: SentAs,
  { wanted, state }: { wanted: number; state: string | null },
  twice = false,
): Promise<SentNow> {
  const { rows } = await tx.query<{ pin: boolean | null; waited: boolean; heard: InSlack | null }>(
    `update lockkeeper.delivery sent set state = 'sent', sent_as = $2, shown = $3, shown_state = $4, shown_at = now(),
       error = null, waits_since = null, due_at = now(), twice = $5,
       wanted = sent.wanted + case when $5 and before.sent_as is not null then 1 else 0 end
     from lockkeeper.delivery before where sent.key = $1 and before.key = $1
     returning sent.pin, before.waits_since is not null as waited, before.sent_as as heard`,
    [key, JSON.stringify(sentAs), wanted, state, twice],
  )
  await reviveReplies(tx, key)
  const { pin = null, waited = false, heard = null } = rows[0] ?? {}
  const isOther = heard !== null && 'ts' in sentAs && heard.ts !== sentAs.ts
  return { pin: pin === true, waited, other: isOther ? heard : null }
}

/** Never to be sent, unless something newer comes: `error` is Slack's or the mail server's code. */
export async function recordRefused(tx: Queryable, key: string, error: string): Promise<void> {
  await tx.query(
    `update lockkeeper.delivery set state = 'refused', error = $2, waits_since = null where key = $1`,
    [key, error],
  )
}

/** To be sent again; `unsure`: it may have arrived. */
export async function recordLater(
  tx: Queryable,
  key: string,
  at: Instant,
  state: 'due' | 'unsure',
  error: string | null,
): Promise<void> {
  await tx.query(
    `update lockkeeper.delivery set due_at = $2, error = $4,
       state = case when $3 = 'unsure' and sent_as is not null then 'sent' else $3 end
     where key = $1 and state = 'sending'`,
    [key, at, state, error],
  )
}

/** Where a message is, once it is there. */
export async function sentAsOf(tx: Queryable, key: string): Promise<InSlack | null> {
  const { rows } = await tx.query<{ sentAs: InSlack | null }>(
    `select sent_as as "sentAs" from lockkeeper.delivery where key = $1 and ${wayOf()} = 'slack'`,
    [key],
  )
  return rows[0]?.sentAs ?? null
}
