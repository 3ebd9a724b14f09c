import type { App } from '@slack/bolt'
import { recordArrived } from '../store/arrivals.ts'
import { retryWaiting } from '../store/waiting.ts'
import { deliveryEvent } from './channel.ts'
import type { Front } from './front.ts'

/**
 * What we posted comes back as an event where the workspace lets us have it: then nothing unsure is sent twice, and of
 * what was, one goes.
 */
export function listenToArrivals(app: App, { store, channel, log }: Front): void {
  app.event('message_metadata_posted', async ({ event, body }) => {
    // Any app may post what looks like ours.
    if (event.app_id !== body.api_app_id) return
    const key = event.metadata.event_payload?.['key']
    if (event.metadata.event_type !== deliveryEvent || typeof key !== 'string') return
    const sentAs = { channel: event.channel_id, ts: event.message_ts }
    const arrival = await recordArrived(store, key, sentAs)
    if (arrival === 'arrived') log.info({ key }, 'a message that nobody was sure of has arrived')
    if (arrival === 'two' && (await channel.remove(sentAs)))
      log.info({ key }, 'a message had arrived twice; one of them was taken away')
  })
}

/** We were invited, or a channel was unarchived: what waits for it is sent at once. */
export function listenToInvitations(app: App, { store, conversations }: Front): void {
  const retry = async (channel: string): Promise<void> => {
    for (const lane of conversations.forget(channel)) await retryWaiting(store, lane)
  }
  app.event('member_joined_channel', async ({ event, context }) => {
    if (event.user === context.botUserId) await retry(event.channel)
  })
  app.event('channel_unarchive', ({ event }) => retry(event.channel))
  app.event('group_unarchive', ({ event }) => retry(event.channel))
}
