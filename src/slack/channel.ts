import type { WebClient } from '@slack/web-api'
import type pg from 'pg'
import type { Channel, ResolvedAddress, Sent, UploadedFile } from '../domain/delivery.ts'
import type { Log } from '../log.ts'
import type { View } from '../domain/view.ts'
import { keepButton } from '../store/buttons.ts'
import { drawMessage, type Drawn } from './blocks.ts'
import type { Conversations } from './conversations.ts'
import type { People } from './directory.ts'
import { faultOf, type Fault } from './faults.ts'
import type { Features } from './features.ts'
import type { GroupsOfRole } from './line.ts'
import { cut } from './line.ts'
import { linked } from './links.ts'

/** The event type of our messages' metadata; its payload has the delivery's key. */
export const deliveryEvent = 'lockkeeper_delivery'

/** Days that a button of a message can be used for, from when it was last drawn. */
const buttonDays = 30

/** Seconds until a person is looked up again whom Slack told nothing about. */
const lookAgainSeconds = 5

/** Characters of a message that is sent without its blocks: far below what `chat.update` takes. */
const textAlone = 3_000

export interface ChannelOptions {
  client: WebClient
  store: pg.Pool
  conversations: Pick<Conversations, 'look' | 'forget'>
  people: Pick<People, 'mayBeTold'>
  groups: GroupsOfRole
  features: Features
  log: Log
  now?: () => number
}

