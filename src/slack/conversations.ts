import type { WebClient } from '@slack/web-api'
import type { ChannelState } from '../domain/person.ts'
import type { Log } from '../log.ts'
import { bare, makeChannelNames } from './channel-names.ts'
import { faultOf, type Fault } from './faults.ts'

/** Whose conversation it is. `outside`: we are not in it, so nothing we say appears there. `unknown`: Slack does not tell. */
export type Reach = 'ours' | 'shared' | 'outside' | 'unknown'

/**
 * What Slack says of a channel. `shared`: people of another organization are in it, or about to be. `fault`: nobody
 * knows, and nothing is said there.
 */
export type Look = { is: 'in'; id: string } | { is: Exclude<ChannelState, 'in'> } | { fault: Fault }

export interface Conversations {
  /** `#name` or an id. */
  look: (channel: string) => Promise<Look>
  /** The conversation, by its id, that somebody asks something in. */
  reach(channel: string): Promise<Reach>
  /** Whether what we say is seen there; null: nobody tells. */
  stateOf: (channel: string) => Promise<ChannelState | null>
  /** Something happened to it: the next look asks Slack. Returns how it may be written. */
  forget(channel: string): string[]
}

/** Milliseconds that an answer is believed. Sharing a channel takes two administrators and much longer. */
const believed = 60_000

/** The same of a channel in which we may not speak: people are about to change that. */
const doubted = 3_000

export interface ConversationsOptions {
  /** Answers soon, or not at all. */
  client: WebClient
  /** Reads all channels, a thousand at a time. */
  lister: WebClient
  log: Log
  now?: () => number
}

/**
 * Where what we say is read. A channel that is written with its name is looked up by the id that Slack has for it, since
 * Slack tells about ids alone; it keeps its id when it gets another name.
 */
export function makeConversations({
  client,
  lister,
  log,
  now = Date.now,
}: ConversationsOptions): Conversations {
  const looks = new Map<string, { look: Promise<Look>; until: number }>()
  const ids = new Map<string, string>()
  const names = makeChannelNames(lister, now)

  const look = (channel: string): Promise<Look> => {
    const known = looks.get(channel)
    if (known && known.until > now()) return known.look
    const asked = { look: ask(channel), until: now() + doubted }
    looks.set(channel, asked)
    asked.look.then(
      (found) => {
        if ('fault' in found) {
          if (looks.get(channel) === asked) looks.delete(channel)
          log.warn({ channel, error: found.fault.error }, 'a channel could not be looked up')
        } else if (found.is === 'in') asked.until = now() + believed
      },
      () => looks.delete(channel),
    )
    return asked.look
  }

  const ask = async (channel: string): Promise<Look> => {
    if (!channel.startsWith('#')) return (await askById(client, channel)).look
    const name = bare(channel)
    const before = ids.get(name)
    const found = before ? await askById(client, before) : null
    if (before && found && (found.name === name || 'fault' in found.look)) return found.look
    const present = await names.idOf(name)
    if ('fault' in present) return present
    // Renamed since, and nobody took its name: it is still the one that was meant.
    if (!present.id) return found ? found.look : { is: 'unknown' }
    ids.set(name, present.id)
    return (await askById(client, present.id)).look
  }

  const stateOf = async (channel: string): Promise<ChannelState | null> => {
    const found = await look(channel)
    return 'fault' in found ? null : found.is
  }

  return {
    look,
    stateOf,
    async reach(channel) {
      const state = await stateOf(channel)
      if (state === null) return 'unknown'
      return state === 'shared' ? 'shared' : state === 'in' || state === 'archived' ? 'ours' : 'outside'
    },
    forget(channel) {
      // Names that led nowhere may lead there now.
      names.forget()
      const byName = [...looks.keys()].filter(
        (asked) => asked.startsWith('#') && [channel, undefined].includes(ids.get(bare(asked))),
      )
      const written = [channel, ...byName]
      for (const each of written) looks.delete(each)
      return written
    },
  }
}

async function askById(client: WebClient, id: string): Promise<{ look: Look; name: string | null }> {
  try {
    const { channel } = await client.conversations.info({ channel: id })
    if (!channel) return { look: { fault: { is: 'lost', error: 'no_channel' } }, name: null }
    const name = channel.name?.toLowerCase() ?? null
    if (channel.is_ext_shared || channel.is_pending_ext_shared) return { look: { is: 'shared' }, name }
    if (channel.is_archived) return { look: { is: 'archived' }, name }
    // Whoever does not tell refuses what we say, if we are not in it.
    return { look: channel.is_member === false ? { is: 'not-in' } : { is: 'in', id }, name }
  } catch (error) {
    const fault = faultOf(error)
    const isHidden = fault.error === 'channel_not_found' || fault.error === 'not_in_channel'
    return { look: isHidden ? { is: 'unknown' } : { fault }, name: null }
  }
}
