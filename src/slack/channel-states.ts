import type { WebClient } from '@slack/web-api'
import type { ChannelState } from '../domain/person.ts'
import type { Log } from '../log.ts'
import { faultOf } from './faults.ts'

/** Milliseconds that an answer is believed. */
const believed = 60_000

/** Pages of a thousand channels: Slack lets us read 20 a minute. */
const mostPages = 10

type States = (channel: string) => Promise<ChannelState | null>

/** Whether we are in a channel. By its id it is asked for; by its name it is looked up among all, which are read once a minute. */
export function makeChannelStates({
  client,
  log,
  now,
}: {
  client: WebClient
  log: Log
  now: () => number
}): States {
  let named: { states: Promise<Map<string, ChannelState> | null>; until: number } | null = null
  return async (channel) => {
    if (!channel.startsWith('#')) return stateById(client, channel, log)
    if (!named || named.until <= now()) named = { states: statesByName(client, log), until: now() + believed }
    const states = await named.states
    return states && (states.get(channel.slice(1).toLowerCase()) ?? 'unknown')
  }
}

interface Told {
  is_member?: boolean
  is_archived?: boolean
}

/** Null: this server does not tell whether we are a member. */
function stateOf({ is_member: isMember, is_archived: isArchived }: Told): ChannelState | null {
  if (isArchived) return 'archived'
  return isMember === undefined ? null : isMember ? 'in' : 'not-in'
}

async function stateById(client: WebClient, id: string, log: Log): Promise<ChannelState | null> {
  try {
    const { channel } = await client.conversations.info({ channel: id })
    return channel ? stateOf(channel) : null
  } catch (error) {
    const fault = faultOf(error)
    if (fault.error === 'channel_not_found') return 'unknown'
    log.warn({ channel: id, error: fault.error }, 'a channel could not be looked up')
    return null
  }
}

/** Null where not all of them could be read: a name that is missing proves nothing then. */
async function statesByName(client: WebClient, log: Log): Promise<Map<string, ChannelState> | null> {
  const states = new Map<string, ChannelState>()
  let cursor: string | undefined
  try {
    for (let page = 0; page < mostPages; page++) {
      const { channels = [], response_metadata: more } = await client.conversations.list({
        types: 'public_channel,private_channel',
        limit: 1000,
        ...(cursor && { cursor }),
      })
      for (const channel of channels) {
        const state = stateOf(channel)
        if (!channel.name || !state) return null
        states.set(channel.name.toLowerCase(), state)
      }
      cursor = more?.next_cursor
      if (!cursor) return states
    }
    log.warn({ pages: mostPages }, 'there are too many channels to look one up by its name')
    return null
  } catch (error) {
    log.warn({ error: faultOf(error).error }, 'the channels could not be read')
    return null
  }
}