/** Slack as the pump sees it. Every fault of Slack or of the way to it is a value. */
export function makeChannel(options: ChannelOptions): Channel {
  const { client, store, conversations, people, groups, features, log, now = Date.now } = options
  const draw = async (said: View, delivery: string): Promise<Drawn> => {
    const view = await linked({ client, store, log }, said)
    const nonces: string[] = []
    for (const { command, input } of view.actions)
      nonces.push(await keepButton(store, { delivery, command, input }, buttonDays))
    return drawMessage(view, { nonces, groups })
  }

  const later = (seconds: number, why: string, busy: boolean): Sent => ({
    later: new Date(now() + seconds * 1000).toISOString(),
    why,
    busy,
  })

  const sentOf = (fault: Fault, repeatable: boolean): Sent => {
    switch (fault.is) {
      case 'busy':
        return later(fault.seconds, fault.error, true)
      case 'away':
        return later(0, fault.error, false)
      case 'locked-out':
        return { waits: fault.error, everywhere: true }
      case 'lost':
        return repeatable ? later(0, fault.error, false) : { unsure: fault.error }
      case 'lacks':
      case 'mendable':
        return { waits: fault.error, everywhere: false }
      case 'blocks':
      case 'refused':
        return { refused: fault.error }
    }
  }

  /**
   * Where a message goes, looked at before each call: names of databases are nobody's business in another organization.
   * What cannot be looked at is told nothing.
   */
  const placeOf = async (to: ResolvedAddress): Promise<{ place: string } | Sent> => {
    if ('person' in to) {
      const told = await people.mayBeTold(to.person)
      if (told === 'yes') return { place: to.person }
      if (told === 'unknown') return later(lookAgainSeconds, 'person_unknown', true)
      return { refused: told === 'nobody' ? 'user_not_found' : `person_${told}` }
    }
    const look = await conversations.look(to.channel)
    if ('fault' in look) return sentOf(look.fault, true)
    return look.is === 'in' ? { place: look.id } : { waits: codeOf[look.is], everywhere: false }
  }

  /** Slack's answer is about the channel: what we knew of it is old. */
  const refusedAt = (place: string, error: unknown, repeatable: boolean): Sent => {
    const fault = faultOf(error)
    if (fault.is === 'mendable') conversations.forget(place)
    return sentOf(fault, repeatable)
  }

  /** A message whose blocks Slack refuses says what it says without them: it is a fault of ours, and no reason to be silent. */
  const withoutBlocks = async <T>(
    delivery: string,
    { text, blocks }: Drawn,
    send: (drawn: { text: string; blocks?: Drawn['blocks'] }) => Promise<T>,
  ): Promise<T> => {
    try {
      return await send({ text, blocks })
    } catch (error) {
      const fault = faultOf(error)
      if (fault.is !== 'blocks') throw error
      log.error(
        { code: 'slack-blocks', key: delivery, error: fault.error, says: fault.says },
        'Slack refused how a message is built; it is sent as text alone. Please report this',
      )
      return send({ text: cut(text, textAlone) })
    }
  }

  return {
    async post(to, view, delivery) {
      const at = await placeOf(to)
      if (!('place' in at)) return at
      const message = {
        channel: at.place,
        unfurl_links: false,
        unfurl_media: false,
        metadata: { event_type: deliveryEvent, event_payload: { key: delivery } },
      }
      const thread = threadOf(to)
      const inThread =
        thread === undefined
          ? {}
          : { thread_ts: thread, reply_broadcast: 'broadcast' in to && to.broadcast === true }
      try {
        const answer = await withoutBlocks(delivery, await draw(view, delivery), (drawn) =>
          client.chat.postMessage({ ...message, ...drawn, ...inThread }),
        )
        return answer.channel && answer.ts
          ? { sent: { channel: answer.channel, ts: answer.ts } }
          : { unsure: 'no_ts' }
      } catch (error) {
        const sent = refusedAt(at.place, error, false)
        return 'person' in to && 'waits' in sent && ofChannels.has(sent.waits)
          ? { refused: sent.waits }
          : sent
      }
    },

    async update(message, to, view, delivery) {
      const at = await placeOf('person' in to ? to : { channel: message.channel })
      if (!('place' in at)) return at
      try {
        await withoutBlocks(delivery, await draw(view, delivery), ({ text, blocks = [] }) =>
          client.chat.update({ ...message, text, blocks }),
        )
        return { sent: message }
      } catch (error) {
        return refusedAt(message.channel, error, true)
      }
    },

    async remove(message) {
      try {
        await client.chat.delete(message)
        return true
      } catch (error) {
        log.debug({ error: faultOf(error).error }, 'a message was not taken away')
        return false
      }
    },

    async upload(to, files, comment) {
      const lacks = (error: string) => {
        features.lost('files.completeUploadExternal', 'files of plans and runs are not uploaded', error)
        return { lacks: true } as const
      }
      if (!features.has('files.completeUploadExternal')) return { lacks: true }
      const at = await placeOf(to)
      if (!('place' in at)) return at
      try {
        const thread = threadOf(to)
        const channel = 'person' in to ? await conversationWith(client, to.person) : at.place
        await client.filesUploadV2({
          channel_id: channel,
          ...(thread !== undefined && { thread_ts: thread }),
          ...(comment && { initial_comment: comment }),
          file_uploads: files.map((file) => ({
            filename: file.name,
            title: file.title,
            content: contentOf(file),
          })),
        })
        return { sent: { channel, ts: thread ?? '' } }
      } catch (error) {
        const fault = faultOf(error)
        if (fault.is === 'lacks' && !fault.error.startsWith('missing_scope')) return lacks(fault.error)
        return refusedAt(at.place, error, false)
      }
    },

    async pin(message, pinned) {
      const method = pinned ? 'pins.add' : 'pins.remove'
      if (!features.has(method)) return false
      try {
        const pin = { channel: message.channel, timestamp: message.ts }
        await (pinned ? client.pins.add(pin) : client.pins.remove(pin))
        return true
      } catch (error) {
        const fault = faultOf(error)
        if (fault.error === 'already_pinned' || fault.error === 'no_pin') return true
        if (fault.is === 'lacks') features.lost(method, 'live messages of runs are not pinned', fault.error)
        else log.debug({ method, error: fault.error }, 'a message was not pinned')
        return false
      }
    },
  }
}

/** Slack's codes for what a look tells; `channel_is_shared` is ours. */
const codeOf = {
  'not-in': 'not_in_channel',
  archived: 'is_archived',
  unknown: 'channel_not_found',
  shared: 'channel_is_shared',
} as const

/** Of a person, nobody mends these. */
const ofChannels: ReadonlySet<string> = new Set(['channel_not_found', 'not_in_channel', 'is_archived'])

const threadOf = (to: ResolvedAddress): string | undefined => ('person' in to ? undefined : to.threadTs)

/** Files go to conversations, not to people. */
async function conversationWith(client: WebClient, person: string): Promise<string> {
  const { channel } = await client.conversations.open({ users: person })
  return channel?.id ?? person
}

/** The SDK refuses a file without content. */
const contentOf = (file: UploadedFile): string => file.content || '\n'
