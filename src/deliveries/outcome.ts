import type { Queryable } from '../store/transaction.ts'
import { addressee, testKey } from '../domain/delivery.ts'
import { refreshDeliveries, refreshFailedCalls, type Due } from '../store/deliveries.ts'
import { eventAt, recordEvent } from '../store/events.ts'

/** Why something did not arrive. `goesOn`: it is tried again. */
export interface Failed {
  error: string
  goesOn: boolean
}

/**
 * What came of a message that another one tells of: a test of who is reached shows it, and of a ping that did not arrive
 * the channel is told, once. Null: it arrived.
 */
export async function tellOutcome(
  tx: Queryable,
  { key, to, shows }: Pick<Due, 'key' | 'to' | 'shows'>,
  failed: Failed | null,
): Promise<void> {
  if ('test' in shows && shows.to !== undefined) return refreshDeliveries(tx, [testKey(shows.test)])
  if (!('event' in shows) || 'channel' in to) return
  if (!failed) return refreshFailedCalls(tx, key)
  const ping = await eventAt(tx, shows.event)
  if (ping?.is !== 'alarm.pinged') return
  await recordEvent(tx, {
    by: 'lockkeeper',
    run: ping.run,
    plan: ping.plan,
    key: `${key}/${failed.goesOn ? 'late' : 'failed'}`,
    body: {
      is: 'call.failed',
      alarm: ping.alarm,
      by: 'person' in to ? 'slack' : 'mail' in to ? 'mail' : 'pager',
      to: addressee(to),
      ...failed,
      delivery: key,
    },
  })
}
