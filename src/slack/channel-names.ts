import type { WebClient } from '@slack/web-api'
import { faultOf, type Fault } from './faults.ts'

/** Milliseconds that the list of channels is believed. */
const believed = 60_000

/** Pages of a thousand channels: Slack lets us read 20 a minute. */
const mostPages = 10

export interface ChannelNames {
  /** The id of a channel by its name; null: no channel that we can see has it. Or why nobody knows. */
  idOf(name: string): Promise<{ id: string | null } | { fault: Fault }>
  /** The next one who asks is told what Slack says then. */
  forget(): void
}

type Listed = { ids: Map<string, string> } | { fault: Fault }

/** Reads all channels that we can see, at most once a minute: Slack has no method that takes a name. */
export function makeChannelNames(client: WebClient, now: () => number): ChannelNames {
  let known: { listed: Promise<Listed>; until: number } | null = null
  return {
    async idOf(name) {
      if (!known || known.until <= now()) {
        const asked = { listed: readNames(client), until: now() + believed }
        known = asked
        // A failure is asked again.
        const forget = (): void => void (known === asked && (known = null))
        asked.listed.then((listed) => 'fault' in listed && forget(), forget)
      }
      const listed = await known.listed
      return 'fault' in listed ? listed : { id: listed.ids.get(bare(name)) ?? null }
    },
    forget: () => void (known = null),
  }
}

/** Slack writes names in lower case. */
export const bare = (name: string): string => name.replace(/^#/, '').toLowerCase()

async function readNames(client: WebClient): Promise<Listed> {
  const ids = new Map<string, string>()
  let cursor: string | undefined
  try {
    for (let page = 0; page < mostPages; page++) {
      const { channels = [], response_metadata: more } = await client.conversations.list({
        types: 'public_channel,private_channel',
        limit: 1000,
        ...(cursor && { cursor }),
      })
      for (const { id, name } of channels) if (id && name) ids.set(name.toLowerCase(), id)
      cursor = more?.next_cursor
      if (!cursor) return { ids }
    }
    // A name that is missing in a part of them proves nothing.
    return { fault: { is: 'mendable', error: 'too_many_channels' } }
  } catch (error) {
    return { fault: faultOf(error) }
  }
}
