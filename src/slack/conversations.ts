import type { WebClient } from '@slack/web-api'
import { faultOf } from './faults.ts'

/** Whose conversation it is. `outside`: we are not in it, so nothing we say appears there. `unknown`: Slack does not tell. */
export type Reach = 'ours' | 'shared' | 'outside' | 'unknown'

export interface Conversations {
  reach(channel: string): Promise<Reach>
}

/** Milliseconds that an answer is believed. Sharing a channel takes two administrators and much longer. */
const believed = 60_000

/** Conversations that people of another organization are in, or are about to be: what is said there leaves the house. */
export function makeConversations(client: WebClient, now: () => number = Date.now): Conversations {
  const known = new Map<string, { reach: Reach; until: number }>()
  return {
    async reach(channel) {
      const found = known.get(channel)
      if (found && found.until > now()) return found.reach
      const reach = await ask(client, channel)
      if (reach !== 'unknown') known.set(channel, { reach, until: now() + believed })
      return reach
    },
  }
}

async function ask(client: WebClient, id: string): Promise<Reach> {
  try {
    const { channel } = await client.conversations.info({ channel: id })
    if (!channel) return 'unknown'
    return channel.is_ext_shared || channel.is_pending_ext_shared ? 'shared' : 'ours'
  } catch (error) {
    return faultOf(error).error === 'channel_not_found' ? 'outside' : 'unknown'
  }
}
