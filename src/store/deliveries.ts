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

/** A message that shows less than what is known by now. */
export interface StaleDelivery {
  key: string
  shows: Shows
  sentAs: InSlack
  wanted: number
  pin: boolean | null
  pinned: boolean
}

/** What is sent one after another: all of one channel, all to one person, all to the pager of one role, and all mail. */
export const laneOf = (to: Address | PagerAddress): string =>
  'mail' in to ? 'mail' : 'pager' in to ? `pager ${to.pager}` : addressee(to)

/** Ways to people. Each has its own pump, so that none waits for another. */
export type Way = 'slack' | 'mail' | 'pager'

/** The way of a delivery, by its lane; SQL. */
const wayOf = (lane = 'lane'): string =>
  `case when ${lane} = 'mail' then 'mail' when ${lane} like 'pager %' then 'pager' else 'slack' end`

/** What a live message shows besides events: the run's version and how far its step is. Changes when the message should. */
const stateOfRun = `run.version || ':' || coalesce((select md5(progress::text) from lockkeeper.attempt
  where attempt.run = run.id and attempt.outcome is null order by began_at desc limit 1), '')`

/** Two that make deliveries queue here, so that what one makes the other can refresh. */
export async function lockFanOut(tx: Queryable): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('lockkeeper.fan-out', 0))")
}

export async function insertDelivery(tx: Queryable, made: NewDelivery): Promise<void> {
  await tx.query(
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
 * The next one of every channel: what is urgent first, then in the order of what happened. A reply waits for the
 * message that begins its thread, and is passed over until that is there.
 */
export async function dueInSlack(tx: Queryable): Promise<DueInSlack[]> {
  const { rows } = await tx.query<DueInSlack>(
    `select distinct on (due.lane) ${dueColumns}, due.lane, parent.sent_as as thread
     from lockkeeper.delivery due left join lockkeeper.delivery parent on parent.key = due.to_address ->> 'thread'
     where ${isDue} and ${wayOf('due.lane')} = 'slack' and (due.to_address ->> 'thread' is null or parent.sent_as is not null)
     order by due.lane, due.urgent desc, due.seq`,
  )
  return rows
}

/** Replies to a message that will never be there. */
export async function refuseOrphanedReplies(tx: Queryable): Promise<void> {
  await tx.query(
    `update lockkeeper.delivery reply set state = 'refused', error = 'thread_not_there' from lockkeeper.delivery parent
     where parent.key = reply.to_address ->> 'thread' and parent.state = 'refused' and parent.sent_as is null
       and reply.state = 'due'`,
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

/** The state that the live message of a run is to show now, or null where a delivery shows no run. */
export async function stateShown(tx: Queryable, shows: Shows): Promise<string | null> {
  if (!('run' in shows)) return null
  const { rows } = await tx.query<{ state: string }>(
    `select ${stateOfRun} as state from lockkeeper.run where id = $1`,
    [shows.run],
  )
  return rows[0]?.state ?? null
}

/** It is there. Returns whether the message is to be pinned. */
export async function recordSent(
  tx: Queryable,
  key: string,
  sentAs: SentAs,
  shown: { wanted: number; state: string | null },
): Promise<{ pin: boolean }> {
  const { rows } = await tx.query<{ pin: boolean | null }>(
    `update lockkeeper.delivery set state = 'sent', sent_as = $2, shown = $3, shown_state = $4, shown_at = now(), error = null
     where key = $1 returning pin`,
    [key, JSON.stringify(sentAs), shown.wanted, shown.state],
  )
  return { pin: rows[0]?.pin === true }
}

/**
 * Slack told on another way that it is there, perhaps before its answer: what is unsure is not sent twice. False: nobody
 * asked.
 */
export async function recordArrived(tx: Queryable, key: string, sentAs: InSlack): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update lockkeeper.delivery set sent_as = $2, state = case when state = 'unsure' then 'sent' else state end
     where key = $1 and state in ('sending', 'unsure')`,
    [key, JSON.stringify(sentAs)],
  )
  return rowCount === 1
}

/** Never to be sent, unless something newer comes: `error` is Slack's or the mail server's code. */
export async function recordRefused(tx: Queryable, key: string, error: string): Promise<void> {
  await tx.query(`update lockkeeper.delivery set state = 'refused', error = $2 where key = $1`, [key, error])
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

/**
 * Messages to be edited, those that waited longest first; those of announcements after all others, since a hundred
 * people may have been told. `every`: milliseconds between two edits of one message;
 * `heartbeat`: an unfinished run's message is written again after these, so that its reader knows we live, and so is a
 * question whose cause is looked at: it says when that was.
 */
export async function staleDeliveries(
  tx: Queryable,
  { every, heartbeat, limit }: { every: number; heartbeat: number; limit: number },
): Promise<StaleDelivery[]> {
  const { rows } = await tx.query<StaleDelivery>(
    `with stale as (
       select key from lockkeeper.delivery where state = 'sent' and wanted > shown
       union select delivery.key from lockkeeper.run join lockkeeper.delivery on delivery.key = 'run:' || run.id
         where run.ended_at is null and delivery.state = 'sent'
           and (delivery.shown_state is distinct from ${stateOfRun}
             or delivery.shown_at < now() - $2 * interval '1 ms')
       union select delivery.key from lockkeeper.gate
         join lockkeeper.delivery on delivery.key in ('gate:' || gate.id, 'gate:' || gate.id || ':dm')
         where gate.answer is null and gate.looked is not null and delivery.state = 'sent'
           and delivery.shown_at < now() - $2 * interval '1 ms')
     select key, shows, sent_as as "sentAs", wanted, pin, pinned from stale join lockkeeper.delivery using (key)
     where sends = 'message' and ${wayOf()} = 'slack' and (shown_at is null or shown_at < now() - $1 * interval '1 ms')
     order by urgent desc, shows ? 'notice', shown_at limit $3`,
    [every, heartbeat, limit],
  )
  return rows
}

/** The edit is made, or will never be (`error`). */
export async function recordShown(
  tx: Queryable,
  key: string,
  shown: { wanted: number; state: string | null },
  error: string | null = null,
): Promise<void> {
  await tx.query(
    `update lockkeeper.delivery set shown = $2, shown_state = $3, shown_at = now(), error = $4,
       state = case when $4::text is null then state else 'refused' end
     where key = $1 and state = 'sent'`,
    [key, shown.wanted, shown.state, error],
  )
}

/** A pin is tried once: where it cannot be set, nothing depends on it. */
export async function recordPinned(tx: Queryable, key: string, pinned: boolean): Promise<void> {
  await tx.query('update lockkeeper.delivery set pinned = $2 where key = $1', [key, pinned])
}

/** Where a message is, once it is there. */
export async function sentAsOf(tx: Queryable, key: string): Promise<InSlack | null> {
  const { rows } = await tx.query<{ sentAs: InSlack | null }>(
    `select sent_as as "sentAs" from lockkeeper.delivery where key = $1 and ${wayOf()} = 'slack'`,
    [key],
  )
  return rows[0]?.sentAs ?? null
}

/** Whether a message is where people see it, or never will be. */
export async function isOut(tx: Queryable, key: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    "select from lockkeeper.delivery where key = $1 and state in ('sent', 'refused')",
    [key],
  )
  return rowCount === 1
}
