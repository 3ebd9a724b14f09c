import type { Address, PagerAddress } from '../domain/delivery.ts'
import type { Instant } from '../domain/json.ts'
import { instant, type Queryable } from './transaction.ts'

/** How long it is before what Slack refuses is tried again: as long as it waits by now, within these milliseconds. */
export interface Mending {
  first: number
  most: number
}

/** When it is tried again; SQL, of a row. */
const later = `now() + least($3 * interval '1 ms', greatest($4 * interval '1 ms', now() - coalesce(waits_since, now())))`

/** A message that Slack refuses for what people can mend. It is sent when they have. */
export async function recordWaiting(
  tx: Queryable,
  key: string,
  error: string,
  { first, most }: Mending,
  unsure: boolean,
): Promise<void> {
  await tx.query(
    `update lockkeeper.delivery set state = $5, error = $2, due_at = ${later}, waits_since = coalesce(waits_since, now())
     where key = $1 and state = 'sending'`,
    [key, error, most, first, unsure ? 'unsure' : 'due'],
  )
}

/** The same of an edit: the message shows what it showed. */
export async function recordEditWaiting(
  tx: Queryable,
  key: string,
  error: string,
  { first, most }: Mending,
): Promise<void> {
  await tx.query(
    `update lockkeeper.delivery set error = $2, due_at = ${later}, waits_since = coalesce(waits_since, now())
     where key = $1 and state = 'sent'`,
    [key, error, most, first],
  )
}

/** Something was mended: what waits is tried at once. `lane`: a channel, by its id or as the runbook writes it. */
export async function retryWaiting(tx: Queryable, lane: string | null): Promise<void> {
  await tx.query(
    `update lockkeeper.delivery set due_at = now()
     where waits_since is not null and state in ('due', 'unsure', 'sent') and ($1::text is null or lane = $1)`,
    [lane],
  )
}

/** The same, for the lane of a message that is there now. Returns that lane. */
export async function retryBeside(tx: Queryable, key: string): Promise<string | null> {
  const { rows } = await tx.query<{ lane: string }>('select lane from lockkeeper.delivery where key = $1', [
    key,
  ])
  const lane = rows[0]?.lane ?? null
  if (lane !== null) await retryWaiting(tx, lane)
  return lane
}

/** Messages that did not get through to one place. */
export interface Undelivered {
  to: Address | PagerAddress
  /** The code of the refusal; null: nothing was tried since. */
  error: string | null
  since: Instant
  count: number
  /** Runs whose break-glass card is among them. */
  cards: string[]
}

/** Of what is on its way for longer than this, people are told. */
const late = `interval '1 minute'`

const undeliveredColumns = `(array_agg(to_address - 'thread' - 'broadcast' order by seq))[1] as "to",
  (array_agg(error order by waits_since desc nulls last, seq) filter (where error is not null))[1] as error,
  ${instant('min(coalesce(waits_since, made_at))')} as since, count(*)::int as count,
  coalesce(array_agg(shows ->> 'card') filter (where shows ? 'card' and sends = 'message'), '{}') as cards`

/** What waits in one lane; null: nothing. */
export async function waitingIn(tx: Queryable, lane: string): Promise<Undelivered | null> {
  const { rows } = await tx.query<Undelivered>(
    `select ${undeliveredColumns} from lockkeeper.delivery
     where lane = $1 and waits_since is not null and state <> 'refused' group by lane`,
    [lane],
  )
  return rows[0] ?? null
}

/** Everything that people should have seen by now and have not, a line a place, the oldest first. */
export async function undelivered(tx: Queryable): Promise<Undelivered[]> {
  const { rows } = await tx.query<Undelivered>(
    `select ${undeliveredColumns} from lockkeeper.delivery
     where state in ('due', 'sending', 'unsure', 'sent') and not (state = 'unsure' and shows ? 'notice')
       and (waits_since is not null or (state <> 'sent' and made_at < now() - ${late})) and not shows ? 'undelivered'
     group by lane order by since limit 20`,
  )
  return rows
}

/** How a run's break-glass card got on in its channel. Null: it is there. */
export async function cardUndelivered(
  tx: Queryable,
  run: string,
): Promise<{ error: string | null; isFinal: boolean } | null> {
  const { rows } = await tx.query<{ error: string | null; state: string }>(
    `select coalesce(card.error, live.error) as error, card.state from lockkeeper.delivery card
     left join lockkeeper.delivery live on live.key = card.to_address ->> 'thread' and live.sent_as is null
     where card.key = 'card:' || $1`,
    [run],
  )
  const [card] = rows
  if (card?.state === 'sent') return null
  return { error: card?.error ?? null, isFinal: card?.state === 'refused' }
}
