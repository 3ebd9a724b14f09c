import type { InSlack, Shows } from '../domain/delivery.ts'
import { wayOf, type DueInSlack } from './deliveries.ts'
import type { Queryable } from './transaction.ts'

/** A message that shows less than what is known by now. */
export interface StaleDelivery {
  key: string
  to: DueInSlack['to']
  shows: Shows
  sentAs: InSlack
  wanted: number
  pin: boolean | null
  pinned: boolean
}

/** What a live message shows besides events: the run's version and how far its step is. Changes when the message should. */
const stateOfRun = `run.version || ':' || coalesce((select md5(progress::text) from lockkeeper.attempt
  where attempt.run = run.id and attempt.outcome is null order by began_at desc limit 1), '')`

/** The state that the live message of a run is to show now, or null where a delivery shows no run. */
export async function stateShown(tx: Queryable, shows: Shows): Promise<string | null> {
  if (!('run' in shows)) return null
  const { rows } = await tx.query<{ state: string }>(
    `select ${stateOfRun} as state from lockkeeper.run where id = $1`,
    [shows.run],
  )
  return rows[0]?.state ?? null
}

/**
 * Messages to be edited, those that waited longest first; those of announcements after all others, since a hundred
 * people may have been told. `every`: milliseconds between two edits of one message;
 * `heartbeat`: an unfinished run's message is written again after these, so that its reader knows we live.
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
     select key, to_address as "to", shows, sent_as as "sentAs", wanted, pin, pinned
     from stale join lockkeeper.delivery using (key)
     where sends = 'message' and ${wayOf()} = 'slack' and due_at <= now() and (shown_at is null or shown_at < now() - $1 * interval '1 ms')
     order by shows ? 'run' desc, urgent desc, shows ? 'notice', shown_at limit $3`,
    [every, heartbeat, limit],
  )
  return rows
}

/** The edit is made, or will never be (`error`). True: it had been refused for a while. */
export async function recordShown(
  tx: Queryable,
  key: string,
  shown: { wanted: number; state: string | null },
  error: string | null = null,
): Promise<boolean> {
  const { rows } = await tx.query<{ waited: boolean }>(
    `update lockkeeper.delivery shown set shown = $2, shown_state = $3, shown_at = now(), error = $4, twice = false,
       waits_since = null, state = case when $4::text is null then shown.state else 'refused' end
     from lockkeeper.delivery before where shown.key = $1 and before.key = $1 and shown.state = 'sent'
     returning before.waits_since is not null as waited`,
    [key, shown.wanted, shown.state, error],
  )
  return rows[0]?.waited === true
}

/** A pin is tried once: where it cannot be set, nothing depends on it. */
export async function recordPinned(tx: Queryable, key: string, pinned: boolean): Promise<void> {
  await tx.query('update lockkeeper.delivery set pinned = $2 where key = $1', [key, pinned])
}
